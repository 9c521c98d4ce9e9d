//! Files, and the documents in them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::Error;
use crate::place::Place;

/// One input: the bytes of a JSON file, and its name in errors.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of the file in errors, its path for instance.
    pub name: String,
    /// The bytes: one JSON document, or an array of `{"filename", "content"}`
    /// objects, the form in which Taskcluster ships all of its documents.
    pub bytes: Vec<u8>,
}

/// A JSON document, and where it came from.
#[derive(Debug)]
pub struct Document {
    /// The file, as the caller named it.
    pub(crate) file: String,
    /// Where in the file the document starts, a JSON pointer: not the root
    /// where one file holds many documents.
    pub(crate) base: String,
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

/// The documents that matter: exchange references and schemas.
#[derive(Debug, Default)]
pub struct Documents {
    /// The exchange references, by service and API version.
    pub references: BTreeMap<String, Document>,
    /// The schemas, by their normalised ids; many are reached by no exchange.
    pub schemas: BTreeMap<String, Document>,
    /// The files of documents to which nothing can lead, each with why: one that is no
    /// JSON, or has an id that is no URI.
    pub(crate) unnamed: Vec<String>,
    /// What is wrong with the documents, but for what is in their schemas.
    pub(crate) errors: Vec<Error>,
}

/// The service that an exchange reference is of, and the version of its API;
/// where a reference does not say, by Taskcluster's own rules.
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

/// The id that a schema gives itself; `id` is how drafts before 06 spell it.
pub fn schema_id(schema: &Value) -> Option<&str> {
    let text = |name| schema.get(name).and_then(Value::as_str);
    text("$id").or_else(|| text("id"))
}
