//! Makes text from documents safe to display: invisible characters and long texts.

use std::borrow::Cow;
use std::fmt::Write;

/// Replaces invisible characters of `text` by Rust escapes; line breaks and tabs stay.
#[must_use]
pub fn escape_invisible(text: &str) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match character {
            '\n' | '\t' => escaped.push(character),
            character if is_invisible(character) => escaped.extend(character.escape_unicode()),
            character => escaped.push(character),
        }
    }
    escaped
}

/// Replaces invisible characters in the strings of `json` by JSON's escapes, and those of
/// CI systems' log commands. Line breaks and blanks between values stay.
#[must_use]
pub fn escape_json(json: &str) -> String {
    let mut escaped = String::new();
    for character in json.chars() {
        match character {
            '\n' => escaped.push(character),
            character if is_invisible(character) => {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    // Writing to a string can't fail.
                    let _ = write!(escaped, "\\u{unit:04x}");
                }
            }
            character => escaped.push(character),
        }
    }
    escaped.replace("##[", r"#\u0023[")
}

/// Whether a character is invisible or changes how others are displayed: controls, line
/// separators, direction marks, fillers, tags and private-use characters.
#[must_use]
pub fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// The first `max` characters of `text`, followed by the total number if it was cut.
#[must_use]
pub fn cut(text: &str, max: usize) -> Cow<'_, str> {
    match text.char_indices().nth(max) {
        None => Cow::Borrowed(text),
        Some((end, _)) => {
            let all = text.chars().count();
            Cow::Owned(format!("{}… ({all} characters)", &text[..end]))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{escape_invisible, escape_json};

    #[test]
    fn only_visible_characters_stay_unescaped() {
        let text = "a\tü→漢\n\u{202e}\0\r\u{200b}\u{2028}";
        let escaped = "a\tü→漢\n\\u{202e}\\u{0}\\u{d}\\u{200b}\\u{2028}";
        assert_eq!(escape_invisible(text), escaped);
    }

    #[test]
    fn escaped_json_is_the_same_json() {
        let value = serde_json::json!({"\u{202e}\u{9b}": "\u{e0001}##[x]\n"});
        let escaped = escape_json(&format!("{value:#}"));
        assert!(escaped.is_ascii(), "{escaped}");
        assert!(!escaped.contains("##["), "{escaped}");
        let read: serde_json::Value = serde_json::from_str(&escaped).expect("JSON");
        assert_eq!(read, value);
    }
}
