//! Tests that span the crates of the workspace; see the integration tests beside this file.

pub mod documents;
// They are large, and nobody reads pages about them.
#[cfg(not(doc))]
pub mod drafts;
pub mod examples;
pub mod goldens;
pub mod grown;
pub mod instances;
pub mod judge;
pub mod private;
pub mod rules;
pub mod stated;
pub mod subjects;
pub mod texts;

/// The number in the environment variable `name`, or `default`.
///
/// # Panics
///
/// The variable is not a number.
#[must_use]
pub fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).map_or(default, |text| text.parse().expect("a number"))
}

/// The examples of the README, each compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// The example of the README of the generated crate.
#[cfg(doctest)]
#[doc = include_str!("../../generated/README.md")]
pub struct GeneratedReadme;
