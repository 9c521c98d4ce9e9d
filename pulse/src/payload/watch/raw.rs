//! JSON that was kept as its text, seen part by part.

use std::fmt::{self, Write};

use serde_core::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Number, Value};

use super::Observer;
use super::string::with_text;

/// What `RawValue` calls itself where it is serialized, and its one field.
pub(super) const NAME: &str = "$serde_json::private::RawValue";

/// A string, as a value has it or as it stands in a JSON text.
#[derive(Clone, Copy)]
pub(in crate::payload) enum Text<'a> {
    /// The string.
    Plain(&'a str),
    /// What stands between the quotes, with escapes in it.
    Escaped(&'a str),
}

impl<'a> Text<'a> {
    /// The string that `json` is, which begins with a quote and ends with one.
    fn of(json: &'a str) -> Self {
        let inside = json.get(1..json.len().saturating_sub(1)).unwrap_or("");
        match inside.contains('\\') {
            true => Self::Escaped(inside),
            false => Self::Plain(inside),
        }
    }

    /// Hands the string to `seen`.
    pub(in crate::payload) fn with<R>(self, seen: impl FnOnce(&str) -> R) -> R {
        match self {
            Self::Plain(text) => seen(text),
            Self::Escaped(_) => with_text(&self, seen),
        }
    }
}

/// The characters of the string, escapes replaced by what they stand for.
impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = match self {
            Self::Plain(text) => return f.write_str(text),
            Self::Escaped(escaped) => escaped,
        };
        let mut rest = *escaped;
        while let Some(at) = rest.find('\\') {
            f.write_str(&rest[..at])?;
            let (character, after) = unescape(&rest[at + 1..]);
            f.write_char(character)?;
            rest = after;
        }
        f.write_str(rest)
    }
}

/// The character that an escape stands for, which goes on with `text` after its
/// backslash; and what comes after it.
fn unescape(text: &str) -> (char, &str) {
    let mut characters = text.chars();
    let character = match characters.next() {
        Some('b') => '\u{8}',
        Some('f') => '\u{c}',
        Some('n') => '\n',
        Some('r') => '\r',
        Some('t') => '\t',
        Some('u') => return code_point(characters.as_str()),
        other => other.unwrap_or(char::REPLACEMENT_CHARACTER),
    };
    (character, characters.as_str())
}

/// The character of four hexadecimal digits, or of eight where it takes two units
/// of UTF-16; half of one stands for none.
fn code_point(text: &str) -> (char, &str) {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let first = unit(text);
    let after = text.get(4..).unwrap_or("");
    let second = after.strip_prefix("\\u").and_then(unit);
    let decoded = |units: &[u16]| char::decode_utf16(units.iter().copied()).next()?.ok();
    match (first, second) {
        (Some(first), Some(second)) if decoded(&[first]).is_none() => {
            let pair = decoded(&[first, second]);
            let rest = if pair.is_some() { &after[6..] } else { after };
            (pair.unwrap_or(char::REPLACEMENT_CHARACTER), rest)
        }
        (first, _) => {
            let single = first.and_then(|first| decoded(&[first]));
            (single.unwrap_or(char::REPLACEMENT_CHARACTER), after)
        }
    }
}

/// How deeply arrays and objects may be nested: as deeply as `serde_json` reads
/// them. Each level takes a part of the stack.
const DEEPEST: usize = 128;

/// A part of a JSON text, itself the text of a value.
struct Raw<'a>(&'a str);

/// As `RawValue` does it, which takes memory to find out where a part ends.
impl Serialize for Raw<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut text = serializer.serialize_struct(NAME, 1)?;
        text.serialize_field(NAME, self.0)?;
        text.end()
    }
}

/// What `observer` makes of the value that `json` is the text of, which a parser
/// has seen; nothing where Rust has no such number, or it is too deeply nested.
pub(in crate::payload) fn observe_text<O: Observer>(json: &str, observer: &O) -> Option<O::Seen> {
    let json = json.trim_ascii();
    let mut parts = O::Parts::default();
    Some(match json.as_bytes().first()? {
        b'"' => observer.text(Text::of(json)),
        b'{' | b'[' if is_too_deep(json) => return None,
        b'{' => {
            for member in split(json) {
                let (name, value) = member.split_at(string_end(member));
                let value = value.trim_ascii_start().strip_prefix(':')?;
                let name = Text::of(name);
                observer.member(name, &Raw(value), &mut parts);
            }
            observer.object(parts)
        }
        b'[' => {
            split(json).for_each(|item| observer.item(&Raw(item), &mut parts));
            observer.array(parts)
        }
        _ => observer.scalar(&scalar(json)?),
    })
}

/// The value of `json`, which is no string, array or object.
fn scalar(json: &str) -> Option<Value> {
    let float = || Number::from_f64(json.parse().ok()?).map(Value::Number);
    match json {
        "null" => Some(Value::Null),
        "true" | "false" => Some(Value::Bool(json == "true")),
        _ => None
            .or_else(|| json.parse::<u64>().ok().map(Value::from))
            .or_else(|| json.parse::<i64>().ok().map(Value::from))
            .or_else(float),
    }
}

/// The items or members of the array or object `json`, each as its text.
fn split(json: &str) -> impl Iterator<Item = &str> {
    let mut rest = json.get(1..json.len() - 1).unwrap_or("").trim_ascii();
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut depth = 0;
        let end = structure(rest).find(|(_, byte)| {
            depth += step(*byte);
            depth == 0 && *byte == b','
        });
        let end = end.map_or(rest.len(), |(index, _)| index);
        let part = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or("");
        Some(part.trim_ascii())
    })
}

/// Whether arrays and objects in `json` are nested more deeply than [`DEEPEST`].
fn is_too_deep(json: &str) -> bool {
    let mut depth = 0;
    structure(json).any(|(_, byte)| {
        depth += step(byte);
        depth > DEEPEST as isize
    })
}

/// How much deeper than before what comes after `byte` is.
fn step(byte: u8) -> isize {
    match byte {
        b'[' | b'{' => 1,
        b']' | b'}' => -1,
        _ => 0,
    }
}

/// The bytes of `json` that are not in strings, and their places.
fn structure(json: &str) -> impl Iterator<Item = (usize, u8)> {
    let mut next = 0;
    std::iter::from_fn(move || {
        let byte = *json.as_bytes().get(next)?;
        let index = next;
        next += match byte {
            b'"' => string_end(&json[index..]),
            _ => 1,
        };
        Some((index, byte))
    })
}

/// Where the string ends that `json` begins with, behind its last quote.
fn string_end(json: &str) -> usize {
    let mut bytes = json.bytes().enumerate().skip(1);
    while let Some((index, byte)) = bytes.next() {
        match byte {
            b'\\' => drop(bytes.next()),
            b'"' => return index + 1,
            _ => {}
        }
    }
    json.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_stand_for_characters() {
        for json in [
            r#""""#,
            r#""plain""#,
            r#""\"\\\/\b\f\n\r\t""#,
            r#""a\u0041b\u00e9c""#,
            r#""\ud83d\ude00 and \uD83D\uDE00!""#,
            r#""é😀\n""#,
        ] {
            let expected: String = serde_json::from_str(json).expect("a string");
            assert_eq!(Text::of(json).to_string(), expected);
            assert_eq!(Text::of(json).with(str::to_owned), expected);
        }
    }

    /// No parser lets these through; a text that was kept unread may have them.
    #[test]
    fn half_a_character_is_none() {
        for json in [
            r#""\ud83d""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\ude00\ud83d""#,
        ] {
            assert!(Text::of(json).to_string().contains('\u{fffd}'), "{json}");
        }
    }

    #[test]
    fn parts_are_found_where_they_are() {
        let json = r#" [1, "a,]\\\"", [2,[3 , 4]], {"b}": [","]} ,[ ],{}] "#.trim();
        let expected = [
            "1",
            r#""a,]\\\"""#,
            "[2,[3 , 4]]",
            r#"{"b}": [","]}"#,
            "[ ]",
            "{}",
        ];
        assert_eq!(split(json).collect::<Vec<_>>(), expected);
        assert_eq!(split("[ ]").count(), 0);
        assert_eq!(split("{ \"a\" : [1 , 2] }").next(), Some("\"a\" : [1 , 2]"));
    }

    #[test]
    fn scalars_are_what_a_parser_makes_of_them() {
        for json in [
            "null",
            "true",
            "false",
            "0",
            "-7",
            "1.5",
            "1e3",
            "-2.5E-3",
            "18446744073709551615",
            "-9223372036854775808",
            "18446744073709551616",
            "1e300",
        ] {
            assert_eq!(scalar(json), serde_json::from_str(json).ok(), "{json}");
        }
        assert_eq!(scalar("1e999"), None);
    }

    #[test]
    fn long_strings_are_seen_whole() {
        let json = format!("\"{}\\n\"", "é".repeat(1000));
        assert_eq!(Text::of(&json).with(str::len), 2001);
    }
}
