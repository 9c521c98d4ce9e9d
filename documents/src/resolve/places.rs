//! The ids and names that schemas inside documents give themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Documents, schema_id};
use crate::id;
use crate::keyword::Keyword;
use crate::place::escape;
use crate::schema::Home;

/// Maximum length of a pointer to a schema, in bytes: all schemas below it hold a copy.
pub(super) const LONGEST_POINTER: usize = 2000;

/// The places of schemas that have their own ids or names.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Schemas inside documents, by their normalised ids.
    embedded: BTreeMap<String, Home>,
    /// The base of references in a schema that has its own id.
    bases: BTreeMap<Home, String>,
    /// Pointers by document id and the name that the place states.
    names: BTreeMap<(String, String), String>,
}

impl Places {
    /// Indexes all schemas of `documents`.
    pub(super) fn new(documents: &Documents) -> Self {
        let mut places = Self::default();
        for (document, schema) in &documents.schemas {
            places.add(document, &schema.root);
        }
        places
    }

    fn add(&mut self, document: &str, root: &Value) {
        let mut waiting = vec![(String::new(), root, document.to_owned())];
        while let Some((pointer, schema, mut base)) = waiting.pop() {
            // An invalid id is reported when the schema is read.
            if pointer.len() > LONGEST_POINTER {
                continue;
            }
            // Keywords beside `$ref` are ignored, an id included.
            let own = schema_id(schema).filter(|_| !is_reference(schema));
            match own.map(|own| (own.strip_prefix('#'), id::follow(&base, own))) {
                Some((Some(""), _)) | Some((None, Err(_))) | None => {}
                Some((Some(name), _)) => {
                    let key = (document.to_owned(), name.to_owned());
                    self.names.entry(key).or_insert_with(|| pointer.clone());
                }
                Some((None, Ok(target))) if !pointer.is_empty() => {
                    let home = Home {
                        document: document.to_owned(),
                        pointer: pointer.clone(),
                    };
                    base.clone_from(&target.document);
                    self.bases.insert(home.clone(), target.document.clone());
                    self.embedded.entry(target.document).or_insert(home);
                }
                Some((None, Ok(_))) => {}
            }
            let inner = subschemas(schema).into_iter().rev();
            waiting.extend(
                inner.map(|(step, inner)| (format!("{pointer}{step}"), inner, base.clone())),
            );
        }
    }

    /// The place of the embedded schema with the id `id`.
    pub(super) fn embedded(&self, id: &str) -> Option<&Home> {
        self.embedded.get(id)
    }

    /// The pointer of the place in `document` that states the name `name`.
    pub(super) fn named(&self, document: &str, name: &str) -> Option<&String> {
        self.names.get(&(document.to_owned(), name.to_owned()))
    }

    /// The base of references at `home`: the id of the nearest enclosing schema that has
    /// one.
    pub(super) fn base(&self, home: &Home) -> String {
        let mut around = home.clone();
        loop {
            if let Some(base) = self.bases.get(&around) {
                return base.clone();
            }
            match around.pointer.rfind('/') {
                Some(end) => around.pointer.truncate(end),
                None => return around.document,
            }
        }
    }
}

fn is_reference(schema: &Value) -> bool {
    schema.get("$ref").is_some_and(Value::is_string)
}

/// The schemas in `schema`, each with its pointer relative to `schema`.
fn subschemas(schema: &Value) -> Vec<(String, &Value)> {
    let Value::Object(members) = schema else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (keyword, value) in members {
        match (Keyword::of(keyword), value) {
            (Some(Keyword::Named), Value::Object(named)) => {
                let named = named.iter();
                found.extend(
                    named.map(|(name, inner)| (format!("/{keyword}/{}", escape(name)), inner)),
                );
            }
            (Some(Keyword::List | Keyword::SchemaOrList), Value::Array(list)) => {
                let list = list.iter().enumerate();
                found.extend(list.map(|(index, inner)| (format!("/{keyword}/{index}"), inner)));
            }
            (Some(Keyword::Schema | Keyword::SchemaOrList), Value::Object(_)) => {
                found.push((format!("/{keyword}"), value));
            }
            _ => {}
        }
    }
    found
}
