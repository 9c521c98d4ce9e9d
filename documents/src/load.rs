//! Phase one: bytes to documents, identified by their own members.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Error, Errors};
use crate::place::Place;
use crate::{Source, declarations, id, json};

/// Keywords of JSON Schema that constrain values, or hold schemas.
const CONSTRAINTS: &[&str] = &[
    "$defs",
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "contains",
    "definitions",
    "dependencies",
    "else",
    "enum",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "if",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "oneOf",
    "pattern",
    "patternProperties",
    "properties",
    "propertyNames",
    "required",
    "then",
    "type",
    "uniqueItems",
];

/// Keywords of JSON Schema that describe.
const ANNOTATIONS: &[&str] = &["$comment", "default", "description", "examples", "title"];

/// A JSON document, and where it came from.
#[derive(Debug)]
pub struct Document {
    /// The file, as the caller named it.
    file: String,
    /// Where in the file the document starts, a JSON pointer: not the root
    /// where one file holds many documents.
    base: String,
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
    /// The files of schemas with ids that are no URIs, so that nothing leads to
    /// them, and what is wrong with the ids.
    pub misnamed: Vec<(String, id::Error)>,
}

/// Reads every source and sorts the documents by what they are. Documents of
/// other kinds (API references, manifests) are passed over.
pub fn load(sources: &[Source]) -> Result<Documents, Errors> {
    let mut documents = Documents::default();
    let mut errors = Vec::new();
    for source in sources {
        match json::parse(&source.bytes) {
            Ok(root) => {
                for document in split(&source.name, root) {
                    errors.extend(documents.add(document).err());
                }
            }
            Err(error) => errors.push(Place::whole(&source.name).error(
                "",
                error,
                "fix the file or remove it from the input",
            )),
        }
    }
    errors.extend(documents.references.values().flat_map(declarations::check));
    if errors.is_empty() && documents.references.is_empty() {
        errors.push(nothing_to_generate(sources));
    }
    Errors::unless_empty(errors, documents)
}

/// An input without a reference is a wrong folder rather than no service: what
/// was generated before is not to be replaced by nothing.
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

/// The documents in one file: one, or those of a bundle, whose entries hold them
/// as their `content`, or are the documents.
fn split(file: &str, root: Value) -> Vec<Document> {
    let document = |base, root| Document {
        file: file.to_owned(),
        base,
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

    fn add_schema(&mut self, document: Document) -> Result<(), Error> {
        let id = schema_id(&document.root).map(id::normalise);
        match (id, is_schema(&document.root)) {
            (Some(Ok(id)), true) => insert(&mut self.schemas, id, document, "schema"),
            (Some(Err(why)), true) => {
                self.misnamed.push((document.file, why));
                Ok(())
            }
            // A document of another kind; no reference can lead to one without an id.
            _ => Ok(()),
        }
    }
}

/// Adds a document; the same document may come twice, two that differ may not.
fn insert(
    known: &mut BTreeMap<String, Document>,
    key: String,
    document: Document,
    kind: &str,
) -> Result<(), Error> {
    match known.get(&key) {
        Some(other) if other.root != document.root => Err(document.place("").error(
            "",
            format!("the {kind} {key:?} is also in {}, and differs", other.file),
            "keep one of the two",
        )),
        _ => {
            known.insert(key, document);
            Ok(())
        }
    }
}

/// Whether `root` describes exchanges, by its `$schema` or by the prefix that only
/// an exchange reference has.
fn is_exchange_reference(root: &Value) -> bool {
    let schema = root.get("$schema").and_then(Value::as_str).unwrap_or("");
    schema.contains("/exchanges-reference") && !schema.contains("metaschema")
        || root.get("exchangePrefix").is_some_and(Value::is_string)
}

/// Whether `root` is a JSON Schema: an object with `$schema`, or with a keyword that
/// constrains beside its id. A `title` or an `id` is in other documents, too.
fn is_schema(root: &Value) -> bool {
    let has_any = |keywords: &[&str]| keywords.iter().any(|&it| root.get(it).is_some());
    root.get("$schema").is_some_and(Value::is_string)
        || has_any(CONSTRAINTS)
        || root.get("$id").is_some() && has_any(ANNOTATIONS)
}

/// The key of an exchange reference: the service and the version of its API.
fn reference_key(document: &Document) -> String {
    let (service, api_version) = publisher(&document.root);
    format!("{service} {api_version}")
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
