//! Follows references from schema to schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::places::{Places, Stated};
use super::unknown::unknown_keyword;
use crate::document::{Document, Documents};
use crate::draft::Draft;
use crate::error::{Error, Reason};
use crate::id;
use crate::keyword::Keyword;
use crate::pattern::Compiler;
use crate::place::{Place, escape};
use crate::schema::{Home, Schema, SchemaId};
use crate::text::cut;

/// Maximum number of characters of a reference in an error.
const MAX_SHOWN: usize = 200;

/// Maximum number of documents without a known id in an error.
const MAX_UNNAMED: usize = 3;

/// The schemas reached so far.
pub(super) struct Walk<'a> {
    documents: &'a Documents,
    places: Places<'a>,
    /// Assigned ids, by the places of schemas and of references to them.
    known: BTreeMap<Home, SchemaId>,
    pub(super) schemas: Vec<Schema>,
    /// Schemas that have an id but are not read yet.
    waiting: Vec<(SchemaId, Home)>,
    pub(super) compiler: Compiler,
    pub(super) errors: Vec<Error>,
    /// What is not enforced, without keywords that no draft has.
    pub(super) ignored: Vec<Error>,
    /// Keywords that no draft has, by their places.
    unknown: BTreeMap<Home, Error>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(documents: &'a Documents) -> Self {
        Self {
            documents,
            places: Places::new(documents),
            known: BTreeMap::new(),
            schemas: Vec::new(),
            waiting: Vec::new(),
            compiler: Compiler::default(),
            errors: Vec::new(),
            ignored: Vec::new(),
            unknown: BTreeMap::new(),
        }
    }

    /// The target of `reference`, which is not in a schema; `base` is its base.
    pub(super) fn reach(&mut self, base: &str, reference: &str) -> Result<SchemaId, Reason> {
        let home = self.target("", base, reference)?;
        self.visit(home, None)
    }

    /// The target of `reference` in the schema at `home`.
    pub(super) fn refer(&mut self, home: &Home, reference: &str) -> Result<SchemaId, Reason> {
        let target = self.target(&home.document, &self.places.base(home), reference)?;
        self.visit(target, Some(home))
    }

    /// The next schema that is reached but not read yet.
    pub(super) fn next(&mut self) -> Option<(SchemaId, &'a Value)> {
        while let Some((id, home)) = self.waiting.pop() {
            if let Some((_, value)) = self.look_up(&home) {
                return Some((id, value));
            }
        }
        None
    }

    /// The id of the schema at `home`, after following references. The reason of an error
    /// names the `$ref` that leads nowhere, unless it is `own`, where the error is reported.
    pub(super) fn visit(&mut self, home: Home, own: Option<&Home>) -> Result<SchemaId, Reason> {
        let mut link = None;
        let followed = self.follow(home, &mut link);
        let (passed, home) = followed.map_err(|reason| match &link {
            Some(link) if own != Some(link) => reason.of_reference(&self.place(link)),
            _ => reason,
        })?;
        let id = match self.known.get(&home) {
            Some(&id) => id,
            None => {
                let id = self.any(home.clone());
                self.known.insert(home.clone(), id);
                self.waiting.push((id, home));
                id
            }
        };
        for home in passed {
            self.report_ignored(&home);
            self.known.insert(home, id);
        }
        Ok(id)
    }

    /// A schema at `home` without any constraints.
    pub(super) fn any(&mut self, home: Home) -> SchemaId {
        let id = SchemaId(self.schemas.len());
        self.schemas.push(Schema::any(self.place(&home), home));
        id
    }

    /// The draft of the document that `home` is in.
    pub(super) fn draft(&self, home: &Home) -> Draft {
        let document = self.documents.schemas.get(&home.document);
        document.map_or(Draft::Unstated, |document| document.draft)
    }

    /// Reports the keywords beside the `$ref` at `home` that would constrain values.
    pub(super) fn report_ignored(&mut self, home: &Home) {
        let place = self.place(home);
        let beside = self.look_up(home).into_iter().flat_map(|it| beside(it.1));
        for keyword in beside {
            let what = format!("`{keyword}` is ignored beside `$ref` in draft-06 and draft-07");
            let below = format!("/{}", escape(keyword));
            match Keyword::of(keyword) {
                Some(Keyword::Description) => {}
                Some(_) => {
                    let error = place.error(&below, what, "put both into `allOf`");
                    self.ignored.push(error);
                }
                None => self.report_unknown(home, keyword),
            }
        }
    }

    /// Reports a keyword of the schema at `home` that its draft does not have.
    pub(super) fn report_unknown(&mut self, home: &Home, keyword: &str) {
        let error = unknown_keyword(&self.place(home), keyword);
        if Keyword::of(keyword).is_some() {
            self.ignored.push(error);
            return;
        }
        let at = Home {
            pointer: format!("{}/{}", home.pointer, escape(keyword)),
            ..home.clone()
        };
        self.unknown.insert(at, error);
    }

    /// What is not enforced. A keyword that no draft has is not reported if it holds the
    /// target of a `$ref`: like `definitions`, it is a place for schemas.
    pub(super) fn not_enforced(&mut self) -> Vec<Error> {
        let holds_target = |at: &Home| {
            let below = Home {
                pointer: format!("{}/", at.pointer),
                ..at.clone()
            };
            let first = self.known.range(&below..).next();
            let is_below =
                |it: &Home| it.document == at.document && it.pointer.starts_with(&below.pointer);
            self.known.contains_key(at) || first.is_some_and(|(it, _)| is_below(it))
        };
        let unknown = std::mem::take(&mut self.unknown).into_iter();
        let unknown = unknown.filter(|(at, _)| !holds_target(at));
        self.ignored.extend(unknown.map(|(_, error)| error));
        self.ignored.sort();
        self.ignored.dedup();
        std::mem::take(&mut self.ignored)
    }

    /// Follows a chain of `$ref`s to a schema or to a known place. Up to draft-07, only texts
    /// beside a `$ref` are read; later all keywords apply. A place with any is a schema of
    /// its own.
    /// `link` becomes the place of the last `$ref`.
    fn follow(
        &self,
        mut home: Home,
        link: &mut Option<Home>,
    ) -> Result<(BTreeSet<Home>, Home), Reason> {
        let mut passed = BTreeSet::new();
        while !self.known.contains_key(&home) {
            let Some((document, value)) = self.look_up(&home) else {
                let Home { document, pointer } = home;
                let what = format!("{document:?} has nothing at {pointer:?}");
                return Err(Reason::from(what).with_help("correct the pointer"));
            };
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let is_late = document.draft == Draft::Late;
            let mut beside = beside(value);
            if beside.any(|keyword| is_late || TEXTS.contains(&keyword.as_str())) {
                break;
            }
            *link = Some(home.clone());
            let next = self.target(&home.document, &self.places.base(&home), reference)?;
            if !passed.insert(home) || passed.contains(&next) {
                return Err(format!("{reference:?} refers to itself").into());
            }
            home = next;
        }
        Ok((passed, home))
    }

    /// The place that `reference` leads to, in the document `from`, with the base `base`: by
    /// a pointer, or by a name that the place states.
    fn target(&self, from: &str, base: &str, reference: &str) -> Result<Home, Reason> {
        let id::Target { document, fragment } = id::follow(base, reference)?;
        let start = self
            .places
            .with_id(&document, from)
            .ok_or_else(|| self.no_document(&document, reference))?;
        let start = self.only(start, "id", &document)?.clone();
        let pointer = match fragment.as_str() {
            "" => start.pointer,
            pointer if pointer.starts_with('/') => format!("{}{pointer}", start.pointer),
            name => self
                .named(&start, &document, name)?
                .ok_or_else(|| format!("{document:?} has no schema named {name:?}"))?,
        };
        Ok(Home { pointer, ..start })
    }

    /// The message for the unknown document id of `reference`, with ids that may have been
    /// meant.
    fn no_document(&self, id: &str, reference: &str) -> String {
        let mut notes = Vec::new();
        if reference.contains("://") {
            notes.push(format!("written {:?}", cut(reference, MAX_SHOWN)));
        }
        if let Some(place) = self.documents.others.get(id) {
            notes.push(format!("{place} has it, but no keyword of a schema"));
        }
        let (unnamed, others) = self.documents.unnamed.first(id, MAX_UNNAMED);
        notes.extend(unnamed.into_iter().map(str::to_owned));
        if others > 0 {
            notes.push(format!("and the ids of {others} other documents"));
        }
        if let Some(known) = self.places.alike(id) {
            notes.push(format!("did you mean {known:?}?"));
        }
        let notes: String = notes.iter().map(|note| format!(" ({note})")).collect();
        format!("no document has the id {id:?}{notes}")
    }

    /// The only place that states the id or name `it`.
    fn only<'p>(&self, stated: &'p Stated<'a>, kind: &str, it: &str) -> Result<&'p Home, Reason> {
        stated.only().map_err(|places| {
            let [first, other] = places.map(|home| self.place(home));
            let what = format!(
                "the {kind} {it:?} is stated at {first} and, with another schema, at {other}"
            );
            Reason::from(what).with_help("rename one of the two")
        })
    }

    /// The pointer of the place below `start`, whose id is `id`, named `name`; or of the
    /// target of a pointer without its first slash, as old tools wrote them.
    fn named(&self, start: &Home, id: &str, name: &str) -> Result<Option<String>, Reason> {
        let named = self.places.named(&start.document, id, name);
        let named = named
            .map(|named| self.only(named, "name", name))
            .transpose()?;
        let below = named.filter(|home| home.pointer.starts_with(&start.pointer));
        let pointer = format!("/{name}");
        let old = || {
            let (_, value) = self.look_up(start)?;
            value.pointer(&pointer)?;
            Some(format!("{}{pointer}", start.pointer))
        };
        Ok(below.map(|home| home.pointer.clone()).or_else(old))
    }

    fn look_up(&self, home: &Home) -> Option<(&'a Document, &'a Value)> {
        let document = self.documents.schemas.get(&home.document)?;
        Some((document, document.root.pointer(&home.pointer)?))
    }

    fn place(&self, home: &Home) -> Place {
        match self.documents.schemas.get(&home.document) {
            Some(document) => document.place(&home.pointer),
            None => Place {
                file: home.document.clone(),
                pointer: home.pointer.clone(),
            },
        }
    }
}

/// The keywords beside `$ref` that are read in every draft.
pub(super) const TEXTS: [&str; 2] = ["title", "description"];

/// The keywords beside the `$ref` of `schema` that may describe or constrain values.
fn beside(schema: &Value) -> impl Iterator<Item = &String> {
    let members = schema.as_object().into_iter().flatten();
    let keywords = members.map(|(keyword, _)| keyword);
    keywords.filter(|keyword| {
        let is_name = Keyword::of(keyword) == Some(Keyword::Identity);
        !is_name && !["$comment", "$defs", "$ref", "definitions"].contains(&keyword.as_str())
    })
}
