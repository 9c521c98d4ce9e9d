//! The generator as a library: what it makes of documents, and what it refuses.
//!
//! One program, which is linked once and shares its work out over all processors. The
//! tests against checked-in files are in `tests/goldens`.

mod api;
mod bounds;
mod determinism;
mod documentation;
mod documents;
mod faults;
mod growth;
mod hunt;
mod lints;
mod mutations;
mod names;
mod package;
mod rustdoc;
#[path = "../support/mod.rs"]
mod support;
