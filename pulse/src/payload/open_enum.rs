//! String enums that keep a value which they do not know.

use std::borrow::Cow;
use std::fmt;

use serde_core::de::{Deserializer, Error, Visitor};
use serde_core::{Serialize, Serializer};

/// An enum over the strings that a schema names, with one more variant for a
/// string that it does not name.
pub trait OpenEnum: Clone + 'static {
    /// The strings that the schema names, in its order, and their variants.
    const KNOWN: &'static [(&'static str, Self)];

    /// The variant for a string that the schema does not name.
    fn from_unknown(value: Unknown) -> Self;

    /// The string of this variant.
    ///
    /// # Errors
    ///
    /// The value itself, where the schema does not name it.
    fn known(&self) -> Result<&'static str, &Unknown>;
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
    E: OpenEnum,
{
    let text = deserializer.deserialize_str(Text)?;
    match E::KNOWN.iter().find(|(known, _)| *known == text) {
        Some((_, variant)) => Ok(variant.clone()),
        None => Ok(E::from_unknown(Unknown(text.into()))),
    }
}

/// Writes the string of a variant, or the one that was kept.
///
/// # Errors
///
/// As `serializer` gives them.
pub fn serialize_open<E: OpenEnum, S: Serializer>(
    value: &E,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value.known() {
        Ok(text) => serializer.serialize_str(text),
        Err(unknown) => unknown.serialize(serializer),
    }
}

/// Prints the string of a variant, or the one that was kept.
///
/// # Errors
///
/// As `f` gives them.
pub fn fmt_open<E: OpenEnum>(value: &E, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match value.known() {
        Ok(text) => f.write_str(text),
        Err(unknown) => fmt::Display::fmt(unknown, f),
    }
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
