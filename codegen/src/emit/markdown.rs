//! Descriptions as doc comments.
//!
//! A description is Markdown by somebody else. What rustdoc would do more with
//! than show it is disarmed: code blocks, which it compiles and runs as tests,
//! HTML, and brackets that it would take for links to items.

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag};

/// How wide a line of a doc comment may be, without indentation and slashes.
const WIDTH: usize = 88;

/// `text` as the lines of a doc comment; none where there is no text.
pub(super) fn lines(text: &str) -> Vec<String> {
    let plain = disarm_fences(&clean(text));
    let safe = escape(&plain);
    let wrapped: Vec<String> = safe.lines().flat_map(wrap).collect();
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
        let is_item = words.first().is_some_and(|word| is_list_marker(word)) && words.len() > 1;
        if !words.is_empty() && indent < 2 && !is_item && cleaned.ends_with("\n\n") {
            offset = 0;
        }
        let margin = match is_item {
            true if indent < 2 || offset == 0 => 0,
            true => 2,
            false => offset,
        };
        if is_item {
            offset = margin + words[0].len() + 1;
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
            && !digits.is_empty()
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

/// What to put into the text, at a byte offset.
type Insertion = (usize, &'static str);

/// Escapes what Markdown or rustdoc would take for more than text, and makes
/// links of bare addresses.
fn escape(text: &str) -> String {
    let mut insertions = insertions(text);
    insertions.sort_unstable();
    insertions.dedup();
    let mut out = String::new();
    let mut from = 0;
    for (at, insertion) in insertions {
        out.push_str(&text[from..at]);
        out.push_str(insertion);
        from = at;
    }
    out.push_str(&text[from..]);
    out
}

fn insertions(text: &str) -> Vec<Insertion> {
    // Resolving every broken reference makes the parser tell where they are.
    let broken = |_: BrokenLink<'_>| Some((CowStr::Borrowed(""), CowStr::Borrowed("")));
    let parser = Parser::new_with_broken_link_callback(text, Options::empty(), Some(broken));
    let mut found = Vec::new();
    let mut link_depth = 0_usize;
    for (event, range) in parser.into_offset_iter() {
        match event {
            Event::Html(_) | Event::InlineHtml(_) => {
                let angles = text[range.clone()].match_indices('<');
                found.extend(angles.map(|(at, _)| (range.start + at, "\\")));
            }
            Event::Start(
                Tag::Link {
                    link_type,
                    dest_url,
                    ..
                }
                | Tag::Image {
                    link_type,
                    dest_url,
                    ..
                },
            ) => {
                link_depth += 1;
                if !is_plain_link(link_type, &dest_url) {
                    let brackets = text[range.clone()].match_indices(['[', ']']);
                    found.extend(brackets.map(|(at, _)| (range.start + at, "\\")));
                }
            }
            Event::End(pulldown_cmark::TagEnd::Link | pulldown_cmark::TagEnd::Image) => {
                link_depth = link_depth.saturating_sub(1);
            }
            Event::Text(_) if link_depth == 0 => {
                bare_addresses(&text[range.clone()], range.start, &mut found)
            }
            _ => {}
        }
    }
    found
}

/// Whether a link leads where it says: an address of the web or of mail.
fn is_plain_link(link_type: LinkType, destination: &str) -> bool {
    match link_type {
        LinkType::Autolink | LinkType::Email => true,
        LinkType::Inline => ["https://", "http://", "mailto:"]
            .iter()
            .any(|scheme| destination.starts_with(scheme)),
        _ => false,
    }
}

fn bare_addresses(text: &str, start: usize, found: &mut Vec<Insertion>) {
    for scheme in ["https://", "http://"] {
        for (at, _) in text.match_indices(scheme) {
            let address = text[at..]
                .split([' ', '\n', '<', '>', '"', ')', '`', '\\'])
                .next();
            let address = address
                .unwrap_or("")
                .trim_end_matches(['.', ',', ';', ':', '!', '?']);
            if address.len() > scheme.len() {
                found.push((start + at, "<"));
                found.push((start + at + address.len(), ">"));
            }
        }
    }
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
        let opens_block =
            word.starts_with(['#', '>', '=', '|', '-', '+', '*']) || is_list_marker(word);
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
