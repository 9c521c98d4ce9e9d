//! Two validators of one payload: the code generated from its schema, and an independent
//! validator that reads the schema.

use std::collections::BTreeSet;

use jsonschema::error::ValidationErrorKind;
use jsonschema::{Draft, Registry, ValidationError, Validator};
use schemars::JsonSchema;
use serde_json::{Value, json};
use taskcluster_documents::escape;
use taskcluster_pulse as pulse;
use taskcluster_pulse::{Binding, ExchangeInfo, Payload, PayloadError, PayloadObject, Violations};

use crate::documents::Documents;
use crate::examples::{Example, Exemplary};

/// Violations of a schema: JSON pointers and keywords. For a missing property, the
/// keyword is `required name`.
pub type Faults = BTreeSet<(String, String)>;

/// One exchange, with the functions of its payload type.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// The exchange.
    pub info: &'static ExchangeInfo,
    /// Decodes and validates a text with the generated type.
    pub judge: fn(&[u8]) -> Judgement,
    /// The example that is made from an input.
    pub example: fn(&[u8]) -> Example,
    /// A holder for a payload.
    pub holder: fn() -> Box<dyn PayloadObject>,
    /// The schema that the payload type returns.
    pub own_schema: fn() -> Value,
}

/// The results of the generated code for one text, by each way to check it.
#[derive(Debug)]
pub struct Judgement {
    /// The result of a strict decode.
    pub strict: Found,
    /// The result of a tolerant decode.
    pub decoded: Found,
    /// The result of `validate()`, if the tolerant decode succeeds.
    pub validated: Option<Faults>,
    /// The result of `is_valid()`, if the tolerant decode succeeds.
    pub is_valid: Option<bool>,
    /// The encoded payload, if it is valid.
    pub written: Option<Value>,
}

/// The result of a decode.
#[derive(Debug, PartialEq)]
pub enum Found {
    /// The violations, if any.
    Faults(Faults),
    /// The text is not JSON that a Rust value can represent.
    NoJson(String),
}

impl Found {
    /// Whether there are no violations.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Faults(faults) if faults.is_empty())
    }
}

impl Subject {
    /// The exchange `E`.
    pub fn of<E: Exemplary>() -> Self
    where
        E::Payload: JsonSchema,
    {
        Self {
            info: E::INFO,
            judge: judge::<E::Payload>,
            example: Example::of::<E>,
            holder: || E::default().new_payload_object(),
            own_schema: || schemars::schema_for!(E::Payload).to_value(),
        }
    }

    /// The id of the payload's schema.
    pub fn schema(&self) -> String {
        self.info.schema.to_owned()
    }
}

fn judge<P: Payload>(text: &[u8]) -> Judgement {
    let decoded = pulse::decode::<P>(text);
    let validated = decoded
        .as_ref()
        .ok()
        .map(|payload| faults(payload.validate()));
    Judgement {
        strict: found(pulse::decode_strict::<P>(text).map(drop)),
        is_valid: decoded.as_ref().ok().map(P::is_valid),
        written: decoded
            .as_ref()
            .ok()
            .filter(|it| it.is_valid())
            .and_then(rewritten),
        decoded: found(decoded.map(drop)),
        validated,
    }
}

/// The JSON of `payload` after a round trip; `None` if it contains a text that no
/// [`Value`] can represent.
fn rewritten<P: Payload>(payload: &P) -> Option<Value> {
    let text = serde_json::to_string(payload).expect("a payload has a JSON form");
    let again: P = pulse::decode(text.as_bytes()).expect("what is written can be read");
    assert_eq!(&again, payload, "{text}");
    serde_json::from_str(&text).ok()
}

fn found(decoded: Result<(), PayloadError>) -> Found {
    match decoded {
        Ok(()) => Found::Faults(Faults::new()),
        Err(PayloadError::Schema(violations)) => Found::Faults(faults(Err(violations))),
        Err(error) => Found::NoJson(error.to_string()),
    }
}

fn faults(checked: Result<(), Violations>) -> Faults {
    let violations = checked.err().into_iter().flatten();
    violations
        .map(|it| {
            let keyword = match it.limit.as_str().filter(|_| it.keyword == "required") {
                Some(name) => format!("required {name}"),
                None => it.keyword.to_owned(),
            };
            (it.pointer, keyword)
        })
        .collect()
}

/// The independent validator of the payloads of one schema.
#[derive(Debug)]
pub struct Other(Validator);

impl Other {
    /// The validator of the schema `id`.
    ///
    /// # Panics
    ///
    /// If `documents` does not have it, or a schema that it refers to.
    pub fn new(documents: &Documents, id: &str) -> Self {
        let resources = documents.iter().map(|(id, document)| {
            let mut document = document.clone();
            // Taskcluster's metaschema extends draft-06 by annotations.
            document["$schema"] = json!("http://json-schema.org/draft-07/schema#");
            (format!("json-schema://{id}"), document)
        });
        let registry = Registry::new()
            .extend(resources)
            .and_then(|registry| registry.prepare())
            .expect("schemas that refer to each other");
        let validator = jsonschema::options()
            .with_draft(Draft::Draft7)
            .should_validate_formats(true)
            .with_registry(&registry)
            .build(&json!({ "$ref": format!("json-schema://{id}") }));
        Self(validator.expect("a schema"))
    }

    /// The validator of a schema without references to other documents.
    ///
    /// # Panics
    ///
    /// If `schema` is not a schema.
    pub fn of(schema: &Value) -> Self {
        let validator = jsonschema::options()
            .should_validate_formats(true)
            .build(schema);
        Self(validator.expect("a schema"))
    }

    /// The violations of `value`.
    pub fn faults(&self, value: &Value) -> Faults {
        self.0.iter_errors(value).flat_map(named).collect()
    }

    /// Whether `value` has no violations.
    pub fn is_valid(&self, value: &Value) -> bool {
        self.0.is_valid(value)
    }
}

/// The violations that one error stands for, with our keywords. The pointer of a wrong
/// property is that of the property.
fn named(error: ValidationError<'_>) -> Vec<(String, String)> {
    let pointer = error.instance_path().to_string();
    let member = |name: &str| format!("{pointer}/{}", escape(name));
    match error.kind() {
        ValidationErrorKind::AdditionalProperties { unexpected } => unexpected
            .iter()
            .map(|name| (member(name), "additionalProperties".to_owned()))
            .collect(),
        ValidationErrorKind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            vec![(pointer, format!("required {name}"))]
        }
        ValidationErrorKind::PropertyNames { error } => {
            let name = error.instance().as_str().unwrap_or_default();
            vec![(member(name), error.kind().keyword().to_owned())]
        }
        kind => vec![(pointer, kind.keyword().to_owned())],
    }
}
