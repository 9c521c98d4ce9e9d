//! Markdown of the generator: code spans, and wrapped sentences.

use taskcluster_documents::text::{escape_invisible, longest_backticks};

/// Width of a line of a doc comment, without indentation and slashes.
pub(super) const WIDTH: usize = 88;

/// `text` as a code span, with enough backticks that no text can end it.
pub(super) fn code(text: &str) -> String {
    let shown = escape_invisible(&text.replace(['\n', '\r', '\t'], " "));
    let fence = "`".repeat(longest_backticks(&shown) + 1);
    match shown.trim() {
        "" if text.is_empty() => "`\"\"`".to_owned(),
        "" => "` `".to_owned(),
        _ if fence.len() > 1 || shown.starts_with(' ') || shown.ends_with(' ') => {
            format!("{fence} {shown} {fence}")
        }
        _ => format!("{fence}{shown}{fence}"),
    }
}

fn is_list_marker(word: &str) -> bool {
    let digits = word.trim_end_matches(['.', ')']);
    matches!(word, "-" | "*" | "+")
        || (digits.len() + 1 == word.len()
            && (1..10).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Wraps the words of a line, but not before a word that would begin a list, a heading or
/// a quote in Markdown.
pub(super) fn wrap(line: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut column = 0;
    for word in line.split_whitespace() {
        let width = word.chars().count();
        match lines.last_mut() {
            Some(last) if last.is_empty() => last.push_str(word),
            Some(last) if opens_block(word) || column + width <= WIDTH => {
                last.push(' ');
                last.push_str(word);
            }
            _ => {
                lines.push(word.to_owned());
                column = 0;
            }
        }
        column += width + 1;
    }
    lines
}

/// Whether a line that starts with `word` could begin another block: a list, a heading, a
/// quote, a fence, HTML.
fn opens_block(word: &str) -> bool {
    let is_address = ["<http://", "<https://"]
        .iter()
        .any(|it| word.starts_with(it));
    word.starts_with(['#', '>', '=', '|', '-', '+', '*', '_'])
        || ["```", "~~~"].iter().any(|fence| word.starts_with(fence))
        || (word.starts_with('<') && !is_address)
        || is_list_marker(word)
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn code_spans_hold_anything() {
        assert_eq!(code("^[a-z]$"), "`^[a-z]$`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a\nb\u{202e}"), "`a b\\u{202e}`");
    }
}
