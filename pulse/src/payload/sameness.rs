//! Whether two JSON texts stand for one value, as JSON Schema has it: numbers
//! are one by what they are worth, objects whatever the order of their members.

use serde_json::Value;

use super::digest::Digest;
use super::shape::plain_integer;

/// Whether two texts stand for one value. Texts that no [`Value`] can be made
/// of, such as deeply nested ones, have to be equal letter by letter.
pub(super) fn same(left: &str, right: &str) -> bool {
    left == right
        || Digest::of_text(left) == Digest::of_text(right)
            && matches!(
                (serde_json::from_str(left), serde_json::from_str(right)),
                (Ok(left), Ok(right)) if same_value(&left, &right)
            )
}

fn same_value(left: &Value, right: &Value) -> bool {
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
            assert_eq!(
                Digest::of_text(left),
                Digest::of_text(right),
                "{left} {right}"
            );
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
