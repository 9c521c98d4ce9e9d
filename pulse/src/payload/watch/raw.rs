//! JSON that was kept as its text, seen part by part.

use std::fmt::{self, Write};

use serde_core::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

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

/// Whether arrays and objects in `json` are nested more deeply than [`DEEPEST`].
fn is_too_deep(json: &str) -> bool {
    let mut depth = 0_usize;
    let mut is_string = false;
    let mut bytes = json.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => is_string = !is_string,
            b'\\' => drop(bytes.next()),
            b'[' | b'{' if !is_string => depth += 1,
            b']' | b'}' if !is_string => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return true;
        }
    }
    false
}

/// What `observer` makes of the value that `json` is the text of; nothing where it
/// is none, or too deeply nested to be read.
pub(in crate::payload) fn observe_text<O: Observer>(json: &str, observer: &O) -> Option<O::Seen> {
    let json = json.trim_ascii();
    let mut parser = serde_json::Deserializer::from_str(json);
    let seen = match json.as_bytes().first() {
        Some(b'"') => return Some(observer.text(Text::of(json))),
        Some(b'{' | b'[') if is_too_deep(json) => return None,
        Some(b'{') => parser.deserialize_map(Inside(observer)),
        Some(b'[') => parser.deserialize_seq(Inside(observer)),
        _ => serde_json::from_str(json).map(|value: Value| observer.scalar(&value)),
    };
    seen.ok()
}

/// Hands the parts of an array or an object to an observer, each as its text.
struct Inside<'o, O>(&'o O);

impl<'de, O: Observer> Visitor<'de> for Inside<'_, O> {
    type Value = O::Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<O::Seen, A::Error> {
        let mut parts = O::Parts::default();
        while let Some(item) = items.next_element::<&RawValue>()? {
            self.0.item(item, &mut parts);
        }
        Ok(self.0.array(parts))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<O::Seen, A::Error> {
        let mut parts = O::Parts::default();
        while let Some((name, value)) = members.next_entry::<&RawValue, &RawValue>()? {
            self.0.member(Text::of(name.get()), value, &mut parts);
        }
        Ok(self.0.object(parts))
    }
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
    fn long_strings_are_seen_whole() {
        let json = format!("\"{}\\n\"", "é".repeat(1000));
        assert_eq!(Text::of(&json).with(str::len), 2001);
    }
}
