//! One side of a comparison.

use std::sync::OnceLock;

use serde_json::{Value, json};
use taskcluster_codegen::Api;
use taskcluster_documents::Resolved;
use taskcluster_documents::{
    Errors, Place, Source, chain, id, is_exchange_reference, json as text, load, resolve, schema_id,
};

use crate::explain::shown;

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
    names: Option<Source>,
    /// The items of the code generated with these names.
    api: OnceLock<Result<Api, Errors>>,
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
        let help = "give a JSON Schema, which is an object or a boolean";
        let single = single_schema(source)
            .map_err(|what| Place::whole(&source.name).error("", what, help))?;
        Self::of_schema(name.into(), source, &single)
    }

    /// Sets the names of items, from the file `names.json` of generated code; without it,
    /// they have the names that generating them now would give.
    ///
    /// # Errors
    ///
    /// [`Errors`] of the file.
    pub fn with_names(mut self, names: impl Into<Option<Source>>) -> Result<Self, Errors> {
        self.names = names.into();
        self.api = OnceLock::new();
        self.names.as_ref().map_or(Ok(()), Api::check_names)?;
        Ok(self)
    }

    /// The items of the code generated from the documents.
    pub(crate) fn api(&self) -> &Result<Api, Errors> {
        let names = self.names.as_ref();
        self.api.get_or_init(|| Api::of(&self.resolved, names))
    }

    fn load(name: String, sources: &[Source]) -> Result<Self, Errors> {
        let resolved = resolve(&load(sources)).checked()?;
        Ok(Self {
            name,
            resolved,
            names: None,
            api: OnceLock::new(),
        })
    }

    /// Loads `single`, derived from `source`. Errors mention only the parts that the user
    /// wrote.
    fn of_schema(name: String, source: &Source, single: &Single) -> Result<Self, Errors> {
        // Of documents of other kinds, none has a keyword of JSON Schema.
        if id::normalise(&single.id).is_ok() && load(&single.sources).schemas.is_empty() {
            let what = "neither a schema nor an exchange reference";
            let help = "give a JSON Schema, or a file or folder with exchange references";
            return Err(Place::whole(&source.name).error("", what, help).into());
        }
        Self::load(name, &single.sources).map_err(|errors| {
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

/// A single schema, and a reference to it.
struct Single {
    id: String,
    sources: Vec<Source>,
}

/// The schema in `source` with a reference to it; otherwise the kind of document that
/// `source` is.
fn single_schema(source: &Source) -> Result<Single, String> {
    let mut schema = text::parse(&source.bytes).map_err(|error| {
        let reasons = chain(&error).map(ToString::to_string);
        reasons.collect::<Vec<_>>().join(": ")
    })?;
    if is_exchange_reference(&schema) {
        return Err("an exchange reference, not a schema".to_owned());
    }
    // These have no keyword by which a schema is recognised.
    if schema.is_boolean() || schema == json!({}) {
        schema = json!({ "allOf": [schema] });
    }
    // An id that is only a name, or empty, identifies no document.
    let identifies = |id: &&str| id::normalise(id).as_deref() != Ok("");
    let given = schema_id(&schema).filter(identifies).map(str::to_owned);
    let Value::Object(members) = &mut schema else {
        return Err(format!("{} is not a schema", shown(&schema)));
    };
    let id = given.unwrap_or_else(|| format!("/schemas/{SINGLE_ID}#"));
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
    let sources = vec![named(REFERENCE, &reference), named(&source.name, &schema)];
    Ok(Single { id, sources })
}
