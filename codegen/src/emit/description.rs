//! Converts descriptions into doc comments.
//!
//! A description is Markdown from a document. It is parsed, reduced to inert elements,
//! wrapped, and written as Markdown again. HTML, tables and links to items become text,
//! and code blocks become code spans.

use pulldown_cmark::{CowStr, Event, LinkType, Parser, Tag, TagEnd};
use taskcluster_documents::text::escape_invisible;

use super::inert::{self, By, RUSTDOC, is_address, is_inert};
use super::markdown::{WIDTH, wrap};

/// Longest description that is parsed, in bytes; a longer one is shown as text.
const MAX_PARSED: usize = 50_000;

/// Deepest nesting of lists and emphasis that is kept.
const MAX_DEPTH: usize = 8;

/// `text` as the lines of a doc comment; no lines for an empty text.
pub(super) fn lines(text: &str) -> Vec<String> {
    let text = dedent(&escape_invisible(
        &text.replace("\r\n", "\n").replace('\t', "    "),
    ));
    let markdown = (text.len() <= MAX_PARSED).then(|| print(&text)).flatten();
    match markdown.filter(|markdown| is_inert(markdown, By::Document)) {
        Some(markdown) => markdown
            .lines()
            .map(|line| line.trim_end().to_owned())
            .collect(),
        None => plain_lines(&text),
    }
}

/// The inert part of `text` as Markdown; `None` if it can't be written.
fn print(text: &str) -> Option<String> {
    let mut inert = Inert::default();
    for event in Parser::new(text) {
        inert.push(event);
    }
    let mut markdown = String::new();
    pulldown_cmark_to_cmark::cmark(inert.events.iter(), &mut markdown, RUSTDOC).ok()?;
    Some(markdown.trim().to_owned())
}

/// `text` with all of its punctuation escaped.
fn plain_lines(text: &str) -> Vec<String> {
    let lines = text.trim().lines();
    lines
        .flat_map(wrap)
        .map(|line| inert::plain(&line))
        .collect()
}

/// `text` without the common indentation of all lines but the first. Texts in source code
/// are often indented, and Markdown would make these lines code blocks.
fn dedent(text: &str) -> String {
    let indentation = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = text
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(indentation)
        .min()
        .unwrap_or(0);
    let mut dedented = String::new();
    for (index, line) in text.lines().enumerate() {
        let line = match index {
            0 => line.trim_start(),
            _ => line.get(common..).unwrap_or_default(),
        };
        dedented.push_str(line);
        dedented.push('\n');
    }
    dedented
}

/// Events that are inert, with lines no wider than a doc comment.
#[derive(Default)]
struct Inert<'a> {
    events: Vec<Event<'a>>,
    /// The tags that are open, each with whether it is kept.
    open: Vec<bool>,
    /// The number of tags that are open and kept.
    depth: usize,
    /// The number of links that are open and kept.
    links: usize,
    in_code_block: bool,
    /// The number of characters in the line.
    column: usize,
}

impl<'a> Inert<'a> {
    fn push(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                // Also the characters of references such as `&#x202e;`, which were parsed.
                let text = escape_invisible(&text);
                match (self.in_code_block, self.links) {
                    (true, _) => self.code_lines(&text),
                    (false, 0) => self.text(&text),
                    (false, _) => self.words(&text),
                }
            }
            Event::Code(text) => self.code(&text),
            Event::SoftBreak | Event::HardBreak => self.line_break(),
            // Rules, and events of extensions.
            _ => {}
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        let kept = match tag {
            Tag::CodeBlock(_) => {
                self.in_code_block = true;
                Some(Tag::Paragraph)
            }
            Tag::Heading { .. } | Tag::HtmlBlock | Tag::Paragraph => Some(Tag::Paragraph),
            Tag::List(_) | Tag::Item | Tag::Emphasis | Tag::Strong => {
                (self.depth < MAX_DEPTH * 2).then_some(tag)
            }
            Tag::Link {
                link_type,
                dest_url,
                id,
                ..
            } => is_address(link_type, &dest_url).then_some(Tag::Link {
                link_type: match link_type {
                    LinkType::Autolink | LinkType::Email => link_type,
                    _ => LinkType::Inline,
                },
                dest_url,
                title: CowStr::Borrowed(""),
                id,
            }),
            _ => None,
        };
        self.open.push(kept.is_some());
        let Some(tag) = kept else { return };
        self.depth += 1;
        match tag {
            Tag::Paragraph | Tag::Item => self.column = self.depth,
            Tag::Link { .. } => self.links += 1,
            _ => {}
        }
        self.events.push(Event::Start(tag));
    }

    fn end(&mut self, tag: TagEnd) {
        self.in_code_block = false;
        if !self.open.pop().unwrap_or(false) {
            return;
        }
        self.depth = self.depth.saturating_sub(1);
        let tag = match tag {
            TagEnd::CodeBlock | TagEnd::Heading(_) | TagEnd::HtmlBlock => TagEnd::Paragraph,
            tag => tag,
        };
        if tag == TagEnd::Link {
            self.links = self.links.saturating_sub(1);
        }
        let start = self.events.last();
        let is_empty = matches!(
            start,
            Some(Event::Start(
                Tag::Paragraph | Tag::Emphasis | Tag::Strong | Tag::Link { .. }
            ))
        );
        if is_empty {
            // An empty element can't be written.
            self.events.pop();
        } else {
            self.events.push(Event::End(tag));
        }
    }

    /// Text in which bare addresses become links, as rustdoc's lints require.
    fn text(&mut self, text: &str) {
        let mut rest = text;
        while let Some((at, length)) = find_address(rest) {
            let (before, from) = rest.split_at(at);
            let (address, after) = from.split_at(length);
            self.words(before);
            self.address(address);
            rest = after;
        }
        self.words(rest);
    }

    fn address(&mut self, address: &str) {
        self.fit(address.chars().count() + 2);
        let tag = Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: CowStr::from(address.to_owned()),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        };
        self.events.push(Event::Start(tag));
        self.events
            .push(Event::Text(CowStr::from(address.to_owned())));
        self.events.push(Event::End(TagEnd::Link));
    }

    /// Words separated by spaces, which become line breaks if a line is full.
    fn words(&mut self, text: &str) {
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.line_break();
            }
            for word in line.split_inclusive(' ') {
                self.fit(word.trim_end().chars().count());
                self.append(word);
            }
        }
    }

    fn code(&mut self, text: &str) {
        self.fit(text.chars().count() + 2);
        self.events.push(Event::Code(CowStr::from(text.to_owned())));
    }

    fn code_lines(&mut self, text: &str) {
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if self.column > self.depth {
                self.line_break();
            }
            self.code(line);
        }
    }

    /// Starts a new line if `width` more characters don't fit in this one and it can be
    /// broken here.
    fn fit(&mut self, width: usize) {
        let is_full = self.column + width > WIDTH;
        if let Some(Event::Text(text)) = self.events.last_mut()
            && is_full
            && text.ends_with(' ')
        {
            *text = CowStr::from(text.trim_end().to_owned());
            if text.is_empty() {
                self.events.pop();
            }
            self.line_break();
        }
        self.column += width;
    }

    fn line_break(&mut self) {
        self.column = self.depth;
        // A break that opens a paragraph can't be written.
        if matches!(
            self.events.last(),
            Some(Event::Text(_) | Event::Code(_) | Event::End(_))
        ) {
            self.events.push(Event::SoftBreak);
        }
    }

    /// Appends to the previous text, so that both are escaped together.
    fn append(&mut self, word: &str) {
        let is_first = !matches!(
            self.events.last(),
            Some(Event::Text(_) | Event::Code(_) | Event::End(_))
        );
        let word = if is_first { word.trim_start() } else { word };
        self.column += word.len() - word.trim_end().len();
        match self.events.last_mut() {
            _ if word.is_empty() => {}
            Some(Event::Text(text)) => *text = CowStr::from(format!("{text}{word}")),
            _ => self.events.push(Event::Text(CowStr::from(word.to_owned()))),
        }
    }
}

/// The first bare address in `text`: where it starts, and its length.
fn find_address(text: &str) -> Option<(usize, usize)> {
    for (at, _) in text.match_indices("http") {
        let from = text.get(at..).unwrap_or_default();
        let host = from
            .strip_prefix("https://")
            .or_else(|| from.strip_prefix("http://"))
            .unwrap_or_default();
        let end = |it: char| it.is_whitespace() || "<>\"'`\\)|".contains(it);
        let host = host.split(end).next().unwrap_or_default();
        let host = host.trim_end_matches(['.', ',', ';', ':', '!', '?']);
        if !host.is_empty() {
            let scheme = from.find("//").unwrap_or(0) + 2;
            return Some((at, scheme + host.len()));
        }
    }
    None
}

#[cfg(test)]
mod tests;
