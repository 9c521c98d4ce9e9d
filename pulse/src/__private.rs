//! Items for generated code only. Nothing in here is part of the public API: it changes
//! together with [`VERSION`] and the generator.

/// The version of this interface. Generated code asserts that it was made for this
/// one. Increase it, here and in the generator, with every change that breaks code
/// generated before.
pub const VERSION: u32 = 13;

/// Examples of payloads and routing keys.
#[cfg(feature = "arbitrary")]
pub mod example {
    pub use crate::example::{payload, routing_key};
}

#[cfg(feature = "schemars")]
pub use crate::__json_schemas as json_schemas;
#[cfg(feature = "arbitrary")]
pub use crate::__taskcluster_examples as examples;
pub use crate::binding::BindingWords;
pub use crate::event::{AnyMessage, decode_as};
pub use crate::payload::{Branch, Members, Union, deserialize_union, optional, read_variant};
pub use crate::routing::{KeyField, KeyFields, KeyReader, KeyWriter};
pub use crate::rule::{INTEGER, Matcher, Positions, Run, Scalar, Split, Table, compiled_pattern};
#[cfg(feature = "schemars")]
pub use crate::schema::print_schema;
pub use crate::schema::{Dependency, Keyword, Schema, Type};
pub use crate::validate::{check_schema, fits_rest, fits_schema};
pub use crate::value::{deserialize_open, parse_open, unique, unique_as_written};
#[cfg(feature = "arbitrary")]
pub use arbitrary;

/// Defines for each listed type of the parent module a struct of its required fields, and
/// a `new` that takes it. Fields in `#[unset(…)]` are unset.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_required {
    ($(
        $(#[unset($($unset:ident),*)])?
        struct $name:ident { $($field:ident: $type:ty),* $(,)? }
    )*) => {
        $(
            #[doc = concat!("The required fields of [`", stringify!($name), "`](super::", stringify!($name), ").")]
            #[derive(Clone, Debug, PartialEq)]
            pub struct $name {
                $(
                    #[doc = concat!("See [`", stringify!($name), "`](super::", stringify!($name), ").")]
                    pub $field: $type,
                )*
            }

            impl super::$name {
                /// A value with these required fields; the optional ones are unset.
                pub fn new(required: $name) -> Self {
                    Self {
                        $($field: required.$field,)*
                        $($($unset: ::std::default::Default::default(),)*)?
                    }
                }
            }
        )*
    };
}

pub use crate::__taskcluster_open_enums as open_enums;
pub use crate::__taskcluster_payloads as payloads;
pub use crate::__taskcluster_required as required;
pub use crate::__taskcluster_routing_keys as routing_keys;
#[cfg(feature = "schemars")]
pub use schemars;
pub use serde_core as serde;
