//! Text that rustdoc shows and does nothing else with.

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd};

/// How often text is escaped before all of its punctuation is: an escape can
/// bring to light what it kept hidden, as the first tag of an HTML block does.
const ROUNDS: usize = 8;

/// Escapes what Markdown or rustdoc would take for more than text, and makes
/// links of bare addresses.
pub(super) fn escape(text: &str) -> String {
    let mut text = text.to_owned();
    for _ in 0..ROUNDS {
        let mut insertions = insertions(&text);
        if insertions.is_empty() {
            return text;
        }
        insertions.sort_unstable();
        insertions.dedup();
        text = insert(&text, &insertions);
    }
    text
}

/// `lines` as they are where `keep` says so of them, and otherwise with all
/// punctuation escaped and no line indented.
pub(super) fn lines_if(lines: Vec<String>, keep: fn(&str) -> bool) -> Vec<String> {
    match keep(&lines.join("\n")) {
        true => lines,
        false => lines.iter().map(|line| plain(line)).collect(),
    }
}

/// Whether `text` holds no code block, no HTML, and no link but to an address.
pub(super) fn is_inert(text: &str) -> bool {
    let parser = parser(text);
    parser.reference_definitions().iter().next().is_none()
        && has_no_blocks(text)
        && parser.into_iter().all(|event| match event {
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
            ) => is_plain_link(link_type, &dest_url),
            _ => true,
        })
}

/// Whether `text` holds no code block and no HTML.
pub(super) fn has_no_blocks(text: &str) -> bool {
    parser(text).all(|event| {
        !matches!(
            event,
            Event::Html(_) | Event::InlineHtml(_) | Event::Start(Tag::CodeBlock(_))
        )
    })
}

/// `line` as nothing but its characters.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    for character in line.trim_start().chars() {
        // Before a letter or a digit, a backslash would show.
        if character.is_ascii_punctuation() {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

fn insert(text: &str, insertions: &[Insertion]) -> String {
    let mut out = String::new();
    let mut from = 0;
    for &(at, insertion) in insertions {
        out.push_str(&text[from..at]);
        out.push_str(insertion);
        from = at;
    }
    out.push_str(&text[from..]);
    out
}

/// A parser that tells where references are that lead nowhere in the text, for
/// rustdoc would look for items of their names.
fn parser(text: &str) -> Parser<'_, impl pulldown_cmark::BrokenLinkCallback<'_>> {
    let broken = |_: BrokenLink<'_>| Some((CowStr::Borrowed(""), CowStr::Borrowed("")));
    Parser::new_with_broken_link_callback(text, Options::empty(), Some(broken))
}

/// What to put into the text, at a byte offset.
type Insertion = (usize, &'static str);

fn insertions(text: &str) -> Vec<Insertion> {
    let parser = parser(text);
    // A definition is not shown, and gives a meaning to brackets elsewhere.
    let definitions = parser.reference_definitions().iter();
    let mut found: Vec<Insertion> = definitions
        .map(|(_, definition)| (definition.span.start, "\\"))
        .collect();
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
                    let brackets = text[range.clone()].match_indices(['[', ']', '<']);
                    found.extend(brackets.map(|(at, _)| (range.start + at, "\\")));
                }
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
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
        LinkType::Email => true,
        LinkType::Autolink | LinkType::Inline => ["https://", "http://", "mailto:"]
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
