//! The values of keywords.

use std::collections::BTreeSet;

use serde_json::{Map, Number, Value};

use crate::schema::JsonType;

/// The error of a value of the wrong type: what was expected.
pub(super) type Wrong = &'static str;

pub(super) fn text(value: &Value) -> Result<String, Wrong> {
    Ok(value.as_str().ok_or("expected a string")?.to_owned())
}

pub(super) fn flag(value: &Value) -> Result<bool, Wrong> {
    value.as_bool().ok_or("expected `true` or `false`")
}

pub(super) fn list(value: &Value) -> Result<&Vec<Value>, Wrong> {
    value.as_array().ok_or("expected an array")
}

pub(super) fn object(value: &Value) -> Result<&Map<String, Value>, Wrong> {
    value.as_object().ok_or("expected an object")
}

pub(super) fn names(value: &Value) -> Result<BTreeSet<String>, Wrong> {
    let names = list(value)?
        .iter()
        .map(|name| name.as_str().map(str::to_owned));
    let names: Option<BTreeSet<String>> = names.collect();
    names.ok_or("expected an array of strings")
}

/// A limit on a count. One beyond `u64` is read as the greatest `u64`.
pub(super) fn count(value: &Value) -> Result<u64, Wrong> {
    let whole = |float: &f64| *float >= 0.0 && float.fract() == 0.0;
    let float = || value.as_f64().filter(whole).map(|float| float as u64);
    let count = value.as_u64().or_else(float);
    count.ok_or("expected a non-negative integer")
}

pub(super) fn number(value: &Value) -> Result<Number, Wrong> {
    let number = value.as_number().filter(|number| number.as_f64().is_some());
    Ok(number.ok_or("expected a number")?.clone())
}

pub(super) fn divisor(value: &Value) -> Result<Number, Wrong> {
    let divisor = value.as_f64().filter(|divisor| *divisor > 0.0);
    divisor.ok_or("expected a number greater than 0")?;
    number(value)
}

/// The types that the keyword `type` names.
pub(super) fn types(value: &Value) -> Result<BTreeSet<JsonType>, Wrong> {
    let json_type = |name: &Value| JsonType::of(name.as_str()?);
    let types: Option<BTreeSet<JsonType>> = match value {
        Value::Array(names) => names.iter().map(json_type).collect(),
        name => json_type(name).map(|only| BTreeSet::from([only])),
    };
    types.filter(|types| !types.is_empty()).ok_or(
        "expected null, boolean, integer, number, string, array or object, or a list of these",
    )
}
