//! JSON Schemas as static tables, and an interpreter that checks JSON against them.
//!
//! Generated `validate()` code checks values that Rust types hold. The interpreter
//! checks JSON: it explains what is wrong with a payload, chooses between
//! alternatives while decoding, and checks keywords that no Rust type expresses.
//! The feature `schemars` prints the same tables.

mod alternatives;
mod instance;
mod interpreter;
mod keywords;
mod partial;
mod parts;
#[cfg(feature = "schemars")]
mod print;
mod properties;
mod table;

pub(crate) use alternatives::meant;
pub(crate) use interpreter::Interpreter;
#[cfg(feature = "schemars")]
pub use print::print_schema;
pub use table::{Dependency, Keyword, Schema, Type};
