//! The generator as a library: its output for documents, and its errors.
//!
//! All of these tests are one program, which is linked once and distributes them over all
//! processors. The tests against checked-in files are in `tests/goldens`.

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
mod wide;
