//! Files, and the documents in them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::draft::Draft;
use crate::error::Error;
use crate::place::Place;

/// One input: the bytes of a JSON file, and its name in errors.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of the file in errors, such as its path.
    pub name: String,
    /// The bytes: one JSON document, or an array of `{"filename", "content"}`
    /// objects, the form in which Taskcluster ships all of its documents.
    pub bytes: Vec<u8>,
}

/// A JSON document and its origin.
#[derive(Debug)]
pub struct Document {
    /// The file, as the caller named it.
    pub(crate) file: String,
    /// JSON pointer to the document in its file; empty unless the file holds several
    /// documents.
    pub(crate) base: String,
    /// The draft that the document states.
    pub(crate) draft: Draft,
    /// The JSON value.
    pub root: Value,
}

impl Document {
    /// The place at `pointer` of this document.
    pub fn place(&self, pointer: &str) -> Place {
        Place {
            file: self.file.clone(),
            pointer: format!("{}{pointer}", self.base),
        }
    }
}

/// The exchange references and schemas of an input; documents of other kinds are left
/// out.
#[derive(Debug, Default)]
pub struct Documents {
    /// The exchange references, by service and API version.
    pub references: BTreeMap<String, Document>,
    /// The schemas, by their normalised ids, whether an exchange uses them or not.
    pub schemas: BTreeMap<String, Document>,
    /// Documents that no reference can name, each with the reason: not JSON, no id, or one
    /// that is not a URI.
    pub(crate) unnamed: Unnamed,
    /// Places of documents that are no schemas, by their normalised ids.
    pub(crate) others: BTreeMap<String, Place>,
    /// Errors of the documents, except those in schemas.
    pub(crate) errors: Vec<Error>,
}

/// Reasons why documents have no known id.
#[derive(Debug, Default)]
pub(crate) struct Unnamed {
    reasons: Vec<String>,
    /// Indices of the reasons, by the last part of the file's path.
    by_name: BTreeMap<String, Vec<usize>>,
}

impl Unnamed {
    /// Adds a document in `file`.
    pub(crate) fn add(&mut self, file: &str, reason: String) {
        let alike = self.by_name.entry(last_part(file).to_owned());
        alike.or_default().push(self.reasons.len());
        self.reasons.push(reason);
    }

    /// At most `most` of the reasons, first of files that are called like the document with
    /// the id `id`, and the number of the others.
    pub(crate) fn first(&self, id: &str, most: usize) -> (Vec<&str>, usize) {
        let alike = self
            .by_name
            .get(last_part(id))
            .map_or(&[][..], Vec::as_slice);
        let alike = &alike[..most.min(alike.len())];
        let others = (0..self.reasons.len()).filter(|index| !alike.contains(index));
        let shown = alike.iter().copied().chain(others).take(most);
        let shown: Vec<&str> = shown.map(|index| self.reasons[index].as_str()).collect();
        let others = self.reasons.len() - shown.len();
        (shown, others)
    }
}

/// The last part of a path.
pub(crate) fn last_part(path: &str) -> &str {
    path.rsplit(['/', '\\']).next().unwrap_or(path)
}

/// The service of an exchange reference and the version of its API; derived by
/// Taskcluster's own rules if the reference does not state them.
pub fn publisher(reference: &Value) -> (&str, &str) {
    let text = |name| reference.get(name).and_then(Value::as_str).unwrap_or("");
    let service = match text("serviceName") {
        "" => service_of(text("exchangePrefix")),
        service => service,
    };
    let api_version = match text("apiVersion") {
        "" => "v1",
        version => version,
    };
    (service, api_version)
}

/// The service behind a prefix like `exchange/taskcluster-queue/v1/`.
fn service_of(prefix: &str) -> &str {
    let namespace = prefix.split('/').nth(1).unwrap_or(prefix);
    namespace.strip_prefix("taskcluster-").unwrap_or(namespace)
}

/// The id that a whole document states. Drafts before 06 spell the keyword `id`, and some of
/// their schemas state a later draft.
pub fn schema_id(schema: &Value) -> Option<&str> {
    Draft::Unstated.id_of(schema.as_object()?)
}
