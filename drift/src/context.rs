//! The engine, and the keywords of its formulas.

use std::collections::HashMap;

use taskcluster_documents::pattern::{self, Automaton as Table, Language};
use taskcluster_documents::schema::JsonType;

use crate::engine::{Automaton, Engine, Formula, Id, Kind, NumberLimit, SourceId, TextLimit};

/// A keyword and its value, for the reason why an instance is not valid: of a formula that
/// does not show them.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) keyword: &'static str,
    pub(crate) detail: String,
}

/// The state that the formulas of all schemas share.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) engine: Engine,
    labels: HashMap<Id, Label>,
    languages: HashMap<(&'static str, String), Id>,
}

impl Context {
    pub(crate) fn new() -> Self {
        Self {
            engine: Engine::new(),
            labels: HashMap::new(),
            languages: HashMap::new(),
        }
    }

    /// The keyword of a formula.
    pub(crate) fn label(&self, id: Id) -> Option<&Label> {
        self.labels.get(&id)
    }

    pub(crate) fn labelled(
        &mut self,
        id: Id,
        keyword: &'static str,
        detail: impl Into<String>,
    ) -> Id {
        self.labels.entry(id).or_insert_with(|| Label {
            keyword,
            detail: detail.into(),
        });
        id
    }

    /// The strings of a `pattern` or a `format`.
    pub(crate) fn language(&mut self, keyword: &'static str, source: &str) -> Id {
        let key = (keyword, source.to_owned());
        if let Some(&known) = self.languages.get(&key) {
            return known;
        }
        let language = match keyword {
            "format" => pattern::of_format(source),
            _ => pattern::of_pattern(source),
        };
        // Of the formats in documents, only `regex` is not a regular language. It is an
        // annotation in generated code, too.
        let Ok(language) = language else {
            return Id::ANYTHING;
        };
        let source_id = SourceId(self.languages.len());
        let id = self.texts(&language, source_id);
        // The parts are labelled, too, because a conjunction does not keep the formula
        // around them.
        if let Formula::All(parts) = &*self.engine.formulas.shared(id) {
            for &part in parts {
                self.labelled(part, keyword, source);
            }
        }
        let id = self.labelled(id, keyword, source);
        self.languages.insert(key, id);
        id
    }

    fn texts(&mut self, language: &Language, source: SourceId) -> Id {
        match language {
            Language::Automaton(table) => {
                let limit = self.engine.language(automaton(table), source);
                self.engine.formulas.intern(Formula::Text(limit))
            }
            Language::Length { least, most } => {
                let formulas = &mut self.engine.formulas;
                let least = formulas.intern(Formula::Text(TextLimit::MinLength(*least)));
                let most = most.map(TextLimit::MaxLength);
                let most = most.map(|most| formulas.intern(Formula::Text(most)));
                formulas.all([Some(least), most].into_iter().flatten())
            }
            Language::All(parts) => {
                let parts = parts.iter().map(|part| self.texts(part, source));
                let parts: Vec<Id> = parts.collect();
                self.engine.formulas.all(parts)
            }
            Language::Any(parts) => {
                let parts = parts.iter().map(|part| self.texts(part, source));
                let parts: Vec<Id> = parts.collect();
                self.engine.formulas.any(parts)
            }
        }
    }

    pub(crate) fn number_limit(&mut self, limit: NumberLimit) -> Id {
        self.engine.formulas.intern(Formula::Number(limit))
    }

    /// The values of `types`.
    pub(crate) fn types(&mut self, types: impl IntoIterator<Item = JsonType>) -> Id {
        let types: Vec<JsonType> = types.into_iter().collect();
        let kinds = self.engine.formulas.kinds(types.iter().map(|it| kind(*it)));
        let integers = types.contains(&JsonType::Integer) && !types.contains(&JsonType::Number);
        let integer = integers.then(|| self.number_limit(NumberLimit::Integer));
        self.engine
            .formulas
            .all([Some(kinds), integer].into_iter().flatten())
    }

    /// A constraint on sizes; all values satisfy it if it is trivial.
    pub(crate) fn size(
        &mut self,
        limit: Option<u64>,
        formula: impl FnOnce(u64) -> Formula,
    ) -> Option<Id> {
        let formula = match formula(limit?) {
            Formula::MinItems(0)
            | Formula::MinMembers(0)
            | Formula::Text(TextLimit::MinLength(0)) => return None,
            formula => formula,
        };
        Some(self.engine.formulas.intern(formula))
    }

    /// Labels a combination, unless it was simplified to another formula.
    pub(crate) fn combined(&mut self, id: Id, keyword: &'static str) -> Id {
        match self.engine.formulas.get(id) {
            Formula::Any(_) | Formula::One(_) | Formula::Not(_) => self.labelled(id, keyword, ""),
            _ => id,
        }
    }

    /// The formula of objects with the property `name`.
    pub(crate) fn required_member(&mut self, name: &str) -> Id {
        let formulas = &mut self.engine.formulas;
        formulas.intern(Formula::Required(name.to_owned()))
    }
}

fn kind(json_type: JsonType) -> Kind {
    match json_type {
        JsonType::Null => Kind::Null,
        JsonType::Boolean => Kind::Boolean,
        JsonType::Integer | JsonType::Number => Kind::Number,
        JsonType::String => Kind::String,
        JsonType::Array => Kind::Array,
        JsonType::Object => Kind::Object,
    }
}

/// Converts an automaton to that of the engine.
fn automaton(table: &Table) -> Automaton {
    let mut classes = vec![0; 256];
    for (class, bytes) in table.classes.iter().enumerate() {
        let class = u16::try_from(class).unwrap_or(u16::MAX);
        for byte in bytes.iter() {
            if let Some(of_byte) = classes.get_mut(usize::from(byte)) {
                *of_byte = class;
            }
        }
    }
    Automaton::new(classes, table.rows.iter().cloned(), table.accepting.clone())
}
