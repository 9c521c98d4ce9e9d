//! The schemas of a folder as plain JSON, read without the generator's code, so that its
//! errors can't affect the reference validators.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

/// Schemas, by their ids without the `#` at the end.
#[derive(Debug, Default)]
pub struct Documents(BTreeMap<String, Value>);

/// A schema with its document.
#[derive(Clone, Debug)]
pub struct Place<'d> {
    /// The id of the document.
    pub home: &'d str,
    /// The schema.
    pub schema: &'d Value,
}

impl Documents {
    /// Reads every JSON file below `folder`.
    ///
    /// # Panics
    ///
    /// If one can't be read, or is not JSON.
    pub fn read(folder: &Path) -> Self {
        let mut documents = Self::default();
        documents.add(folder);
        documents
    }

    fn add(&mut self, path: &Path) {
        if path.is_dir() {
            for entry in fs::read_dir(path).expect("a folder that can be read") {
                self.add(&entry.expect("an entry of a folder").path());
            }
        } else if path.extension().is_some_and(|it| it == "json") {
            let bytes = fs::read(path).expect("a file that can be read");
            let document: Value = serde_json::from_slice(&bytes).expect("a JSON document");
            if let Some(id) = document["$id"].as_str() {
                self.0.insert(id.trim_end_matches('#').to_owned(), document);
            }
        }
    }

    /// The documents, by their ids.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(id, document)| (id.as_str(), document))
    }

    /// The document `id`.
    ///
    /// # Panics
    ///
    /// If there is none.
    pub fn root(&self, id: &str) -> Place<'_> {
        let (home, schema) = self
            .0
            .get_key_value(id.trim_end_matches('#'))
            .unwrap_or_else(|| panic!("no schema {id}"));
        Place { home, schema }
    }

    /// The schema at `place`, or the one that it refers to.
    ///
    /// # Panics
    ///
    /// If the reference has no target.
    pub fn follow<'d>(&'d self, place: Place<'d>) -> Place<'d> {
        let Some(reference) = place.schema.get("$ref").and_then(Value::as_str) else {
            return place;
        };
        let (file, pointer) = reference.split_once('#').unwrap_or((reference, ""));
        let root = match (file, place.home.rsplit_once('/')) {
            ("", _) => self.root(place.home),
            (file, Some((folder, _))) if !file.starts_with('/') => {
                self.root(&format!("{folder}/{file}"))
            }
            (file, _) => self.root(file),
        };
        let schema = root
            .schema
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer} in {}", root.home));
        self.follow(Place { schema, ..root })
    }
}
