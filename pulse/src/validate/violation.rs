//! Violations: what breaks which rule, and where.

use std::fmt;

use serde_core::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use super::Pointer;

/// How many characters of an offending value a violation keeps.
const SHOWN: usize = 80;

/// One value that breaks one keyword of its schema.
///
/// Serialises to JSON with the names of its fields.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// Where the value stands in the payload, a JSON pointer (RFC 6901).
    pub pointer: String,
    /// The keyword of the schema that it breaks, `maxLength` for instance.
    pub keyword: &'static str,
    /// What the keyword asks for, as the schema writes it.
    pub limit: Value,
    /// The value, as JSON text, shortened where it is long.
    pub value: String,
}

impl Violation {
    /// Says that `value`, at `pointer`, breaks `keyword`, which asks for `limit`.
    pub fn new(
        pointer: impl Into<String>,
        keyword: &'static str,
        limit: impl Into<Value>,
        value: &(impl Serialize + ?Sized),
    ) -> Self {
        Self {
            pointer: pointer.into(),
            keyword,
            limit: limit.into(),
            value: shortened(value),
        }
    }

    /// Says that `value`, which stands at `at`, fits no alternative of `keyword`.
    pub(crate) fn no_alternative(
        at: &Pointer<'_>,
        keyword: &'static str,
        value: &impl Serialize,
    ) -> Self {
        Self::new(at.to_string(), keyword, "an alternative that fits", value)
    }
}

/// The JSON text of `value`, cut after [`SHOWN`] characters.
fn shortened(value: &(impl Serialize + ?Sized)) -> String {
    let text = serde_json::to_string(value).unwrap_or_default();
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Serialize for Violation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Violation", 4)?;
        fields.serialize_field("pointer", &self.pointer)?;
        fields.serialize_field("keyword", self.keyword)?;
        fields.serialize_field("limit", &self.limit)?;
        fields.serialize_field("value", &self.value)?;
        fields.end()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pointer = match self.pointer.as_str() {
            "" => "the payload",
            pointer => pointer,
        };
        let Self {
            keyword,
            limit,
            value,
            ..
        } = self;
        match *keyword {
            "required" => write!(f, "{pointer}: member {limit} is missing"),
            "additionalProperties" => write!(f, "{pointer}: the schema knows no such member"),
            "type" => write!(f, "{pointer}: expected {limit}, found {value}"),
            "uniqueItems" => write!(f, "{pointer}: two items are equal"),
            keyword => write!(f, "{pointer}: {value} breaks {keyword} {limit}"),
        }
    }
}

impl std::error::Error for Violation {}

/// Every violation of one payload; never empty. Serialises to a JSON array.
#[derive(Clone, Debug, PartialEq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn new(found: Vec<Violation>) -> Self {
        Self(found)
    }

    /// The violations, in the order in which the payload was walked.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

impl Serialize for Violations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl IntoIterator for Violations {
    type Item = Violation;
    type IntoIter = std::vec::IntoIter<Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Violations {
    type Item = &'a Violation;
    type IntoIter = std::slice::Iter<'a, Violation>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Violations {}
