//! Descriptions as doc comments.
//!
//! A description is Markdown by somebody else. What rustdoc would do more with
//! than show it is disarmed: code blocks, which it compiles and runs as tests,
//! HTML, and brackets that it would take for links to items.

use super::inert;

/// How wide a line of a doc comment may be, without indentation and slashes.
const WIDTH: usize = 88;

/// `text` as the lines of a doc comment; none where there is no text.
pub(super) fn lines(text: &str) -> Vec<String> {
    let safe = inert::escape(&disarm_fences(&clean(text)));
    let wrapped = inert::lines_if(safe.lines().flat_map(wrap).collect(), inert::is_inert);
    let end = wrapped
        .iter()
        .rposition(|line| !line.is_empty())
        .map_or(0, |last| last + 1);
    let start = wrapped
        .iter()
        .position(|line| !line.is_empty())
        .unwrap_or(0);
    wrapped.into_iter().take(end).skip(start).collect()
}

/// `text` in a code span that nothing in it can end.
pub(super) fn code(text: &str) -> String {
    let shown: String = text
        .chars()
        .map(|character| match character {
            '\n' | '\r' | '\t' => ' ',
            character => visible(character),
        })
        .collect();
    let longest = shown
        .split(|character| character != '`')
        .map(str::len)
        .max();
    let fence = "`".repeat(longest.unwrap_or(0) + 1);
    match shown.trim() {
        "" if text.is_empty() => "`\"\"`".to_owned(),
        "" => "` `".to_owned(),
        _ if fence.len() > 1 || shown.starts_with(' ') || shown.ends_with(' ') => {
            format!("{fence} {shown} {fence}")
        }
        _ => format!("{fence}{shown}{fence}"),
    }
}

/// A character that a reader of the source can see for what it is: no control,
/// and nothing that changes the direction of the text around it.
fn visible(character: char) -> char {
    match character {
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
        '\u{061c}' | '\u{feff}' => '\u{fffd}',
        character if character.is_control() => '\u{fffd}',
        character => character,
    }
}

/// One line after another without the indentation that makes code blocks: lines
/// of a list stand under its text, all others at the margin.
fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut offset = 0;
    let mut cleaned = String::new();
    for line in text.lines() {
        let indent = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        let marker = words
            .first()
            .filter(|word| is_list_marker(word) && words.len() > 1);
        let is_item = marker.is_some();
        if !words.is_empty() && indent < 2 && !is_item && cleaned.ends_with("\n\n") {
            offset = 0;
        }
        let margin = match is_item {
            true if indent < 2 || offset == 0 => 0,
            true => 2,
            false => offset,
        };
        if let Some(marker) = marker {
            offset = margin + marker.len() + 1;
        }
        if !words.is_empty() {
            cleaned.push_str(&" ".repeat(margin));
            cleaned.extend(words.join(" ").chars().map(visible));
        }
        cleaned.push('\n');
    }
    cleaned
}

fn is_list_marker(word: &str) -> bool {
    let digits = word.trim_end_matches(['.', ')']);
    matches!(word, "-" | "*" | "+")
        || (digits.len() + 1 == word.len()
            && (1..10).contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Takes from runs of backticks and tildes the power to open a code block.
fn disarm_fences(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(mark) = rest.chars().next() {
        let run = rest.chars().take_while(|&next| next == mark).count();
        let bytes = run * mark.len_utf8();
        match mark {
            '`' | '~' if run > 2 => out.extend(['\\', mark].iter().cycle().take(run * 2)),
            _ => out.push_str(&rest[..bytes]),
        }
        rest = &rest[bytes..];
    }
    out
}

/// Breaks a long line at spaces, never so that the next line would open with
/// what Markdown takes for a list, a heading or a quote.
pub(super) fn wrap(line: &str) -> Vec<String> {
    let margin = line.len() - line.trim_start().len();
    let words: Vec<&str> = line.split_whitespace().collect();
    let hanging = match words.first() {
        Some(word) if is_list_marker(word) => margin + word.len() + 1,
        _ => margin,
    };
    let mut lines = vec![" ".repeat(margin)];
    for word in words {
        let opens_block = opens_block(word);
        match lines.last_mut() {
            Some(last) if last.trim().is_empty() => last.push_str(word),
            Some(last)
                if last.chars().count() + 1 + word.chars().count() <= WIDTH || opens_block =>
            {
                last.push(' ');
                last.push_str(word);
            }
            _ => lines.push(format!("{}{word}", " ".repeat(hanging))),
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

/// Whether a line that starts with `word` could be another block than the line
/// before it: a list, a heading, a quote, a fence, HTML.
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
    use super::{code, lines};

    #[test]
    fn hostile_text_stays_text() {
        for (text, expected) in [
            (
                "```\nfn main() {}\n```",
                "\\`\\`\\`\nfn main() {}\n\\`\\`\\`",
            ),
            ("a\n\n    panic!()", "a\n\npanic!()"),
            ("-     panic!()", "- panic!()"),
            ("<script>alert()</script>", "\\<script>alert()\\</script>"),
            (
                "see [Vec] and [x](crate::y)",
                "see \\[Vec\\] and \\[x\\](crate::y)",
            ),
            ("see https://example.com/a.", "see <https://example.com/a>."),
            ("[a](https://example.com)", "[a](https://example.com)"),
            ("*/ \u{202e} \0", "*/ \u{fffd} \u{fffd}"),
            ("", ""),
        ] {
            assert_eq!(lines(text).join("\n"), expected, "{text:?}");
        }
    }

    #[test]
    fn nothing_becomes_a_code_block() {
        for text in [
            "12345678901. x\n\n             panic!()",
            "a\n42. b\n\n    panic!()",
            "<div>\n[Vec]\n</div>",
            "<div>\n\\<b>\n</div>",
            "1. a\n\n       - b\n\n              panic!()",
            "> ```\n> panic!()\n> ```",
            "[Vec]: https://example.com\n\n[Vec]",
            "a `b\n~~~\nc` [x][y] ![z] <https://example.com/[Vec]>",
        ] {
            let lines = lines(text);
            assert!(
                crate::emit::inert::is_inert(&lines.join("\n")),
                "{lines:#?}"
            );
        }
    }

    #[test]
    fn lists_keep_their_shape() {
        let text = "Either:\n\n* one\n    more of it\n* two\n\nend";
        assert_eq!(
            lines(text).join("\n"),
            "Either:\n\n* one\n  more of it\n* two\n\nend"
        );
    }

    #[test]
    fn code_spans_hold_anything() {
        assert_eq!(code("^[a-z]$"), "`^[a-z]$`");
        assert_eq!(code("a`b"), "`` a`b ``");
        assert_eq!(code("a\nb"), "`a b`");
    }
}
