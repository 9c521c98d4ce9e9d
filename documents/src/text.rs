//! Makes text from documents safe to display: invisible characters and long texts.

use std::borrow::Cow;
use std::fmt::Write;

/// Replaces invisible characters of `text` by Rust escapes; line breaks and tabs stay.
#[must_use]
pub fn escape_invisible(text: &str) -> String {
    escape(text, &['\n', '\t'])
}

/// `text` as a part of one line: escapes line breaks and other invisible characters except
/// tabs, which indent the lines of a diff, and the commands that CI systems act on in a log.
#[must_use]
pub fn escape_line(text: &str) -> String {
    let escaped = disarm_commands(&escape(text, &['\t']), r"\u{23}");
    // GitHub acts on `::error::` at the start of a line, after blanks.
    let blanks = escaped.len() - escaped.trim_start().len();
    match escaped.split_at(blanks) {
        (blanks, rest) if rest.starts_with("::") => format!(r"{blanks}\u{{3a}}{}", &rest[1..]),
        _ => escaped,
    }
}

/// The length of the longest run of backticks in `text`: a code span or block around it
/// needs a longer one.
#[must_use]
pub fn longest_backticks(text: &str) -> usize {
    let runs = text.split(|character| character != '`');
    runs.map(str::len).max().unwrap_or(0)
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
    disarm_commands(&escaped, r"\u0023")
}

/// Replaces invisible characters of `text`, except for those in `kept`, by Rust escapes.
fn escape(text: &str, kept: &[char]) -> String {
    let mut escaped = String::new();
    for character in text.chars() {
        match is_invisible(character) && !kept.contains(&character) {
            true => escaped.extend(character.escape_default()),
            false => escaped.push(character),
        }
    }
    escaped
}

/// Replaces the second `#` of each log command by `hash`: GitHub acts on `##[error]`
/// anywhere in a line, Azure Pipelines on `##vso[…]`, and TeamCity on `##teamcity[…]`.
/// GitLab's commands begin with a control character.
fn disarm_commands(text: &str, hash: &str) -> String {
    let mut disarmed = String::new();
    for part in text.split_inclusive('[') {
        let name = part.strip_suffix('[').unwrap_or_default();
        let before = name.trim_end_matches(|it: char| it.is_ascii_alphanumeric());
        match before.strip_suffix('#') {
            Some(before_hash) if before_hash.ends_with('#') => {
                disarmed.extend([before_hash, hash, &part[before.len()..]]);
            }
            _ => disarmed.push_str(part),
        }
    }
    disarmed
}

/// Whether a character is invisible or changes how others are displayed: controls, line
/// separators, direction marks, fillers, tags and private-use characters.
#[must_use]
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

/// `1 item`, `2 items`, `2 properties`.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ies"),
        (_, None) => format!("{number} {noun}s"),
    }
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
    use super::{escape_invisible, escape_json, escape_line};

    #[test]
    fn only_visible_characters_stay_unescaped() {
        let text = "a\tü→漢\n\u{202e}\0\r\u{200b}\u{2028}";
        let escaped = "a\tü→漢\n\\u{202e}\\u{0}\\r\\u{200b}\\u{2028}";
        assert_eq!(escape_invisible(text), escaped);
    }

    #[test]
    fn escaped_json_is_the_same_json() {
        let commands = ["##[", "##vso[", "##VSO[", "##teamcity["];
        let value = serde_json::json!({"\u{202e}\u{9b}": ["\u{e0001}###[x]\n", commands]});
        let escaped = escape_json(&format!("{value:#}"));
        assert!(escaped.is_ascii(), "{escaped}");
        assert!(!commands.iter().any(|it| escaped.contains(it)), "{escaped}");
        let read: serde_json::Value = serde_json::from_str(&escaped).expect("JSON");
        assert_eq!(read, value);
    }

    #[test]
    fn no_text_is_a_command_of_a_ci_system() {
        for (text, escaped) in [
            ("\t ::error::x", "\t \\u{3a}:error::x"),
            ("a ##[error]b", r"a #\u{23}[error]b"),
            ("a ###[error]b", r"a ##\u{23}[error]b"),
            ("##vso[task.x]##[", r"#\u{23}vso[task.x]#\u{23}["),
            ("##Vso[", r"#\u{23}Vso["),
            ("##teamcity[x]", r"#\u{23}teamcity[x]"),
            // GitLab's marker of a section.
            ("section_end:1:a\r\u{1b}[0K", r"section_end:1:a\r\u{1b}[0K"),
            ("use a::b; #[x] ## y[0]", "use a::b; #[x] ## y[0]"),
        ] {
            assert_eq!(escape_line(text), escaped);
        }
    }
}
