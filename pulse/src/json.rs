//! Reads JSON text into [`Value`]s.
//!
//! A message may be any JSON, and `serde_json` does not read all of it as it is. It takes an
//! object with a certain key for a number, or for another text, which it parses regardless
//! of the depth around it. It refuses numbers that no float holds, and halves of surrogate
//! pairs. Here each key is a name, and a value is the same whatever features of `serde_json`
//! a build turns on.

use std::char::decode_utf16;

use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use crate::number::Decimal;

/// Maximum depth of arrays and objects in a value, that of `serde_json`.
pub(crate) const MAX_LEVELS: usize = 127;

/// The least float above zero.
const LEAST: f64 = f64::from_bits(1);

/// The first keys of objects that `serde_json` takes for a number, with the feature
/// `arbitrary_precision`, and for another text.
const RESERVED: [&str; 2] = [
    "$serde_json::private::Number",
    "$serde_json::private::RawValue",
];

/// The value of a JSON text.
#[derive(Debug)]
pub(crate) struct Parsed {
    pub(crate) value: Value,
    /// Whether contents of arrays and objects were left out, because they nest too deeply.
    pub(crate) is_cut: bool,
    /// Whether a number or a character was replaced, because `Value` can't hold it.
    pub(crate) is_replaced: bool,
}

/// Reads `bytes`; what nests too deeply is left out.
pub(crate) fn parse(bytes: &[u8]) -> serde_json::Result<Parsed> {
    serde_json::from_slice(bytes).map(|text| read(text, MAX_LEVELS))
}

/// Reads `text` without the contents of arrays and objects inside `levels` others.
pub(crate) fn read(text: &RawValue, levels: usize) -> Parsed {
    let mut reader = Reader::new(text);
    Parsed {
        value: reader.value(levels),
        is_cut: reader.is_cut,
        is_replaced: reader.is_replaced,
    }
}

/// A key in `text` for which `serde_json` takes an object for something else.
pub(crate) fn reserved_key(text: &RawValue) -> Option<&'static str> {
    let mut reader = Reader::new(text);
    let mut is_first = false;
    while let Some(byte) = reader.peek() {
        if byte != b'"' {
            reader.take(1);
        } else if is_first {
            let key = reader.string();
            if let Some(reserved) = RESERVED.into_iter().find(|it| *it == key) {
                return Some(reserved);
            }
        } else {
            reader.quoted();
        }
        is_first = byte == b'{';
    }
    None
}

/// Reads a text that was checked to be JSON. For other texts, the value is unspecified.
struct Reader<'t> {
    rest: &'t str,
    is_cut: bool,
    is_replaced: bool,
}

impl<'t> Reader<'t> {
    fn new(text: &'t RawValue) -> Self {
        Self {
            rest: text.get(),
            is_cut: false,
            is_replaced: false,
        }
    }

    /// Reads a value of at most `levels` of arrays and objects.
    fn value(&mut self, levels: usize) -> Value {
        match self.peek() {
            Some(b'{') => Value::Object(self.object(levels)),
            Some(b'[') => Value::Array(self.array(levels)),
            Some(b'"') => Value::String(self.string()),
            _ => match self.scalar() {
                "null" => Value::Null,
                "true" => Value::Bool(true),
                "false" => Value::Bool(false),
                number => Value::Number(self.number(number)),
            },
        }
    }

    fn object(&mut self, levels: usize) -> Map<String, Value> {
        let mut members = Map::new();
        let Some(inner) = self.enter(levels) else {
            return members;
        };
        while self.peek() == Some(b'"') {
            let name = self.string();
            self.pass(b':');
            members.insert(name, self.value(inner));
            self.pass(b',');
        }
        self.pass(b'}');
        members
    }

    fn array(&mut self, levels: usize) -> Vec<Value> {
        let mut items = Vec::new();
        let Some(inner) = self.enter(levels) else {
            return items;
        };
        while self.peek().is_some_and(|byte| byte != b']') {
            items.push(self.value(inner));
            self.pass(b',');
        }
        self.pass(b']');
        items
    }

    /// Passes the bracket before an array or object, and returns the number of levels for
    /// what is inside. If there is none, passes all of it.
    fn enter(&mut self, levels: usize) -> Option<usize> {
        if levels == 0 {
            self.is_cut = true;
            self.leave_out();
        } else {
            self.take(1);
        }
        levels.checked_sub(1)
    }

    /// Passes an array or an object.
    fn leave_out(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.quoted(),
                _ => self.take(1),
            };
            match byte {
                b'[' | b'{' => depth += 1,
                b']' | b'}' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
    }

    fn string(&mut self) -> String {
        let text = self.quoted();
        match text.contains('\\') {
            true => self.unescaped(text),
            false => text.to_owned(),
        }
    }

    /// Passes a string, and returns what is between its quotes.
    fn quoted(&mut self) -> &'t str {
        self.take(1);
        let mut is_escaped = false;
        let end = self.rest.bytes().position(|byte| {
            let is_end = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            is_end
        });
        let text = self.take(end.unwrap_or(self.rest.len()));
        self.take(1);
        text
    }

    /// The characters of a string with escapes. Unicode has no character for half of a
    /// surrogate pair; a private one for each keeps lengths, and different texts different.
    fn unescaped(&mut self, text: &str) -> String {
        let mut units = Vec::with_capacity(text.len());
        let mut rest = text;
        while let Some((plain, escape)) = rest.split_once('\\') {
            units.extend(plain.encode_utf16());
            let (unit, length) = unit(escape);
            units.push(unit);
            rest = escape.get(length..).unwrap_or_default();
        }
        units.extend(rest.encode_utf16());
        let chars = decode_utf16(units).map(|char| {
            char.unwrap_or_else(|half| {
                self.is_replaced = true;
                let private = u32::from(half.unpaired_surrogate()) + 0x0800;
                char::from_u32(private).unwrap_or(char::REPLACEMENT_CHARACTER)
            })
        });
        chars.collect()
    }

    /// The value of a number; the nearest float that is neither infinite nor a zero in place
    /// of another number, if no value is the same.
    fn number(&mut self, text: &str) -> Number {
        match (text.parse::<u64>(), text.parse::<i64>()) {
            (Ok(number), _) => return number.into(),
            (_, Ok(number)) if number != 0 => return number.into(),
            _ => {}
        }
        let stated = Decimal::parse(text);
        let float: f64 = text.parse().unwrap_or_default();
        let held = match float == 0.0 && !stated.is_zero() {
            true => LEAST.copysign(float),
            false => float.clamp(f64::MIN, f64::MAX),
        };
        let number = Number::from_f64(held).unwrap_or_else(|| 0.into());
        self.is_replaced |= Decimal::parse(&number.to_string()) != stated;
        number
    }

    /// Passes a number, `true`, `false` or `null`.
    fn scalar(&mut self) -> &'t str {
        let is_end = |byte| matches!(byte, b',' | b']' | b'}' | b' ' | b'\n' | b'\r' | b'\t');
        let end = self.rest.bytes().position(is_end);
        // At least one character, so that reading ends.
        self.take(end.unwrap_or(self.rest.len()).max(1))
    }

    /// The next byte that is not white space, which is passed.
    fn peek(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        self.rest.bytes().next()
    }

    /// Passes `byte`, if it is the next one.
    fn pass(&mut self, byte: u8) {
        if self.peek() == Some(byte) {
            self.take(1);
        }
    }

    fn take(&mut self, length: usize) -> &'t str {
        let (taken, rest) = self
            .rest
            .split_at_checked(length)
            .unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

/// The code unit of an escape, and the length of what follows its backslash.
fn unit(escape: &str) -> (u16, usize) {
    let unit = match escape.bytes().next() {
        Some(b'u') => {
            let digits = escape.get(1..5).unwrap_or_default();
            return (u16::from_str_radix(digits, 16).unwrap_or_default(), 5);
        }
        Some(b'b') => 8,
        Some(b'f') => 12,
        Some(b'n') => 10,
        Some(b'r') => 13,
        Some(b't') => 9,
        other => other.unwrap_or_default(),
    };
    (u16::from(unit), 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Parsed {
        parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn values_are_those_of_serde_json() {
        for text in [
            "null",
            " [true , false,null]\n",
            "[0, -0, 0.0, -0.0, 1, -1, 1.5, 1E2, 0e999, -9.365853658536581]",
            "[18446744073709551615, -9223372036854775808]",
            "[9007199254740994, 179769313486231570e291, 5e-324]",
            "[ [ ] , { } , [[]], {\"\":{}} ]",
            r#"{"a" : 1, "b":{"a": [2]}, "a": "]}\"", "\\": "\\", "é漢😀": ""}"#,
            r#"["\"\\\/\b\f\n\r\t", "\u00e9\u6f22", "a\ud83d\ude00b", "\u0000\uFFFF"]"#,
        ] {
            let parsed = of(text);
            assert!(!parsed.is_cut && !parsed.is_replaced, "{text}");
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parsed.value.to_string(), value.to_string(), "{text}");
        }
    }

    #[test]
    fn what_no_value_holds_is_replaced() {
        for (text, value) in [
            ("1e400", "1.7976931348623157e+308"),
            ("[-1e400]", "[-1.7976931348623157e+308]"),
            ("[1e-400, -1e-400]", "[5e-324,-5e-324]"),
            ("0.10000000000000000001", "0.1"),
            ("9007199254740993.0", "9007199254740992.0"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("-9223372036854775809", "-9.223372036854776e+18"),
            (r#""a\ud83d""#, "\"a\u{e03d}\""),
            (r#""\ude00\ud83d""#, "\"\u{e600}\u{e03d}\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{e03d}😀\""),
            (r#"{"\ud83d\n": 1}"#, "{\"\u{e03d}\\n\":1}"),
        ] {
            let parsed = of(text);
            assert!(parsed.is_replaced, "{text}");
            assert_eq!(parsed.value.to_string(), value, "{text}");
        }
    }

    #[test]
    fn what_nests_too_deeply_is_left_out() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(!of(&nested(MAX_LEVELS)).is_cut);
        let deep = of(&nested(100_000));
        assert!(deep.is_cut);
        assert_eq!(deep.value.to_string(), nested(MAX_LEVELS + 1));
        let text: &RawValue =
            serde_json::from_str(r#"[{"a": ["]", {"b": "}\""}]}, [[1], 2], 3]"#).unwrap();
        let parsed = read(text, 2);
        assert!(parsed.is_cut);
        assert_eq!(parsed.value.to_string(), r#"[{"a":[]},[[],2],3]"#);
    }

    /// `serde_json` can be made to keep any text as JSON.
    #[test]
    fn reading_ends_whatever_the_text_is() {
        let text = r#"[{"a": [1, "\u12é"}, "\ud83d" tru é] : ,, {é} {"a" 1 "b": "#;
        for (start, _) in text.char_indices() {
            for (end, _) in text.char_indices().filter(|(end, _)| *end >= start) {
                for levels in [0, 1, 9] {
                    let mut reader = Reader {
                        rest: &text[start..end],
                        is_cut: false,
                        is_replaced: false,
                    };
                    reader.value(levels);
                }
            }
        }
    }
}
