//! Valid examples of payloads, routing keys and messages, for the feature
//! `arbitrary`.
//!
//! Every generated payload type implements [`Arbitrary`] with values that are valid by
//! [`validate`](crate::Validate::validate). So code that handles messages can be tested
//! by a fuzzer, or with some [`example`]s, without handwritten fixtures:
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
//! An exhausted input gives small values rather than an error. The other functions of
//! this module are for generated code.

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

/// Number of random bytes for an example, enough for the largest messages.
const BYTES: usize = 16 * 1024;

/// The example number `seed` of a type. The same seed always gives the same example, as
/// long as the type and the version of this crate are the same.
///
/// # Errors
///
/// [`arbitrary::Error`], if the type has no valid value, or if none was found, because a
/// schema's constraints are too narrow for the search.
pub fn example<T: for<'a> Arbitrary<'a>>(seed: u64) -> Result<T> {
    T::arbitrary(&mut Unstructured::new(&retry::noise(seed, BYTES)))
}
