//! The ids and names that schemas inside documents give themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, Documents, last_part};
use crate::draft::Draft;
use crate::id;
use crate::keyword::Keyword;
use crate::place::escape;
use crate::schema::Home;

/// Maximum length of a pointer to a schema, in bytes: all schemas below it hold a copy.
pub(super) const MAX_POINTER_BYTES: usize = 2000;

/// The places that state one id or name.
#[derive(Debug)]
pub(super) struct Stated<'a> {
    first: (Home, &'a Value),
    /// A place with another schema.
    other: Option<Home>,
}

/// The places of schemas that have ids or names.
#[derive(Debug, Default)]
pub(super) struct Places<'a> {
    /// Documents and schemas inside them: by normalised id, and by id and document.
    ids: BTreeMap<(String, Option<String>), Stated<'a>>,
    /// The base of references in a schema that has its own id.
    bases: BTreeMap<Home, String>,
    /// Ids, by their last parts.
    by_name: BTreeMap<String, String>,
    /// By document and name, and by document, name and base.
    names: BTreeMap<([String; 2], Option<String>), Stated<'a>>,
}

impl<'a> Places<'a> {
    /// Indexes all schemas of `documents`.
    pub(super) fn new(documents: &'a Documents) -> Self {
        let mut places = Self::default();
        for (id, document) in &documents.schemas {
            places.add(id, document);
        }
        places
    }

    fn add(&mut self, document: &str, Document { root, draft, .. }: &'a Document) {
        let mut waiting = vec![(String::new(), root, document.to_owned())];
        while let Some((pointer, schema, mut base)) = waiting.pop() {
            if pointer.len() > MAX_POINTER_BYTES {
                continue;
            }
            // Up to draft-07, keywords beside `$ref` are ignored, an id included.
            let is_read = *draft == Draft::Late || !is_reference(schema);
            let home = || Home {
                document: document.to_owned(),
                pointer: pointer.clone(),
            };
            if let Some(id) =
                own_id(schema, *draft, &base).filter(|_| is_read && !pointer.is_empty())
            {
                self.bases.insert(home(), id.clone());
                base = id;
                self.add_id(&base, home(), schema);
            } else if pointer.is_empty() {
                // Its id was read by `load`.
                self.add_id(document, home(), schema);
            }
            for name in names(schema, *draft).filter(|_| is_read) {
                let key = [document, name].map(str::to_owned);
                add(&mut self.names, (key.clone(), None), home(), schema);
                add(&mut self.names, (key, Some(base.clone())), home(), schema);
            }
            let inner = subschemas(schema).into_iter().rev();
            waiting.extend(
                inner.map(|(step, inner)| (format!("{pointer}{step}"), inner, base.clone())),
            );
        }
    }

    fn add_id(&mut self, id: &str, home: Home, schema: &'a Value) {
        let name = last_part(id).to_owned();
        self.by_name.entry(name).or_insert_with(|| id.to_owned());
        let own = (id.to_owned(), Some(home.document.clone()));
        add(&mut self.ids, own, home.clone(), schema);
        add(&mut self.ids, (id.to_owned(), None), home, schema);
    }

    /// The places with the id `id`: those in `document`, or else those in the document that
    /// has this id, of which others may embed a copy, or else all.
    pub(super) fn with_id(&self, id: &str, document: &str) -> Option<&Stated<'a>> {
        let within = |document: &str| self.ids.get(&(id.to_owned(), Some(document.to_owned())));
        let own = within(document).or_else(|| within(id));
        own.or_else(|| self.ids.get(&(id.to_owned(), None)))
    }

    /// An id that differs from `id` only in its folder.
    pub(super) fn alike(&self, id: &str) -> Option<&String> {
        self.by_name.get(last_part(id))
    }

    /// The places in `document` that state the name `name`: those whose base is `base`, or
    /// else all.
    pub(super) fn named(&self, document: &str, base: &str, name: &str) -> Option<&Stated<'a>> {
        let key = [document, name].map(str::to_owned);
        let own = self.names.get(&(key.clone(), Some(base.to_owned())));
        own.or_else(|| self.names.get(&(key, None)))
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

impl Stated<'_> {
    /// The only place, or the first of several with one schema.
    ///
    /// # Errors
    ///
    /// Two places with different schemas.
    pub(super) fn only(&self) -> Result<&Home, [&Home; 2]> {
        match &self.other {
            Some(other) => Err([&self.first.0, other]),
            None => Ok(&self.first.0),
        }
    }
}

fn add<'a, K: Ord>(stated: &mut BTreeMap<K, Stated<'a>>, key: K, home: Home, schema: &'a Value) {
    match stated.get_mut(&key) {
        Some(known) if known.first.1 != schema => {
            known.other.get_or_insert(home);
        }
        Some(_) => {}
        None => {
            let first = (home, schema);
            stated.insert(key, Stated { first, other: None });
        }
    }
}

/// Whether `schema` refers to another.
pub(super) fn is_reference(schema: &Value) -> bool {
    schema.get("$ref").is_some_and(Value::is_string)
}

/// The normalised id that `schema` states, if its base is `base`. Inside a document, an id that
/// is not valid is ignored: some tools give each property one with spaces.
fn own_id(schema: &Value, draft: Draft, base: &str) -> Option<String> {
    let id = draft
        .id_of(schema.as_object()?)
        .filter(|id| !id.starts_with('#'))?;
    Some(id::follow(base, id).ok()?.document)
}

/// The names that `schema` states: with `$id` up to draft-07, with `$anchor` later.
fn names(schema: &Value, draft: Draft) -> impl Iterator<Item = &str> {
    let late = ["$anchor", "$dynamicAnchor"].into_iter();
    let late = late.filter(move |_| !draft.is_early());
    let late = late.filter_map(|keyword| schema.get(keyword)?.as_str());
    let early = schema.as_object().and_then(|it| draft.id_of(it));
    let early = early.and_then(|id| id.strip_prefix('#'));
    early
        .into_iter()
        .chain(late)
        .filter(|name| !name.is_empty())
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
