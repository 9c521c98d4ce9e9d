//! Whether two JSON texts stand for one value, as JSON Schema has it: numbers
//! are one by what they are worth, objects whatever the order of their members.

use std::fmt::{self, Write};
use std::hash::{DefaultHasher, Hash, Hasher};

use serde_core::Serialize;
use serde_json::{Number, Value};

use super::shape::plain_integer;
use super::watch::{Observer, Text, observe, observe_text};

/// Whether two texts stand for one value. Texts that no [`Value`] can be made
/// of, such as deeply nested ones, have to be equal letter by letter.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right
        || digest(left) == digest(right)
            && matches!(
                (serde_json::from_str(left), serde_json::from_str(right)),
                (Ok(left), Ok(right)) if same_value(&left, &right)
            )
}

pub(super) fn same_value(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(_), Value::Number(_)) => {
            left == right || whole(left).is_some_and(|left| Some(left) == whole(right))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .zip(right)
                    .all(|(left, right)| same_value(left, right))
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left.iter().all(|(name, left)| {
                    right.get(name).is_some_and(|right| same_value(left, right))
                })
        }
        _ => left == right,
    }
}

/// A number as an integer, where it is one.
fn whole(number: &Value) -> Option<Value> {
    match number.is_f64() {
        true => plain_integer(number),
        false => Some(number.clone()),
    }
}

/// A number that texts share which stand for one value.
pub(super) fn digest(text: &str) -> u64 {
    observe_text(text, &Digest).unwrap_or_else(|| digest_of(text))
}

/// A number that values share which are written as one.
pub(super) fn digest_of_value(value: &(impl Serialize + ?Sized)) -> u64 {
    observe(value, &Digest).unwrap_or_default()
}

fn digest_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// Makes a digest of a value: out of its text, or those of its parts.
struct Digest;

impl Observer for Digest {
    type Seen = u64;
    type Parts = u64;

    fn scalar(&self, value: &Value) -> u64 {
        match value {
            Value::Number(number) => digest_of_number(number),
            other => digest_of(other.as_bool()),
        }
    }

    fn text(&self, text: Text<'_>) -> u64 {
        let mut hasher = TextHasher(DefaultHasher::new());
        // Nothing fails here: the hasher takes what it gets.
        let _ = write!(hasher, "{text}");
        hasher.0.finish()
    }

    fn item<T: Serialize + ?Sized>(&self, item: &T, parts: &mut u64) {
        *parts = digest_of(("[]", *parts, digest_of_value(item)));
    }

    fn member<T: Serialize + ?Sized>(&self, name: Text<'_>, value: &T, parts: &mut u64) {
        // The order of members does not count.
        let member = digest_of(("{}", self.text(name), digest_of_value(value)));
        *parts = parts.wrapping_add(member);
    }

    fn array(&self, parts: u64) -> u64 {
        digest_of(("[", parts))
    }

    fn object(&self, parts: u64) -> u64 {
        digest_of(("{", parts))
    }
}

fn digest_of_number(number: &Number) -> u64 {
    match (number.as_i128(), number.as_f64()) {
        (Some(integer), _) => digest_of(integer),
        // A whole one may be written as an integer elsewhere; one beyond the
        // integers ends at their last, which only makes it one of many.
        (None, Some(float)) if float.fract() == 0.0 => digest_of(float as i128),
        (None, float) => digest_of(float.map(f64::to_bits)),
    }
}

/// Hashes text byte by byte, so that it does not count in which pieces it comes.
struct TextHasher(DefaultHasher);

impl fmt::Write for TextHasher {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.bytes().for_each(|byte| self.0.write_u8(byte));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pairs of texts for one value.
    const ONE: [(&str, &str); 9] = [
        ("1", "1.0"),
        ("100", "1e2"),
        ("-3", "-3.0"),
        ("0", "-0.0"),
        ("18446744073709551615", "18446744073709551615"),
        (r#""a""#, r#""\u0061""#),
        (r#"{"a": 1, "b": [2]}"#, r#"{"b":[2.0],"a":1}"#),
        ("[null, true]", "[ null,true ]"),
        ("1e300", "10e299"),
    ];

    /// Pairs of texts for two values.
    const TWO: [(&str, &str); 10] = [
        ("1", "1.5"),
        ("1", r#""1""#),
        ("0", "false"),
        ("null", "[]"),
        ("[]", "{}"),
        ("[1,2]", "[2,1]"),
        (r#"{"a":1}"#, r#"{"a":1,"b":1}"#),
        (r#"{"a":1,"b":2}"#, r#"{"a":2,"b":1}"#),
        ("9007199254740993", "9007199254740992.0"),
        ("1e300", "2e300"),
    ];

    #[test]
    fn one_value_is_known_whatever_its_spelling() {
        for (left, right) in ONE {
            assert!(same(left, right), "{left} {right}");
            assert_eq!(digest(left), digest(right), "{left} {right}");
        }
    }

    #[test]
    fn two_values_are_told_apart() {
        for (left, right) in TWO {
            assert!(!same(left, right), "{left} {right}");
        }
    }

    #[test]
    fn what_is_nested_too_deep_is_compared_by_its_letters() {
        let deep = |inner: &str| "[".repeat(100_000) + inner + &"]".repeat(100_000);
        assert!(same(&deep("1"), &deep("1")));
        assert!(!same(&deep("1"), &deep("2")));
    }
}
