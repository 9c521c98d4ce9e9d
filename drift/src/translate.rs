//! From a schema to the formula of its instances, as the drafts define it.

use std::collections::HashMap;

use num_traits::Signed;
use serde_json::{Number, Value};
use taskcluster_documents::pattern::{self, Automaton as Table, Language};
use taskcluster_documents::resolve::{
    ArrayKeywords, Combinators, Dependency, General, Items, JsonType, NumberKeywords,
    ObjectKeywords, Resolved, Schema, SchemaId, StringKeywords,
};

use crate::build::{Build, Memo};
use crate::engine::value::rational;
use crate::engine::{Automaton, Engine, Formula, Id, Kind, Members, NumberLimit, TextLimit};

/// A keyword and its value, for the reason why an instance breaks it.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    pub(crate) keyword: &'static str,
    pub(crate) detail: String,
}

/// What the formulas of all schemas share.
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

    /// The keyword that a formula was made of.
    pub(crate) fn label(&self, id: Id) -> Option<&Label> {
        self.labels.get(&id)
    }

    fn labelled(&mut self, id: Id, keyword: &'static str, detail: impl Into<String>) -> Id {
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
        let id = match language {
            Ok(language) => self.texts(&language),
            Err(error) => {
                let opaque = TextLimit::Opaque(format!("`{keyword}` {source:?}: {}", error.what));
                self.engine.formulas.intern(Formula::Text(opaque))
            }
        };
        // Parts of a conjunction lose the formula around them.
        if let Formula::All(parts) = &*self.engine.formulas.shared(id) {
            for &part in parts {
                self.labelled(part, keyword, source);
            }
        }
        let id = self.labelled(id, keyword, source);
        self.languages.insert(key, id);
        id
    }

    fn texts(&mut self, language: &Language) -> Id {
        match language {
            Language::Automaton(table) => {
                let limit = self.engine.language(automaton(table));
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
                let parts: Vec<Id> = parts.iter().map(|part| self.texts(part)).collect();
                self.engine.formulas.all(parts)
            }
            Language::Any(parts) => {
                let parts: Vec<Id> = parts.iter().map(|part| self.texts(part)).collect();
                self.engine.formulas.any(parts)
            }
        }
    }

    pub(crate) fn number_limit(&mut self, limit: NumberLimit, detail: &str) -> Id {
        let keyword = match limit {
            NumberLimit::Integer => "type",
            NumberLimit::Minimum(_) => "minimum",
            NumberLimit::Maximum(_) => "maximum",
            NumberLimit::Above(_) => "exclusiveMinimum",
            NumberLimit::Below(_) => "exclusiveMaximum",
            NumberLimit::MultipleOf(_) => "multipleOf",
        };
        let id = self.engine.formulas.intern(Formula::Number(limit));
        self.labelled(id, keyword, detail)
    }

    /// The values of `types`.
    pub(crate) fn types(&mut self, types: impl IntoIterator<Item = JsonType>) -> Id {
        let types: Vec<JsonType> = types.into_iter().collect();
        let names: Vec<&str> = types.iter().map(|it| type_name(*it)).collect();
        let names = names.join(" or ");
        let kinds = self.engine.formulas.kinds(types.iter().map(|it| kind(*it)));
        let kinds = self.labelled(kinds, "type", names.clone());
        let integers = types.contains(&JsonType::Integer) && !types.contains(&JsonType::Number);
        let integer = integers.then(|| self.number_limit(NumberLimit::Integer, &names));
        self.engine
            .formulas
            .all([Some(kinds), integer].into_iter().flatten())
    }

    /// A constraint on sizes, which every value keeps where it is trivial.
    fn size(
        &mut self,
        keyword: &'static str,
        limit: Option<u64>,
        formula: fn(u64) -> Formula,
    ) -> Option<Id> {
        let limit = limit.filter(|&limit| limit > 0 || keyword.starts_with("max"))?;
        let id = self.engine.formulas.intern(formula(limit));
        Some(self.labelled(id, keyword, limit.to_string()))
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

/// The name of a type in schemas.
pub(crate) fn type_name(json_type: JsonType) -> &'static str {
    match json_type {
        JsonType::Null => "null",
        JsonType::Boolean => "boolean",
        JsonType::Integer => "integer",
        JsonType::Number => "number",
        JsonType::String => "string",
        JsonType::Array => "array",
        JsonType::Object => "object",
    }
}

/// The automaton in the form of the engine.
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

/// The formulas of one set of documents.
#[derive(Debug)]
pub(crate) struct Translator<'r> {
    resolved: &'r Resolved,
    memo: Memo,
}

impl<'r> Translator<'r> {
    pub(crate) fn new(resolved: &'r Resolved) -> Self {
        Self {
            resolved,
            memo: Memo::default(),
        }
    }
}

impl Build for Translator<'_> {
    fn memo(&mut self) -> &mut Memo {
        &mut self.memo
    }

    fn build(&mut self, context: &mut Context, id: SchemaId) -> Id {
        let resolved = self.resolved;
        match resolved.schemas.get(id.0) {
            Some(schema) => self.conjunction(context, schema),
            None => context.engine.formulas.anything(),
        }
    }
}

impl Translator<'_> {
    fn conjunction(&mut self, context: &mut Context, schema: &Schema) -> Id {
        let mut parts = Vec::new();
        general(context, &schema.general, &mut parts);
        strings(context, &schema.string, &mut parts);
        numbers(context, &schema.number, &mut parts);
        self.arrays(context, &schema.array, &mut parts);
        self.objects(context, &schema.object, &mut parts);
        self.combinators(context, &schema.combinators, &mut parts);
        context.engine.formulas.all(parts)
    }

    fn arrays(&mut self, context: &mut Context, keywords: &ArrayKeywords, parts: &mut Vec<Id>) {
        let ArrayKeywords {
            items,
            additional_items,
            min_items,
            max_items,
            unique_items,
            contains,
        } = keywords;
        parts.extend(context.size("minItems", *min_items, Formula::MinItems));
        parts.extend(context.size("maxItems", *max_items, Formula::MaxItems));
        if *unique_items {
            let unique = context.engine.formulas.intern(Formula::Unique);
            parts.push(context.labelled(unique, "uniqueItems", ""));
        }
        if let Some(contains) = contains {
            let item = self.visit(context, *contains);
            let contains = context.engine.formulas.intern(Formula::Contains(item));
            parts.push(context.labelled(contains, "contains", ""));
        }
        match items {
            None => {}
            Some(Items::Each(each)) => {
                let rest = self.visit(context, *each);
                parts.push(context.engine.formulas.items(Vec::new(), rest));
            }
            Some(Items::Tuple(prefix)) => {
                let prefix: Vec<Id> = prefix.iter().map(|&id| self.visit(context, id)).collect();
                let rest = match additional_items {
                    Some(id) => self.visit(context, *id),
                    None => context.engine.formulas.anything(),
                };
                parts.push(context.engine.formulas.items(prefix, rest));
            }
        }
    }

    fn objects(&mut self, context: &mut Context, keywords: &ObjectKeywords, parts: &mut Vec<Id>) {
        let ObjectKeywords {
            properties,
            pattern_properties,
            additional_properties,
            required,
            property_names,
            min_properties,
            max_properties,
            dependencies,
        } = keywords;
        parts.extend(context.size("minProperties", *min_properties, Formula::MinMembers));
        parts.extend(context.size("maxProperties", *max_properties, Formula::MaxMembers));
        parts.extend(required.iter().map(|name| required_member(context, name)));
        let members = Members {
            named: properties
                .iter()
                .map(|(name, &id)| (name.clone(), self.visit(context, id)))
                .collect(),
            patterns: pattern_properties
                .iter()
                .map(|(pattern, id)| {
                    let names = context.language("pattern", &pattern.source);
                    (names, self.visit(context, *id))
                })
                .collect(),
            additional: match additional_properties {
                Some(id) => self.visit(context, *id),
                None => context.engine.formulas.anything(),
            },
        };
        parts.push(context.engine.formulas.members(members));
        if let Some(names) = property_names {
            let names = self.visit(context, *names);
            let names = context.engine.formulas.intern(Formula::Names(names));
            parts.push(context.labelled(names, "propertyNames", ""));
        }
        for (name, dependency) in dependencies {
            parts.push(self.dependency(context, name, dependency));
        }
    }

    /// That an object without the member `name`, or a value that is none, keeps
    /// whatever the dependency asks for.
    fn dependency(&mut self, context: &mut Context, name: &str, dependency: &Dependency) -> Id {
        let then = match dependency {
            Dependency::Required(names) => {
                let required: Vec<Id> = names
                    .iter()
                    .map(|name| required_member(context, name))
                    .collect();
                context.engine.formulas.all(required)
            }
            Dependency::Schema(id) => self.visit(context, *id),
        };
        let there = required_member(context, name);
        let object = context.engine.formulas.kinds([Kind::Object]);
        let formulas = &mut context.engine.formulas;
        let applies = formulas.all([there, object]);
        let otherwise = formulas.not(applies);
        let dependency = formulas.any([otherwise, then]);
        context.labelled(dependency, "dependencies", name)
    }

    fn combinators(&mut self, context: &mut Context, keywords: &Combinators, parts: &mut Vec<Id>) {
        let Combinators {
            all_of,
            any_of,
            one_of,
            not,
            condition,
        } = keywords;
        for &id in all_of {
            parts.push(self.visit(context, id));
        }
        if !any_of.is_empty() {
            let any: Vec<Id> = any_of.iter().map(|&id| self.visit(context, id)).collect();
            let any = context.engine.formulas.any(any);
            parts.push(context.combined(any, "anyOf"));
        }
        if !one_of.is_empty() {
            let one: Vec<Id> = one_of.iter().map(|&id| self.visit(context, id)).collect();
            let one = context.engine.formulas.one(one);
            parts.push(context.combined(one, "oneOf"));
        }
        if let Some(id) = not {
            let not = self.visit(context, *id);
            let not = context.engine.formulas.not(not);
            parts.push(context.combined(not, "not"));
        }
        if let Some(condition) = condition {
            let test = self.visit(context, condition.condition);
            let mut branch = |id: Option<SchemaId>, context: &mut Context| match id {
                Some(id) => self.visit(context, id),
                None => context.engine.formulas.anything(),
            };
            let then = branch(condition.then, context);
            let otherwise = branch(condition.otherwise, context);
            let formulas = &mut context.engine.formulas;
            let not_test = formulas.not(test);
            let holds = formulas.all([test, then]);
            let fails = formulas.all([not_test, otherwise]);
            let either = formulas.any([holds, fails]);
            parts.push(context.combined(either, "if"));
        }
    }
}

impl Context {
    /// Labels a combination, unless it came out as something simpler.
    fn combined(&mut self, id: Id, keyword: &'static str) -> Id {
        match self.engine.formulas.get(id) {
            Formula::Any(_) | Formula::One(_) | Formula::Not(_) => self.labelled(id, keyword, ""),
            _ => id,
        }
    }
}

pub(crate) fn required_member(context: &mut Context, name: &str) -> Id {
    let required = Formula::Required(name.to_owned());
    let required = context.engine.formulas.intern(required);
    context.labelled(required, "required", name)
}

fn general(context: &mut Context, keywords: &General, parts: &mut Vec<Id>) {
    let General {
        never,
        types,
        enumeration,
        constant,
    } = keywords;
    if *never {
        parts.push(context.engine.formulas.nothing());
    }
    if let Some(types) = types {
        parts.push(context.types(types.iter().copied()));
    }
    if let Some(values) = enumeration {
        parts.push(listed(context, "enum", values));
    }
    if let Some(value) = constant {
        parts.push(listed(context, "const", std::slice::from_ref(value)));
    }
}

fn listed(context: &mut Context, keyword: &'static str, values: &[Value]) -> Id {
    let listed = context.engine.formulas.listed(values.iter().cloned());
    let texts: Vec<String> = values.iter().map(Value::to_string).collect();
    context.labelled(listed, keyword, texts.join(", "))
}

fn strings(context: &mut Context, keywords: &StringKeywords, parts: &mut Vec<Id>) {
    let StringKeywords {
        min_length,
        max_length,
        pattern,
        format,
    } = keywords;
    let min = |least| Formula::Text(TextLimit::MinLength(least));
    let max = |most| Formula::Text(TextLimit::MaxLength(most));
    parts.extend(context.size("minLength", *min_length, min));
    parts.extend(context.size("maxLength", *max_length, max));
    if let Some(pattern) = pattern {
        parts.push(context.language("pattern", &pattern.source));
    }
    if let Some(format) = format {
        parts.push(context.language("format", &format.source));
    }
}

fn numbers(context: &mut Context, keywords: &NumberKeywords, parts: &mut Vec<Id>) {
    let NumberKeywords {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of,
    } = keywords;
    let mut limit = |number: &Option<Number>,
                     limit: fn(num_rational::BigRational) -> NumberLimit| {
        if let Some(number) = number {
            let rational = rational(number);
            parts.push(context.number_limit(limit(rational), &number.to_string()));
        }
    };
    limit(minimum, NumberLimit::Minimum);
    limit(maximum, NumberLimit::Maximum);
    limit(exclusive_minimum, NumberLimit::Above);
    limit(exclusive_maximum, NumberLimit::Below);
    let divisor = multiple_of.clone().filter(|it| rational(it).is_positive());
    limit(&divisor, NumberLimit::MultipleOf);
}
