//! Valid examples of payloads, routing keys and messages, for the feature
//! `arbitrary`.
//!
//! Every generated payload type implements [`Arbitrary`], and every value that
//! it makes is valid: [`validate`](crate::Validate::validate) finds nothing.
//! So the code that handles messages can be tested without fixtures that are
//! written by hand, by a fuzzer, or over some [`example`]s:
//!
//! ```
//! use taskcluster_pulse::example;
//! use taskcluster_pulse::{Word, Words};
//!
//! /// The code under test.
//! fn route_to_table(route: &Words) -> String {
//!     route.as_str().replace('.', "_")
//! }
//!
//! for seed in 0..100 {
//!     let route: Words = example(seed)?;
//!     assert!(Word::new(&route_to_table(&route)).is_ok());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! An input that has run out gives small values; it never fails for that
//! reason. The functions of this module are what generated code is made of.

mod automaton;
mod containers;
mod language;
mod lengths;
mod message;
mod retry;
mod scalar;
mod text;
mod values;
mod walk;

use arbitrary::{Arbitrary, Result, Unstructured};

pub use containers::{Make, any_of, list, map, open_enum, optional, rest};
pub use message::routing_key;
pub use retry::{smaller, valid};
pub use text::text;

/// How many bytes an example is made of: enough for the largest messages.
const BYTES: usize = 16 * 1024;

/// The example number `seed` of a type: the same for the same seed, whenever
/// and wherever it is asked for, as long as the type and this crate stay the
/// same.
///
/// # Errors
///
/// [`arbitrary::Error`] where the type has no valid value, or none was found: a
/// schema can ask for what can't be, or for what no search comes upon.
pub fn example<T: for<'a> Arbitrary<'a>>(seed: u64) -> Result<T> {
    T::arbitrary(&mut Unstructured::new(&retry::noise(seed, BYTES)))
}
