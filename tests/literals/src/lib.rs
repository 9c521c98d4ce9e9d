//! Literals that are checked when a program is compiled; see the test.

#[path = "../../../generated/src/worker_manager/validators.rs"]
#[rustfmt::skip]
pub mod validators;
