//! Payloads, rules and schemas as generated code states them, and JSON that is checked
//! against them.

#[cfg(feature = "arbitrary")]
mod examples;
mod nesting;
mod schema;
mod strings;
