//! String enums that keep values that the schema does not list.

use std::error::Error;
use std::fmt;
use std::marker::PhantomData;

use serde_core::de::{Deserializer, Visitor};
use serde_core::{Serialize, Serializer};

/// An enum over the strings that a schema lists, with one more variant for a
/// string that it does not list.
pub trait OpenEnum: Clone + 'static {
    /// The strings that the schema lists, in its order, and their variants.
    const KNOWN: &'static [(&'static str, Self)];

    /// The variant for a string that the schema does not list.
    fn from_unrecognized(value: Unrecognized) -> Self;

    /// The string of this variant.
    ///
    /// # Errors
    ///
    /// The value, if the schema does not list it.
    fn known(&self) -> Result<&'static str, &Unrecognized>;
}

/// An enum value that the schema does not list, with its original text.
///
/// It can be printed and published again. It can't be constructed or matched by its text,
/// so no program depends on a value that becomes a variant with the next schema.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Unrecognized(Box<str>);

impl Unrecognized {
    /// The text, for the enum around it.
    #[doc(hidden)]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Unrecognized {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Serialize for Unrecognized {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// The error of a string that is not one of the values of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UnknownValue {
    /// The string.
    pub text: String,
    /// The values of the enum.
    pub known: Vec<&'static str>,
}

impl fmt::Display for UnknownValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { text, known } = self;
        write!(f, "unknown value {text:?}; known are {}", known.join(", "))
    }
}

impl Error for UnknownValue {}

/// The variant for a string that the schema lists.
pub fn parse_open<E: OpenEnum>(text: &str) -> Result<E, UnknownValue> {
    variant(text).ok_or_else(|| UnknownValue {
        text: text.to_owned(),
        known: E::KNOWN.iter().map(|(known, _)| *known).collect(),
    })
}

fn variant<E: OpenEnum>(text: &str) -> Option<E> {
    let mut known = E::KNOWN.iter();
    let (_, variant) = known.find(|(known, _)| *known == text)?;
    Some(variant.clone())
}

/// Reads a string into the variant that the schema lists it for, or keeps it.
pub fn deserialize_open<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: OpenEnum,
{
    deserializer.deserialize_str(Open(PhantomData))
}

/// Reads the value of an [`OpenEnum`].
struct Open<E>(PhantomData<E>);

impl<E: OpenEnum> Visitor<'_> for Open<E> {
    type Value = E;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<F: serde_core::de::Error>(self, text: &str) -> Result<E, F> {
        Ok(variant(text).unwrap_or_else(|| E::from_unrecognized(Unrecognized(text.into()))))
    }
}

/// Implements [`OpenEnum`] and the traits of every string enum by the strings of its variants.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_open_enums {
    ($(enum $name:ident { $($variant:ident = $text:literal),* $(,)? })*) => {
        $(
            impl $crate::OpenEnum for $name {
                const KNOWN: &'static [(&'static str, Self)] = &[
                    $(($text, Self::$variant)),*
                ];

                fn from_unrecognized(value: $crate::Unrecognized) -> Self {
                    Self::Unrecognized(value)
                }

                fn known(&self) -> ::std::result::Result<&'static str, &$crate::Unrecognized> {
                    match self {
                        $(Self::$variant => ::std::result::Result::Ok($text),)*
                        Self::Unrecognized(value) => ::std::result::Result::Err(value),
                    }
                }
            }

            impl $name {
                /// The string of this value.
                pub fn as_str(&self) -> &str {
                    use $crate::OpenEnum;
                    match self.known() {
                        Ok(text) => text,
                        Err(value) => value.as_str(),
                    }
                }
            }

            impl ::std::convert::AsRef<str> for $name {
                fn as_ref(&self) -> &str {
                    self.as_str()
                }
            }

            impl ::std::fmt::Display for $name {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                    f.pad(self.as_str())
                }
            }

            /// Parses a value that the schema lists.
            impl ::std::str::FromStr for $name {
                type Err = $crate::UnknownValue;

                fn from_str(
                    text: &str,
                ) -> ::std::result::Result<Self, $crate::UnknownValue> {
                    $crate::__private::parse_open(text)
                }
            }

            impl $crate::__private::serde::Serialize for $name {
                fn serialize<S: $crate::__private::serde::Serializer>(
                    &self,
                    serializer: S,
                ) -> ::std::result::Result<S::Ok, S::Error> {
                    serializer.serialize_str(self.as_str())
                }
            }

            impl<'de> $crate::__private::serde::Deserialize<'de> for $name {
                fn deserialize<D: $crate::__private::serde::Deserializer<'de>>(
                    deserializer: D,
                ) -> ::std::result::Result<Self, D::Error> {
                    $crate::__private::deserialize_open(deserializer)
                }
            }
        )*
    };
}
