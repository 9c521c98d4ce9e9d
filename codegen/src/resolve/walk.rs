//! Following references from schema to schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Home, Ledger, Schema, SchemaId, keywords};
use crate::error::Error;
use crate::id;
use crate::load::{Document, Documents};
use crate::place::Place;

/// The schemas that were met so far.
pub(crate) struct Walk<'a> {
    documents: &'a Documents,
    /// Handed-out ids, by document and pointer.
    known: BTreeMap<Home, SchemaId>,
    schemas: Vec<Schema>,
    /// Schemas with an id that are still to be parsed.
    waiting: Vec<(SchemaId, Home)>,
    pub(super) ledger: Ledger,
    pub(super) errors: Vec<Error>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(documents: &'a Documents) -> Self {
        Self {
            documents,
            known: BTreeMap::new(),
            schemas: Vec::new(),
            waiting: Vec::new(),
            ledger: Ledger::default(),
            errors: Vec::new(),
        }
    }

    /// Everything that was reached.
    pub(super) fn finish(self) -> (Vec<Schema>, Ledger, Vec<Error>) {
        (self.schemas, self.ledger, self.errors)
    }

    /// The schema that `reference` leads to, from a document with the id
    /// `base`; and with it every schema that it reaches.
    pub(super) fn reach(&mut self, base: &str, reference: &str) -> Result<SchemaId, String> {
        let home = self.target(base, reference)?;
        let id = self.visit(home)?;
        while let Some((id, home)) = self.waiting.pop() {
            self.parse(id, &home);
        }
        Ok(id)
    }

    /// The id of the schema at `home`, references followed.
    pub(super) fn visit(&mut self, home: Home) -> Result<SchemaId, String> {
        let home = self.follow(home)?;
        if let Some(&id) = self.known.get(&home) {
            return Ok(id);
        }
        let id = SchemaId(self.schemas.len());
        self.schemas
            .push(Schema::any(self.place(&home), home.clone()));
        self.known.insert(home.clone(), id);
        self.waiting.push((id, home));
        Ok(id)
    }

    /// Where `reference` leads to. A document may name a place by a pointer, or
    /// by a name that the place gives itself with `$id`.
    fn target(&self, base: &str, reference: &str) -> Result<Home, String> {
        let id::Target { document, fragment } = id::follow(base, reference)?;
        let Some(found) = self.documents.schemas.get(&document) else {
            return Err(format!("no document has the id {document:?}"));
        };
        let pointer = match fragment.as_str() {
            "" => String::new(),
            pointer if pointer.starts_with('/') => pointer.to_owned(),
            name => named(&found.root, &format!("#{name}"))
                .ok_or_else(|| format!("{document:?} has no place that is named {name:?}"))?,
        };
        Ok(Home { document, pointer })
    }

    /// Follows `$ref` after `$ref`; the members beside one are ignored, as
    /// drafts 04 to 07 say.
    fn follow(&self, mut home: Home) -> Result<Home, String> {
        let mut seen = Vec::new();
        loop {
            let Some((_, value)) = self.look_up(&home) else {
                let Home { document, pointer } = home;
                return Err(format!("{document:?} has nothing at {pointer:?}"));
            };
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                return Ok(home);
            };
            let next = self.target(&home.document, reference)?;
            if seen.contains(&next) {
                return Err(format!("{reference:?} leads back to itself"));
            }
            seen.push(home);
            home = next;
        }
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

    fn parse(&mut self, id: SchemaId, home: &Home) {
        if let Some((_, value)) = self.look_up(home) {
            let place = self.place(home);
            self.schemas[id.0] = keywords::read(value, place, home, self);
        }
    }
}

/// The JSON pointer of the place below `value` whose `$id` is `name`.
fn named(value: &Value, name: &str) -> Option<String> {
    let below = |step: String, child| Some(format!("/{step}{}", named(child, name)?));
    match value {
        Value::Object(members) => {
            if members.get("$id").and_then(Value::as_str) == Some(name) {
                return Some(String::new());
            }
            members
                .iter()
                .find_map(|(key, child)| below(escape(key), child))
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .find_map(|(index, child)| below(index.to_string(), child)),
        _ => None,
    }
}

/// A member's name as a step of a JSON pointer (RFC 6901).
pub(super) fn escape(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
