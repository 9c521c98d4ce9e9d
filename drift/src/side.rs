//! One side of a comparison.

use serde_json::{Value, json};
use taskcluster_documents::resolve::Resolved;
use taskcluster_documents::{Errors, Source, json as text, load, resolve};

/// The prefix of the exchange that stands for a single schema.
const SINGLE: &str = "schema/";

/// One side of a comparison: references, and the schemas they reach.
#[derive(Debug)]
pub struct Side {
    /// The name in reports.
    pub name: String,
    pub(crate) resolved: Resolved,
}

impl Side {
    /// Reads documents: references and schemas in any number of sources, or a single
    /// schema, which stands for an exchange of its own.
    ///
    /// # Errors
    ///
    /// [`Errors`]: everything that keeps the documents from being compared.
    pub fn read(name: impl Into<String>, sources: &[Source]) -> Result<Self, Errors> {
        let single = match sources {
            [only] => single_schema(only),
            _ => None,
        };
        let documents = load(single.as_deref().unwrap_or(sources))?;
        Ok(Self {
            name: name.into(),
            resolved: resolve(&documents)?,
        })
    }
}

/// The schema in `source` with a reference to it, if that is what `source` is.
fn single_schema(source: &Source) -> Option<Vec<Source>> {
    let mut schema = text::parse(&source.bytes).ok()?;
    if schema.get("exchangePrefix").is_some() || schema.is_array() {
        return None;
    }
    if let Value::Bool(_) = schema {
        schema = json!({ "allOf": [schema] });
    }
    let members = schema.as_object_mut()?;
    let given = members.get("$id").or_else(|| members.get("id"));
    let id = match given.and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => "/schemas/single/v1/schema.json#".to_owned(),
    };
    members.insert("$id".to_owned(), id.clone().into());
    let reference = json!({
        "exchangePrefix": SINGLE,
        "serviceName": "schema",
        "entries": [{
            "name": "schema",
            "exchange": "message",
            "schema": id,
            "routingKey": [],
        }],
    });
    let source = |root: &Value| Source {
        name: source.name.clone(),
        bytes: root.to_string().into_bytes(),
    };
    Some(vec![source(&reference), source(&schema)])
}
