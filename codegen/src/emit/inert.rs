//! Checks that Markdown is inert: rustdoc only shows it.

use pulldown_cmark::{BrokenLink, CowStr, Event, LinkType, Options, Parser, Tag};
use taskcluster_documents::text::escape_invisible;

/// The extensions of Markdown in rustdoc.
pub(super) const RUSTDOC: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_SMART_PUNCTUATION);

/// Returns `lines` if they are inert, and otherwise with all punctuation escaped and
/// without indentation.
pub(super) fn lines_or_plain(lines: Vec<String>) -> Vec<String> {
    match is_inert(&lines.join("\n"), By::Generator) {
        true => lines,
        false => lines.iter().map(|line| plain(line)).collect(),
    }
}

/// The author of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    /// A document, which may link to addresses only.
    Document,
    /// The generator, which also links to items and writes headings, around texts
    /// of documents.
    Generator,
}

/// Whether `text` has only visible characters, paragraphs, lists, emphasis, code spans,
/// links to addresses, and the elements that its author may add.
///
/// rustdoc compiles code blocks, passes HTML on, and resolves other links.
pub(super) fn is_inert(text: &str, by: By) -> bool {
    // rustdoc resolves the text of a link without a target as the name of an item.
    let broken = |link: BrokenLink<'_>| {
        Some((
            CowStr::from(link.reference.into_string()),
            CowStr::Borrowed(""),
        ))
    };
    let parser = Parser::new_with_broken_link_callback(text, RUSTDOC, Some(broken));
    escape_invisible(text) == text
        && parser.reference_definitions().iter().next().is_none()
        && parser.into_iter().all(|event| is_inert_event(&event, by))
}

fn is_inert_event(event: &Event<'_>, by: By) -> bool {
    match event {
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title,
            ..
        }) => {
            let is_plain = matches!(
                link_type,
                LinkType::Inline | LinkType::Autolink | LinkType::Email
            );
            let to_address = is_plain && is_address(*link_type, dest_url);
            let to_item = dest_url.starts_with('`') || dest_url.starts_with("super::");
            title.is_empty() && (to_address || by == By::Generator && to_item)
        }
        Event::Start(Tag::Heading { .. }) => by == By::Generator,
        Event::Start(tag) => matches!(
            tag,
            Tag::Paragraph | Tag::List(_) | Tag::Item | Tag::Emphasis | Tag::Strong
        ),
        Event::End(_) | Event::Text(_) | Event::Code(_) | Event::SoftBreak => true,
        _ => false,
    }
}

/// Whether the target of a link is a web or mail address.
pub(super) fn is_address(link_type: LinkType, destination: &str) -> bool {
    let schemes = ["https://", "http://", "mailto:"];
    link_type == LinkType::Email || schemes.iter().any(|scheme| destination.starts_with(scheme))
}

/// `line` with all punctuation escaped.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::new();
    for character in line.trim().chars() {
        // A backslash before a letter or a digit would be shown.
        if character.is_ascii_punctuation() {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::{By, is_inert, lines_or_plain};

    #[test]
    fn only_what_is_shown_is_inert() {
        for text in [
            "a *b* `c`\n\n* d\n\n1. [e](https://x.y) <mailto:f@x.y>",
            "[`Own`]",
        ] {
            assert!(is_inert(text, By::Generator), "{text:?}");
        }
        for text in ["# a", "a\n===", "[`Own`]", "[`a`](super::A)"] {
            assert!(!is_inert(text, By::Document), "{text:?}");
        }
        for text in [
            "<b>",
            "<div>",
            "```\n```",
            "a\n\n    b",
            "[x]",
            "[x](y)",
            "[x](https://x.y 'z')",
            "![x](https://x.y)",
            "a\n\n[x]: y",
            "a | b\n--- | ---",
            "x[^1]\n\n[^1]: y",
            "~~a~~",
            "- [ ] a",
            "> a",
            "---",
            "a\\\nb",
            "<javascript:x>",
        ] {
            assert!(!is_inert(text, By::Generator), "{text:?}");
            let lines = lines_or_plain(text.lines().map(str::to_owned).collect());
            assert!(is_inert(&lines.join("\n"), By::Generator), "{lines:?}");
        }
    }
}
