//! String enums that keep a value which they do not know.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// An enum over the strings that a schema names, with one more variant for a
/// string that it does not name.
pub trait OpenEnum: Sized + Serialize + 'static {
    /// The strings that the schema names, in its order, and their variants.
    const KNOWN: &'static [(&'static str, Self)];

    /// Keeps a value that the schema does not name.
    fn unknown(value: Unknown) -> Self;

    /// Whether this is a value that the schema names.
    fn is_known(&self) -> bool;
}

/// An enum value that the schema does not name, as it came.
///
/// It can be printed and published again, and nothing else: it can't be built,
/// and its text can't be matched on, so that no program depends on a value that
/// turns into a variant of its own with the next schema.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Unknown(Box<str>);

impl fmt::Debug for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Unknown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Unknown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

/// Reads a string into the variant that the schema names it by, or keeps it.
///
/// # Errors
///
/// Where the value is not a string.
pub fn deserialize_open<'de, D, E>(deserializer: D) -> Result<E, D::Error>
where
    D: Deserializer<'de>,
    E: OpenEnum + Clone,
{
    deserializer.deserialize_str(Text).map(|text| {
        match E::KNOWN.iter().find(|(known, _)| *known == text) {
            Some((_, variant)) => variant.clone(),
            None => E::unknown(Unknown(text.into())),
        }
    })
}

/// Borrows the string from the input where it can.
struct Text;

impl<'de> Visitor<'de> for Text {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
