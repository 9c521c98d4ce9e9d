//! Literals that are checked at compile time; see the test.

#[path = "../../../generated/src/worker_manager/validators.rs"]
#[rustfmt::skip]
pub mod validators;
