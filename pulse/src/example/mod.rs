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
//!
//! A payload is made as JSON, by the table of its schema, and then decoded. Keywords that
//! state how a value is built are followed; the whole is checked, and made again if it
//! is not valid.

mod containers;
mod language;
mod lengths;
mod message;
mod noise;
mod numbers;
mod parts;
mod text;
mod values;

use arbitrary::{Arbitrary, Result, Unstructured};

pub use message::routing_key;
pub use values::payload;

/// Number of random bytes for an example, enough for the largest messages.
const BYTES: usize = 16 * 1024;

/// The example number `seed` of a type.
///
/// The same seed always gives the same example, as long as the type and the version of
/// this crate are the same.
///
/// # Errors
///
/// [`arbitrary::Error`], if the type has no valid value, or if none was found, because a
/// schema's constraints are too narrow for the search.
pub fn example<T: for<'a> Arbitrary<'a>>(seed: u64) -> Result<T> {
    T::arbitrary(&mut Unstructured::new(&noise::noise(seed, BYTES)))
}

/// Implements `Arbitrary` for types by a function of this module, which comes first.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_examples {
    ($make:ident, $($name:ident),* $(,)?) => {
        $(
            impl<'a> $crate::__private::arbitrary::Arbitrary<'a> for $name {
                fn arbitrary(
                    u: &mut $crate::__private::arbitrary::Unstructured<'a>,
                ) -> $crate::__private::arbitrary::Result<Self> {
                    $crate::__private::example::$make(u)
                }
            }
        )*
    };
}
