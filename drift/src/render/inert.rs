//! Escapes text from documents: no control character, direction mark, line break or log
//! command in it has an effect where a report is read.

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

#[cfg(test)]
mod tests {
    use super::plain;

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
}
