//! Following references from schema to schema.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Home, Ledger, Schema, SchemaId, embedded, keywords};
use taskcluster_documents::Error;
use taskcluster_documents::Place;
use taskcluster_documents::id;
use taskcluster_documents::load::{self, Document, Documents};

/// The schemas that were met so far.
pub(crate) struct Walk<'a> {
    documents: &'a Documents,
    /// The schemas inside documents that have ids of their own.
    embedded: BTreeMap<String, Home>,
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
            embedded: embedded::find(documents),
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

    /// Where `reference` leads to, from a document with the id `base`. A place
    /// is named by a pointer, or by a name that it gives itself with `$id`.
    fn target(&self, base: &str, reference: &str) -> Result<Home, String> {
        let id::Target { document, fragment } = id::follow(base, reference)?;
        let start = self
            .start_of(&document)
            .ok_or_else(|| self.no_document(&document))?;
        let below = match fragment.as_str() {
            "" => String::new(),
            pointer if pointer.starts_with('/') => pointer.to_owned(),
            name => self
                .named(&start, name)
                .ok_or_else(|| format!("{document:?} has no place that is named {name:?}"))?,
        };
        Ok(Home {
            pointer: format!("{}{below}", start.pointer),
            ..start
        })
    }

    /// That there is no document of this id, and which may have been meant to be it.
    fn no_document(&self, id: &str) -> String {
        let misnamed = self.documents.misnamed.iter();
        let others = misnamed.map(|(file, why)| format!(" (the id of {file}: {why})"));
        format!(
            "no document has the id {id:?}{}",
            others.collect::<String>()
        )
    }

    /// Where the schema with the normalised id `id` starts: at the root of a
    /// document, or inside one where it stands with an id of its own.
    fn start_of(&self, id: &str) -> Option<Home> {
        let at_root = self.documents.schemas.contains_key(id).then(|| Home {
            document: id.to_owned(),
            pointer: String::new(),
        });
        at_root.or_else(|| self.embedded.get(id).cloned())
    }

    /// The pointer, from `start`, of the place that gives itself `name`; or that
    /// a pointer without its first slash leads to, as old tools wrote it.
    fn named(&self, start: &Home, name: &str) -> Option<String> {
        let (_, value) = self.look_up(start)?;
        let names_itself = |schema: &Value| {
            load::schema_id(schema).and_then(|id| id.strip_prefix('#')) == Some(name)
        };
        let mut found = None;
        embedded::for_each_schema(value, &mut |pointer, schema| {
            if found.is_none() && names_itself(schema) {
                found = Some(pointer.to_owned());
            }
        });
        let pointer = format!("/{name}");
        found.or_else(|| value.pointer(&pointer).is_some().then_some(pointer))
    }

    /// Follows `$ref` after `$ref`; the members beside one are ignored, as
    /// drafts 04 to 07 say.
    fn follow(&self, mut home: Home) -> Result<Home, String> {
        let mut seen = Vec::new();
        loop {
            let Some((document, value)) = self.look_up(&home) else {
                let Home { document, pointer } = home;
                return Err(format!("{document:?} has nothing at {pointer:?}"));
            };
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                return Ok(home);
            };
            let base = embedded::base(&home, &document.root);
            let next = self.target(&base, reference)?;
            if seen.contains(&next) || next == home {
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
