//! Bytes to documents, identified by their own properties.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, Documents, Source, publisher, schema_id};
use crate::draft::Draft;
use crate::error::{Error, Reason};
use crate::keyword::Keyword;
use crate::place::Place;
use crate::{id, json};

/// Reads every source and sorts the documents by kind. Documents of other kinds (API
/// references, manifests) are ignored. Errors are reported by
/// [`Resolved::checked`](crate::Resolved::checked), with those of the schemas.
pub fn load(sources: &[Source]) -> Documents {
    let mut documents = Documents::default();
    for source in sources {
        match json::parse(&source.bytes) {
            Ok(root) => {
                for document in split(&source.name, root) {
                    let added = documents.add(document);
                    documents.errors.extend(added.err());
                }
            }
            Err(error) => documents.add_unread(&source.name, error),
        }
    }
    if documents.errors.is_empty() && documents.references.is_empty() {
        documents.errors.push(nothing_to_generate(sources));
    }
    documents
}

/// An input without a reference is a wrong folder rather than an empty one: earlier
/// output must not be replaced by nothing.
fn nothing_to_generate(sources: &[Source]) -> Error {
    let others = match sources.len() {
        0 | 1 => String::new(),
        count => format!(" in any of {count} files"),
    };
    Place::whole(sources.first().map_or("", |first| &first.name)).error(
        "",
        format!("no exchange reference{others}, so nothing to generate"),
        "give the documents that have an `exchangePrefix`, and the schemas that they name",
    )
}

/// The documents in one file: a single one, or the entries of a bundle, which are
/// documents or hold them as `content`.
fn split(file: &str, root: Value) -> Vec<Document> {
    let document = |base, root: Value| Document {
        file: file.to_owned(),
        base,
        draft: Draft::of(root.get("$schema")),
        root,
    };
    match root {
        Value::Array(entries) => entries
            .into_iter()
            .enumerate()
            .map(|(index, mut entry)| match entry.get_mut("content") {
                Some(content) => document(format!("/{index}/content"), content.take()),
                None => document(format!("/{index}"), entry),
            })
            .collect(),
        root => vec![document(String::new(), root)],
    }
}

impl Documents {
    fn add(&mut self, document: Document) -> Result<(), Error> {
        if is_exchange_reference(&document.root) {
            let key = reference_key(&document);
            insert(&mut self.references, key, document, "exchange reference")
        } else {
            self.add_schema(document)
        }
    }

    fn add_unread(&mut self, file: &str, error: Reason) {
        self.unnamed.add(file, format!("{file}: {error}"));
        let help = "fix the file or remove it from the input";
        self.errors.push(Place::whole(file).error("", error, help));
    }

    fn add_schema(&mut self, document: Document) -> Result<(), Error> {
        let id = schema_id(&document.root).map(id::normalise);
        match (id, is_schema(&document.root)) {
            (Some(Ok(id)), true) => insert(&mut self.schemas, id, document, "schema"),
            (Some(Err(why)), true) => {
                let cause = std::error::Error::source(&why).map(|it| format!(": {it}"));
                let why = format!("{why}{}", cause.unwrap_or_default());
                let file = &document.file;
                self.unnamed.add(file, format!("the id of {file}: {why}"));
                Ok(())
            }
            (None, true) if constrains(&document.root) => {
                let why = format!("{} has no `$id`", document.place(""));
                self.unnamed.add(&document.file, why);
                Ok(())
            }
            (Some(Ok(id)), false) => {
                self.others.insert(id, document.place(""));
                Ok(())
            }
            // A document of another kind, which no reference can lead to.
            _ => Ok(()),
        }
    }
}

/// Adds a document. Repeating a document is allowed; two different ones under one key are
/// not.
fn insert(
    known: &mut BTreeMap<String, Document>,
    key: String,
    document: Document,
    kind: &str,
) -> Result<(), Error> {
    match known.get(&key) {
        Some(other) if other.root != document.root => Err(document.place("").error(
            "",
            format!(
                "the {kind} {key:?} is also in {}, with another content",
                other.file
            ),
            "keep one of the two",
        )),
        _ => {
            known.insert(key, document);
            Ok(())
        }
    }
}

/// Whether `root` describes exchanges: by its `$schema`, or by `exchangePrefix`.
pub fn is_exchange_reference(root: &Value) -> bool {
    let schema = root.get("$schema").and_then(Value::as_str).unwrap_or("");
    schema.contains("/exchanges-reference") && !schema.contains("metaschema")
        || root.get("exchangePrefix").is_some()
}

/// Whether `root` is a JSON Schema: an object with `$schema`, or with an id and a keyword
/// that constrains. Other documents have a `title` or an `id`, too.
fn is_schema(root: &Value) -> bool {
    let is_described = keywords(root).any(|keyword| keyword == Keyword::Description);
    root.get("$schema").is_some_and(Value::is_string)
        || constrains(root)
        || root.get("$id").is_some() && is_described
}

/// Whether `root` has a keyword that is not an annotation.
fn constrains(root: &Value) -> bool {
    keywords(root).any(|keyword| !matches!(keyword, Keyword::Identity | Keyword::Description))
}

fn keywords(root: &Value) -> impl Iterator<Item = Keyword> {
    let members = root.as_object().into_iter().flatten();
    members.filter_map(|(name, _)| Keyword::of(name))
}

/// The key of an exchange reference: the service and the version of its API.
fn reference_key(document: &Document) -> String {
    let (service, api_version) = publisher(&document.root);
    format!("{service} {api_version}")
}
