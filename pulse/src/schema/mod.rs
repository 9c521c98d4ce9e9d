//! JSON Schemas as static tables, and an interpreter that checks JSON against them.
//!
//! Each payload type, and each type that is an alternative or has keywords that no
//! Rust type expresses, has its schema as a [`Schema`]. Generated code refers to it
//! like this (the items land next, all in `__private`):
//!
//! - `Payload::SCHEMA: &'static Schema`, and `Payload::IS_TYPED: bool`, which is true
//!   if the Rust types and `validate()` alone check the whole schema.
//! - `Union::SCHEMA: &'static Schema`, the schema at the place of the union, with its
//!   `anyOf`, `oneOf` or list of types; `Union::BRANCHES` with one
//!   `Branch::new(&'static Schema, read)` for each variant, in which the schema is
//!   complete: for a list of types, `type` and the keywords of the other types may
//!   stand in it. `Union::unmatched(text)`. No `KEYWORD`, no `check_variant`.
//! - `check_schema(self, &SCHEMA, at, report)`, the whole `Validate::check` of a union
//!   and of a type with keywords that no Rust type expresses: serializes the value and
//!   runs the interpreter. All other types keep their generated checks.
//! - An integer without bounds that fit `i64` or `u64` is an `i128`; `ScalarRule<i128>`
//!   checks it.

#[cfg(feature = "schemars")]
mod builder;
mod table;

#[cfg(feature = "schemars")]
pub use builder::{
    ObjectSchema, all_of, any_of, array, map, map_with_names, nullable, one_of, open_enum,
};
pub use table::{Dependency, Keyword, Literal, Schema, Type};
