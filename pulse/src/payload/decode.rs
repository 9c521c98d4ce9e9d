//! Decoding, tolerant and strict.

use std::error::Error;
use std::fmt;

use serde_json::Value;

use super::fits::Manner;
use super::{Payload, objects};
use crate::validate::{Pointer, Report, Violations};

/// Decodes a payload, tolerantly: unknown members are passed over and unknown
/// enum values kept, for a newer server may send them. What breaks the schema
/// otherwise is left to [`Validate::validate`](crate::Validate::validate).
///
/// # Errors
///
/// [`PayloadError`] where `bytes` is not JSON, or not of the payload's type:
/// then every misfit is told, each with its JSON pointer.
pub fn decode<P: Payload>(bytes: &[u8]) -> Result<P, PayloadError> {
    objects::read(bytes).or_else(|error| decode_slowly(bytes, error))
}

/// Decodes a payload that must keep its schema in every point: on top of what
/// [`decode`] asks for, no unknown member where the schema forbids it, and
/// every rule of the schema holds.
///
/// # Errors
///
/// [`PayloadError`], with every misfit and violation and their JSON pointers.
pub fn decode_strict<P: Payload>(bytes: &[u8]) -> Result<P, PayloadError> {
    let value: Value = serde_json::from_slice(bytes).map_err(PayloadError::Json)?;
    let mut report = Report::all();
    let _ = Manner::STRICT.check(P::SHAPE, &value, &Pointer::ROOT, &mut report);
    match decode::<P>(bytes) {
        Ok(payload) => {
            let written = serde_json::to_value(&payload).map_err(PayloadError::Json)?;
            let _ = P::SHAPE.check_kept(&value, &written, &Pointer::ROOT, &mut report);
            let _ = payload.check(&Pointer::ROOT, &mut report);
            report
                .into_distinct_result()
                .map_err(PayloadError::Schema)?;
            Ok(payload)
        }
        Err(error) => {
            report.into_result().map_err(PayloadError::Schema)?;
            Err(error)
        }
    }
}

/// Finds out why serde refused `bytes`. A whole number that is written with a
/// fraction or an exponent (`1.0`) is an integer to JSON Schema and not to
/// serde: it is written anew and the payload is decoded once more.
#[cold]
fn decode_slowly<P: Payload>(bytes: &[u8], error: serde_json::Error) -> Result<P, PayloadError> {
    let mut value: Value = serde_json::from_slice(bytes).map_err(PayloadError::Json)?;
    let mut report = Report::all();
    let _ = Manner::TOLERANT.check(P::SHAPE, &value, &Pointer::ROOT, &mut report);
    report.into_result().map_err(PayloadError::Schema)?;
    if !P::SHAPE.make_integers_plain(&mut value) {
        return Err(PayloadError::Json(error));
    }
    objects::read(value.to_string().as_bytes()).map_err(PayloadError::Json)
}

/// Bytes that are no payload of the wanted type. The cause is its `source`.
#[derive(Debug)]
#[non_exhaustive]
pub enum PayloadError {
    /// The bytes are not JSON, or JSON that no Rust value can hold, such as one
    /// nested too deeply.
    Json(serde_json::Error),
    /// The JSON does not fit the schema.
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

impl Error for PayloadError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Json(error) => Some(error),
            Self::Schema(violations) => Some(violations),
        }
    }
}
