//! Payloads, rules and schemas as generated code states them, and JSON that is checked
//! against them.

#[cfg(feature = "arbitrary")]
mod examples;
#[cfg(feature = "schemars")]
mod json_schemas;
mod nesting;
mod numbers;
mod schema;
mod strings;
