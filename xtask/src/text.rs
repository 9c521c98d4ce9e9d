//! How names and numbers are put into messages.

use std::path::Path;

/// The path for a terminal: control characters, which a file name may hold,
/// are escaped, so that a name can't move the cursor or forge a line.
pub(crate) fn shown(path: &Path) -> String {
    let mut text = String::new();
    for char in path.to_string_lossy().chars() {
        if char.is_control() {
            text.extend(char.escape_default());
        } else {
            text.push(char);
        }
    }
    text
}

/// The path as an argument that a shell reads back.
pub(crate) fn quoted(path: &Path) -> String {
    let text = shown(path);
    let plain = |char: char| char.is_alphanumeric() || "/._-+,:@%".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `1 file`, `2 files`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_is_only_text() {
        assert_eq!(shown(Path::new("a\x1b[2Jb\n")), r"a\u{1b}[2Jb\n");
    }

    #[test]
    fn what_a_shell_would_split_is_quoted() {
        assert_eq!(quoted(Path::new("../a-b/c.json")), "../a-b/c.json");
        assert_eq!(quoted(Path::new("it's here")), r"'it'\''s here'");
    }
}
