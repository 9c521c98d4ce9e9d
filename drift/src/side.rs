//! One side of a comparison.

use crate::explain::shown;
use serde_json::{Value, json};
use taskcluster_documents::Resolved;
use taskcluster_documents::{Errors, Place, Source, json as text, load, resolve};

/// Prefix of the exchange that wraps a single schema.
const SINGLE: &str = "schema/";

/// The id of a single schema that states none.
const SINGLE_ID: &str = "single/v1/schema.json";

/// The file name of the generated reference to a single schema: empty, as there is no
/// file.
const REFERENCE: &str = "";

/// One side of a comparison: references, and the schemas that they reach.
#[derive(Debug)]
pub struct Side {
    /// The name in reports.
    pub name: String,
    pub(crate) resolved: Resolved,
    /// The file `names.json` of generated code.
    pub(crate) names: Option<Source>,
}

impl Side {
    /// Reads documents: references and schemas in any number of sources, or a single
    /// schema, which is treated as the payload of an exchange.
    ///
    /// # Errors
    ///
    /// [`Errors`], if the documents can't be compared.
    pub fn read(name: impl Into<String>, sources: &[Source]) -> Result<Self, Errors> {
        match sources {
            [only] => match single_schema(only) {
                Ok(single) => Self::of_schema(name.into(), only, &single),
                Err(_) => Self::load(name.into(), sources),
            },
            _ => Self::load(name.into(), sources),
        }
    }

    /// Reads a single schema, which is treated as the payload of an exchange.
    ///
    /// # Errors
    ///
    /// [`Errors`] of the schema, or that the source is not a schema.
    pub fn schema(name: impl Into<String>, source: &Source) -> Result<Self, Errors> {
        let place = Place {
            file: source.name.clone(),
            pointer: String::new(),
        };
        let single = single_schema(source).map_err(|what| {
            place.error(
                "",
                what,
                "give a JSON Schema, which is an object or a boolean",
            )
        })?;
        Self::of_schema(name.into(), source, &single)
    }

    /// Sets the names of items, from the file `names.json` of generated code; without it,
    /// they have the names that generating them now would give.
    #[must_use]
    pub fn with_names(mut self, names: impl Into<Option<Source>>) -> Self {
        self.names = names.into();
        self
    }

    fn load(name: String, sources: &[Source]) -> Result<Self, Errors> {
        let resolved = resolve(&load(sources)).checked()?;
        Ok(Self {
            name,
            resolved,
            names: None,
        })
    }

    /// Loads `single`, derived from `source`. Errors mention only the parts that the user
    /// wrote.
    fn of_schema(name: String, source: &Source, single: &[Source]) -> Result<Self, Errors> {
        Self::load(name, single).map_err(|errors| {
            let named = errors.iter().cloned().map(|mut error| {
                if error.file == REFERENCE {
                    error.file.clone_from(&source.name);
                    error.pointer = "/$ref".to_owned();
                    error.help = "correct the reference".to_owned();
                }
                error.what = error.what.replace(&format!("{SINGLE_ID:?}"), "the schema");
                error
            });
            match Errors::unless_empty(named.collect(), ()) {
                Err(named) => named,
                Ok(()) => errors,
            }
        })
    }
}

/// The schema in `source` with a reference to it; otherwise the kind of document that
/// `source` is.
fn single_schema(source: &Source) -> Result<Vec<Source>, String> {
    let mut schema = text::parse(&source.bytes).map_err(|error| format!("not JSON: {error}"))?;
    if schema.get("exchangePrefix").is_some() {
        return Err("an exchange reference, not a schema".to_owned());
    }
    if let Value::Bool(_) = schema {
        schema = json!({ "allOf": [schema] });
    }
    let Value::Object(members) = &mut schema else {
        return Err(format!("{} is not a schema", shown(&schema)));
    };
    let given = members.get("$id").or_else(|| members.get("id"));
    let id = match given.and_then(Value::as_str) {
        Some(id) => id.to_owned(),
        None => format!("/schemas/{SINGLE_ID}#"),
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
    let named = |name: &str, root: &Value| Source {
        name: name.to_owned(),
        bytes: root.to_string().into_bytes(),
    };
    Ok(vec![
        named(REFERENCE, &reference),
        named(&source.name, &schema),
    ])
}
