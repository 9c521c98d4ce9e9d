//! Decoding, tolerant and strict.

use std::fmt;

use serde_core::de::Error;

use super::Payload;
use super::reader::{self, Leniency};
use crate::schema::{Interpreter, Schema};
use crate::validate::Document;
use crate::violations::Violations;

/// Decodes a payload tolerantly.
///
/// Ignores unknown properties and keeps unknown enum values, because a newer server may
/// send them. If an object names a property twice, the last value counts. Half of a surrogate
/// pair, of a text that was cut inside an emoji, becomes U+FFFD, unless two names of an object
/// would become equal; [`RawJson`](crate::RawJson) keeps it. Other violations of the schema are
/// left to [`Validate::validate`](crate::Validate::validate).
///
/// # Errors
///
/// [`PayloadError`] if `bytes` are not JSON, or if the payload's type cannot hold
/// them; then with every violation but unknown properties, and their JSON pointers.
pub fn decode<P: Payload>(bytes: &[u8]) -> Result<P, PayloadError> {
    let read = reader::read_lenient(bytes, Leniency::Characters);
    read.map_err(|error| explain(P::SCHEMA, bytes, error))
}

/// Decodes a payload that must be valid against its schema, without unknown properties in
/// closed objects.
///
/// # Errors
///
/// [`PayloadError`], with every violation and its JSON pointer.
pub fn decode_strict<P: Payload>(bytes: &[u8]) -> Result<P, PayloadError> {
    if P::IS_TYPED
        && let Ok(payload) = reader::read_all::<P>(bytes)
        && payload.is_valid()
    {
        return Ok(payload);
    }
    decode_by_schema(bytes)
}

/// Decodes a payload and checks its JSON against the schema, for constraints that the
/// types do not express, and to report violations.
fn decode_by_schema<P: Payload>(bytes: &[u8]) -> Result<P, PayloadError> {
    let document = Document::parse(bytes).map_err(PayloadError::Json)?;
    let checked = document.check_parsed(Interpreter::strict(), P::SCHEMA);
    checked.map_err(PayloadError::Schema)?;
    let read = reader::read_typed(bytes);
    let payload: P = read.map_err(|error| not_held(P::SCHEMA, &document, error))?;
    match payload.validate() {
        // A part that was left out is not checked.
        Err(violations) if document.is_cut() => Err(PayloadError::Schema(violations)),
        // Its JSON is valid: rounding has moved a number out of its bounds.
        Err(violations) => Err(PayloadError::Json(Error::custom(format_args!(
            "a number can't be held without rounding: {violations}"
        )))),
        Ok(()) => Ok(payload),
    }
}

/// Finds out why `bytes` could not be decoded.
#[cold]
fn explain(schema: &'static Schema, bytes: &[u8], error: serde_json::Error) -> PayloadError {
    match Document::parse(bytes) {
        Ok(document) => match document.check_parsed(Interpreter::tolerant(), schema) {
            Ok(()) => not_held(schema, &document, error),
            Err(violations) => PayloadError::Schema(violations),
        },
        Err(not_json) => PayloadError::Json(not_json),
    }
}

/// The error for a document that its type can't hold, although `schema` allows it: with the
/// integers of more than 64 bits, for which serde names no property.
#[cold]
fn not_held(
    schema: &'static Schema,
    document: &Document,
    error: serde_json::Error,
) -> PayloadError {
    PayloadError::Json(
        match document.check_parsed(Interpreter::of_64_bits(), schema) {
            Ok(()) => error,
            Err(violations) => Error::custom(format_args!(
                "{error}; integers of more than 64 bits: {violations}"
            )),
        },
    )
}

/// The error of decoding a payload. The cause is its `source`.
#[derive(Debug)]
#[non_exhaustive]
pub enum PayloadError {
    /// The bytes are not JSON, or JSON that the payload's type cannot hold although
    /// its schema allows it, such as an integer of more than 64 bits, or two names that differ
    /// in halves of surrogate pairs only; or for [`decode_strict`] any such half, or a number
    /// that is invalid once rounded.
    Json(serde_json::Error),
    /// The JSON is not valid against the schema.
    Schema(Violations),
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(_) => f.write_str("the payload is not JSON that this type can hold"),
            Self::Schema(_) => f.write_str("the payload does not fit its schema"),
        }
    }
}

impl std::error::Error for PayloadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Schema(violations) => Some(violations),
        }
    }
}
