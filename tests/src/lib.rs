//! Tests that span the crates of the workspace; see the integration tests beside this file.

pub mod goldens;
pub mod matcher;
pub mod texts;
