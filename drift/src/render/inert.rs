//! Escapes text from documents: no control character, direction mark, line break or log
//! command in it has an effect where a report is read.

use std::fmt::Write;

use taskcluster_documents::text::{cut, is_invisible};

/// Maximum length of a text, in characters: a comment on GitHub may have 65,536.
pub(super) const MAX_CHARACTERS: usize = 4_000;

/// `text` on one line, with invisible characters as escapes; a long text is cut.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::new();
    for character in cut(text, MAX_CHARACTERS).chars() {
        match character {
            character if is_invisible(character) => escaped.extend(character.escape_default()),
            character => escaped.push(character),
        }
    }
    // Runners act on `##[error]` anywhere in a line.
    escaped.replace("##[", r"#\u{23}[")
}

/// Replaces invisible characters in the strings of `json` by JSON's escapes. Line breaks
/// and blanks between values stay.
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

#[cfg(test)]
mod tests {
    use super::{escape_json, plain};

    #[test]
    fn a_name_is_only_text() {
        let name = "x\u{1b}[31m\u{202e}\n::error::y ##[error]";
        assert_eq!(
            plain(name),
            r"x\u{1b}[31m\u{202e}\n::error::y #\u{23}[error]"
        );
        let long = plain(&"é".repeat(1_000_000));
        assert!(long.ends_with("é… (1000000 characters)"), "{}", long.len());
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
