//! Follows references from schema to schema.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::places::Places;
use crate::document::{Document, Documents};
use crate::error::{Error, Reason};
use crate::id;
use crate::pattern::Compiler;
use crate::place::Place;
use crate::schema::{Home, Schema, SchemaId};

/// Maximum number of documents without a known id that an error lists.
const MOST_UNNAMED: usize = 3;

/// The schemas reached so far.
pub(super) struct Walk<'a> {
    documents: &'a Documents,
    places: Places,
    /// Assigned ids, by the places of schemas and of references to them.
    known: BTreeMap<Home, SchemaId>,
    pub(super) schemas: Vec<Schema>,
    /// Schemas that have an id but are not read yet.
    waiting: Vec<(SchemaId, Home)>,
    pub(super) compiler: Compiler,
    pub(super) errors: Vec<Error>,
    pub(super) unknown: Vec<Error>,
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
            unknown: Vec::new(),
        }
    }

    /// The target of `reference`, from a document with the id `base`.
    pub(super) fn reach(&mut self, base: &str, reference: &str) -> Result<SchemaId, Reason> {
        let home = self.target(base, reference)?;
        self.visit(home)
    }

    /// The next schema that is reached but not read yet.
    pub(super) fn next(&mut self) -> Option<(SchemaId, &'a Value)> {
        let (id, home) = self.waiting.pop()?;
        let (_, value) = self.look_up(&home)?;
        Some((id, value))
    }

    /// The id of the schema at `home`, after following references.
    pub(super) fn visit(&mut self, home: Home) -> Result<SchemaId, Reason> {
        let (passed, home) = self.follow(home)?;
        let id = match self.known.get(&home) {
            Some(&id) => id,
            None => {
                let id = self.any(home.clone());
                self.known.insert(home.clone(), id);
                self.waiting.push((id, home));
                id
            }
        };
        self.known.extend(passed.into_iter().map(|home| (home, id)));
        Ok(id)
    }

    /// A schema at `home` without any constraints.
    pub(super) fn any(&mut self, home: Home) -> SchemaId {
        let id = SchemaId(self.schemas.len());
        self.schemas.push(Schema::any(self.place(&home), home));
        id
    }

    /// Follows a chain of `$ref`s to a schema or to a known place. Keywords beside `$ref`
    /// are ignored, as drafts 04 to 07 require.
    fn follow(&self, mut home: Home) -> Result<(BTreeSet<Home>, Home), Reason> {
        let mut passed = BTreeSet::new();
        while !self.known.contains_key(&home) {
            let Some((_, value)) = self.look_up(&home) else {
                let Home { document, pointer } = home;
                return Err(format!("{document:?} has nothing at {pointer:?}").into());
            };
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                break;
            };
            let next = self.target(&self.places.base(&home), reference)?;
            if !passed.insert(home) || passed.contains(&next) {
                return Err(format!("{reference:?} refers to itself").into());
            }
            home = next;
        }
        Ok((passed, home))
    }

    /// The place that `reference` leads to, from a document with the id `base`: by a
    /// pointer, or by a name that the place states with `$id`.
    fn target(&self, base: &str, reference: &str) -> Result<Home, Reason> {
        let id::Target { document, fragment } = id::follow(base, reference)?;
        let start = self
            .start_of(&document)
            .ok_or_else(|| self.no_document(&document))?;
        let pointer = match fragment.as_str() {
            "" => start.pointer,
            pointer if pointer.starts_with('/') => format!("{}{pointer}", start.pointer),
            name => self
                .named(&start, name)
                .ok_or_else(|| format!("{document:?} has no schema named {name:?}"))?,
        };
        Ok(Home { pointer, ..start })
    }

    /// The message for an unknown document id, with ids that may have been meant.
    fn no_document(&self, id: &str) -> String {
        let unnamed = &self.documents.unnamed;
        let shown = unnamed.iter().take(MOST_UNNAMED);
        let shown: String = shown.map(|why| format!(" ({why})")).collect();
        let others = match unnamed.len().saturating_sub(MOST_UNNAMED) {
            0 => String::new(),
            others => format!(" (and the ids of {others} other documents)"),
        };
        format!("no document has the id {id:?}{shown}{others}")
    }

    /// The start of the schema with the normalised id `id`: the root of a document, or a
    /// place inside one.
    fn start_of(&self, id: &str) -> Option<Home> {
        let at_root = self.documents.schemas.contains_key(id).then(|| Home {
            document: id.to_owned(),
            pointer: String::new(),
        });
        at_root.or_else(|| self.places.embedded(id).cloned())
    }

    /// The pointer of the place below `start` named `name`; or of the target of a pointer
    /// without its first slash, as old tools wrote them.
    fn named(&self, start: &Home, name: &str) -> Option<String> {
        let named = self.places.named(&start.document, name);
        let below = named.filter(|pointer| pointer.starts_with(&start.pointer));
        let pointer = format!("/{name}");
        let old = || {
            let (_, value) = self.look_up(start)?;
            value.pointer(&pointer)?;
            Some(format!("{}{pointer}", start.pointer))
        };
        below.cloned().or_else(old)
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
