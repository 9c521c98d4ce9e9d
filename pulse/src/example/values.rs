//! Timestamps, and JSON with few or no constraints.

use arbitrary::{Arbitrary, Error, Result, Unstructured};
use serde_json::{Map, Value};

use super::text::text;
use crate::payload::{RawJson, RawJsonObject, Timestamp};

/// A whole millisecond of the years from 1970 to 2100.
impl<'a> Arbitrary<'a> for Timestamp {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        /// The start of 2101.
        const END: i64 = 4_133_980_800_000;
        u.int_in_range(0..=END - 1).map(Self::from_millis)
    }
}

/// A small object.
impl<'a> Arbitrary<'a> for RawJsonObject {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::of(&object(u, LEVELS)?).map_err(|_| Error::IncorrectFormat)
    }
}

/// A small value.
impl<'a> Arbitrary<'a> for RawJson {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::of(&value(u, LEVELS)?).map_err(|_| Error::IncorrectFormat)
    }
}

/// Maximum number of levels of arrays and objects.
const LEVELS: u8 = 3;

/// Maximum number of items or properties.
const MOST: usize = 3;

fn value(u: &mut Unstructured<'_>, levels: u8) -> Result<Value> {
    let kinds = if levels > 0 { 0..=5 } else { 0..=3_u8 };
    Ok(match u.int_in_range(kinds)? {
        0 => Value::Null,
        1 => Value::Bool(u.arbitrary()?),
        2 => Value::from(u.arbitrary::<i32>()?),
        3 => Value::String(text(u, &[])?),
        4 => array(u, levels)?,
        _ => Value::Object(object(u, levels)?),
    })
}

fn array(u: &mut Unstructured<'_>, levels: u8) -> Result<Value> {
    let count = u.int_in_range(0..=MOST)?;
    (0..count).map(|_| value(u, levels - 1)).collect()
}

fn object(u: &mut Unstructured<'_>, levels: u8) -> Result<Map<String, Value>> {
    let count = u.int_in_range(0..=MOST)?;
    (0..count)
        .map(|_| Ok((text(u, &[])?, value(u, levels - 1)?)))
        .collect()
}
