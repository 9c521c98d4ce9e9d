//! Violations of a schema: the value, the keyword and the place.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use crate::value::Escaping;

/// Maximum number of characters of the value that a violation keeps.
const SHOWN: usize = 80;

/// Number of violations in a text for people.
const PRINTED: usize = 20;

/// One value that breaks one keyword of its schema.
///
/// Serialises to JSON with the names of its fields.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Violation {
    /// JSON pointer (RFC 6901) of the value in the payload. The name of a property has the
    /// pointer of the property.
    pub pointer: String,
    /// The keyword of the schema that the value breaks, such as `maxLength`; `false` if
    /// the schema allows no value, `nesting` if the value is nested too deeply to be
    /// checked, `$ref` if its schemas are, `duplicate` if a property with a field is also
    /// in the map of the others, and `minimum` or `maximum` also if an integer has more than
    /// 64 bits.
    pub keyword: &'static str,
    /// The value of the keyword; the name of the missing property for `required` and
    /// `dependencies`; or a short description if the value is a schema.
    pub limit: Value,
    /// The value as JSON text, cut after 80 characters.
    pub value: String,
}

impl Violation {
    /// In place of a keyword: the value is nested too deeply to be checked.
    pub(crate) const NESTING: &'static str = "nesting";

    /// In place of a keyword: the property is set twice.
    const DUPLICATE: &'static str = "duplicate";

    /// A number for which JSON has no form.
    pub(crate) fn not_finite(pointer: String, number: f64) -> Self {
        Self {
            value: number.to_string(),
            ..Self::new(pointer, "type", "number", &())
        }
    }

    /// An integer of more than 64 bits.
    pub(crate) fn too_long(pointer: String, number: &(impl Serialize + fmt::Display)) -> Self {
        match number.to_string().starts_with('-') {
            true => Self::new(pointer, "minimum", i64::MIN, number),
            false => Self::new(pointer, "maximum", u64::MAX, number),
        }
    }

    /// A property that is set twice, the second time to `value`.
    pub(crate) fn duplicate(pointer: String, value: &(impl Serialize + ?Sized)) -> Self {
        Self::new(pointer, Self::DUPLICATE, "once", value)
    }

    /// A violation of `keyword`, which has the value `limit`, by `value` at `pointer`.
    pub(crate) fn new(
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
}

/// The JSON text of `value`, cut after [`SHOWN`] characters. What follows is not written.
fn shortened(value: &(impl Serialize + ?Sized)) -> String {
    // A character has up to four bytes.
    let mut bytes = [0; 4 * (SHOWN + 1)];
    let mut free = bytes.as_mut_slice();
    // It fails when none is left.
    let _ = serde_json::to_writer(&mut free, value);
    let written = 4 * (SHOWN + 1) - free.len();
    let text = String::from_utf8_lossy(&bytes[..written]);
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
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

/// With escapes for control characters.
impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(&mut Escaping(f))
    }
}

impl Violation {
    fn write(&self, f: &mut impl Write) -> fmt::Result {
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
            "required" => write!(f, "{pointer}: missing property {limit}"),
            "additionalProperties" => write!(f, "{pointer}: unknown property"),
            "false" => write!(f, "{pointer}: no value is allowed here"),
            "type" => write!(
                f,
                "{pointer}: expected {}, got {}",
                Wanted(limit),
                type_of(value)
            ),
            Self::NESTING => write!(
                f,
                "{pointer}: values inside more than {limit} arrays and objects are not checked"
            ),
            Self::DUPLICATE => write!(
                f,
                "{pointer}: set twice, by its field and in the map of other properties"
            ),
            "uniqueItems" => write!(f, "{pointer}: two items are equal"),
            keyword => write!(f, "{pointer}: {value} breaks {keyword} {limit}"),
        }
    }
}

/// The types in the keyword `type`, as text.
struct Wanted<'a>(&'a Value);

impl fmt::Display for Wanted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::String(name) => f.write_str(name),
            Value::Array(names) => names.iter().enumerate().try_for_each(|(index, name)| {
                let between = if index > 0 { " or " } else { "" };
                write!(f, "{between}{}", Wanted(name))
            }),
            other => other.fmt(f),
        }
    }
}

/// The type of a value, by the first characters of its JSON text.
fn type_of(text: &str) -> &'static str {
    match text.chars().next() {
        Some('n') => "null",
        Some('t' | 'f') => "boolean",
        Some('"') => "string",
        Some('[') => "array",
        Some('{') => "object",
        _ if text.ends_with(['N', 'f']) => "a number that is not finite",
        _ if text.contains(['.', 'e', 'E']) => "number",
        _ => "integer",
    }
}

impl std::error::Error for Violation {}

/// Every violation of one payload; never empty. Serialises to a JSON array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violations(Vec<Violation>);

impl Violations {
    pub(crate) fn new(found: Vec<Violation>) -> Self {
        Self(found)
    }

    /// These violations, of what JSON loses, and `others`, of the JSON: except for those of a
    /// `null` in place of a number, and of multiples, for which a long integer is rounded. A
    /// limit of the schema takes the place of that of 64 bits.
    pub(crate) fn and(mut self, others: Self) -> Self {
        let numbers = self.iter().filter(|it| it.keyword != Violation::DUPLICATE);
        let numbers = numbers.map(|it| (it.pointer.clone(), it.keyword));
        let numbers: BTreeMap<String, &str> = numbers.collect();
        let others = others.into_iter().filter(|it| {
            let lost = numbers.get(&it.pointer);
            lost.is_none_or(|lost| match is_limit(lost) {
                true => it.keyword != "multipleOf",
                false => it.value != "null",
            })
        });
        let others: Vec<Violation> = others.collect();
        let limits = others.iter().filter(|it| is_limit(it.keyword));
        let limits: BTreeSet<(&str, &str)> =
            limits.map(|it| (it.pointer.as_str(), it.keyword)).collect();
        self.0
            .retain(|it| !limits.contains(&(it.pointer.as_str(), it.keyword)));
        self.0.extend(others);
        self
    }

    /// The violations, in the order in which they were found.
    pub fn as_slice(&self) -> &[Violation] {
        &self.0
    }

    /// The violations, in the order in which they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, Violation> {
        self.0.iter()
    }
}

fn is_limit(keyword: &str) -> bool {
    matches!(keyword, "minimum" | "maximum")
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

/// The first twenty, each on a line, and the number of the others.
impl fmt::Display for Violations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, violation) in self.0.iter().take(PRINTED).enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            violation.fmt(f)?;
        }
        match self.0.len().saturating_sub(PRINTED) {
            0 => Ok(()),
            more => write!(f, "\nand {more} more"),
        }
    }
}

impl std::error::Error for Violations {}

#[cfg(test)]
mod tests {
    use serde_core::ser::{Serialize, SerializeSeq, Serializer};

    use super::Violation;

    /// A list without an end.
    struct Endless;

    impl Serialize for Endless {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut items = serializer.serialize_seq(None)?;
            loop {
                items.serialize_element("é")?;
            }
        }
    }

    #[test]
    fn no_more_of_a_value_is_written_than_a_violation_shows() {
        let violation = Violation::new("", "maxItems", 3, &Endless);
        assert_eq!(violation.value.chars().count(), 81);
        assert!(violation.value.ends_with(r#","é"…"#), "{}", violation.value);
    }
}
