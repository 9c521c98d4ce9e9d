//! Hostile descriptions, as rustdoc shows them: text, and nothing else.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::support::{module, rust};
use html5gum::{StartTag, Token, Tokenizer};
use serde_json::json;
use taskcluster_codegen::Source;

/// Parts of hostile descriptions: blocks, HTML, links, extensions and controls.
const PARTS: &[&str] = &[
    "`a | <img src=x onerror=alert(1)>`\n--- | ---\n`b | <script>alert(2)</script>`",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "</div></details>",
    "<div>",
    "<!--",
    "-->",
    "<![CDATA[",
    "<?x",
    "<b onclick=x>",
    "<style>",
    "&lt;i&gt;",
    "&#60;u>",
    "[String]",
    "[`String`]",
    "[x](String)",
    "[x](crate::y)",
    "[x][String]",
    "[String]: y",
    "[x](javascript:alert(1))",
    "<javascript:alert(1)>",
    "![x](https://x.y/z.png)",
    "[^1]",
    "\n[^1]: <img src=x>",
    "[^1]: a\n\n    <p id=x>",
    "~~a~~",
    "~",
    "- [ ] <b>",
    "- [x] b",
    "https://x.y/[String]",
    "[a](https://x.y \"t\" )",
    "http://",
    "<https://x.y/a>",
    "```\npanic!()\n```",
    "~~~rust",
    "```",
    "    panic!()",
    "\t<b>",
    "# a {#id .class}",
    "===",
    "---",
    "***",
    "> ",
    ">",
    "* ",
    "- ",
    "+ ",
    "1. ",
    "12345678. ",
    "2) ",
    "|",
    "| a | <b> |",
    "|---|",
    ":-- | --:",
    ":-",
    "\\",
    "\\\\",
    "`",
    "``",
    "$x$",
    "$$",
    "\"",
    "'",
    "...",
    "*",
    "**",
    "_",
    "__",
    "\n",
    "\n\n",
    "\r\n",
    "\n    ",
    "\n  ",
    " ",
    "a",
    "word word word",
    "{",
    "*/",
    "//!",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{feff}",
    "\0",
    "\u{1b}[31m",
    "#![no_std]",
    "@x",
    "é",
];

/// Written by hand: each broke out of its place once, or could.
const KNOWN: &[&str] = &[
    "`a | <img src=x onerror=alert(1)>`\n--- | ---\n`b | <script>alert(2)</script>`",
    "a | b\n--- | ---\n<img src=x onerror=alert(1)> | [String]",
    "Words and words and words and words and words and words and words and words and more, up to \
     [^1]: <img src=x onerror=alert(1)>\n\nsee [^1]",
    "- [ ] <script>alert(1)</script>\n- [x] [String]",
    "~~<script>~~alert(1)~~</script>~~",
    "</div></div></section></main><script>alert(1)</script>",
    "a\n:--\n<img src=x>",
    "[`String`], [String](String), [String]\n\n[String]: crate::nothing",
    "<details><summary>x</summary>\n\n```\npanic!()\n```\n\n</details>",
];

fn random(seed: u64) -> String {
    let mut random = fastrand::Rng::with_seed(seed);
    let count = random.usize(1..14);
    let parts = (0..count).map(|_| PARTS[random.usize(..PARTS.len())]);
    parts.collect()
}

/// A service with a property for each of `descriptions`, which also describe the exchange
/// and its routing key.
fn sources(descriptions: &[String]) -> Vec<Source> {
    let properties: BTreeMap<String, serde_json::Value> = descriptions
        .iter()
        .enumerate()
        .map(|(index, text)| {
            (
                format!("p{index}"),
                json!({"type": "string", "description": text}),
            )
        })
        .collect();
    let first = &descriptions[0];
    let schema = json!({"$id": "/schemas/made-up/v1/message.json#", "type": "object",
        "description": first, "properties": properties});
    let reference = json!({"serviceName": "made-up", "apiVersion": "v1", "title": first,
        "description": first, "exchangePrefix": "exchange/made-up/v1/", "entries": [{
            "type": "topic-exchange", "name": "changed", "exchange": "changed", "title": first,
            "description": first, "schema": "v1/message.json#",
            "routingKey": [{"name": "word", "summary": first}]}]});
    [("exchanges.json", reference), ("message.json", schema)]
        .map(|(name, document)| Source {
            name: name.to_owned(),
            bytes: document.to_string().into_bytes(),
        })
        .into()
}

/// The doc comments of the generated code, in order.
fn comments(sources: &[Source]) -> Vec<String> {
    let files = module(sources).unwrap_or_else(|errors| panic!("{errors}"));
    let mut comments = vec![String::new()];
    for line in rust(&files).flat_map(|(_, text)| text.lines()) {
        let line = line.trim_start();
        let text = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        match (text, comments.last_mut()) {
            (Some(text), Some(last)) => *last += &format!("{text}\n"),
            _ => comments.push(String::new()),
        }
    }
    comments.retain(|comment| !comment.is_empty());
    comments
        .iter()
        .map(|comment| without_own_links(comment))
        .collect()
}

/// A comment without the generator's links to its own items, which are not on a page of
/// the test. All hostile links are to `String`.
fn without_own_links(comment: &str) -> String {
    let mut text = String::new();
    let mut rest = comment;
    while let Some((before, from)) = rest.split_once("[`") {
        let end = from.split_once("`]").filter(|(item, _)| {
            let is_path = |it: char| it.is_ascii_alphanumeric() || "_:".contains(it);
            item.chars().all(is_path) && *item != "String"
        });
        let Some((item, after)) = end else {
            text += &format!("{before}[`");
            rest = from;
            continue;
        };
        text += &format!("{before}`{item}`");
        rest = match after.strip_prefix("(super::") {
            Some(path) => path.split_once(')').map_or(path, |(_, after)| after),
            None => after,
        };
    }
    text + rest
}

/// The pages of rustdoc for items with these comments, all warnings denied.
fn pages(comments: &[String]) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let mut code = String::from("//! Made for a test.\n#![allow(nonstandard_style)]\n");
    for (index, comment) in comments.iter().enumerate() {
        let lines = comment.lines().map(|line| format!("///{line}\n"));
        // The page of a constant has little else than the comment.
        writeln!(
            code,
            "{}pub const C{index}: () = ();",
            lines.collect::<String>()
        )
        .unwrap();
    }
    let source = folder.path().join("lib.rs");
    fs::write(&source, code).unwrap();
    let rustdoc = std::env::var_os("RUSTDOC").unwrap_or_else(|| "rustdoc".into());
    let output = Command::new(rustdoc)
        .arg(&source)
        .args(["--edition=2024", "-Dwarnings", "--crate-name=made", "-o"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = |name: &str| read(&folder.path().join("made").join(name));
    let items = (0..comments.len()).map(|index| page(&format!("constant.C{index}.html")));
    items.chain([page("index.html")]).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// An element in comparable form: its name and the names of its attributes; for a link,
/// its target.
fn element<S: html5gum::SpanBound>(tag: &StartTag<S>) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut element = text(&tag.name);
    for (name, value) in &tag.attributes {
        let _ = write!(element, " {}", text(name));
        if element.starts_with("a ") && text(name) == "href" {
            // The line number in the source differs.
            let value = text(value);
            let shown = value
                .strip_prefix("../src/")
                .map_or(value.as_str(), |_| "../src");
            let _ = write!(element, "={shown}");
        }
    }
    element
}

/// The number of each element on a page, and the page's text.
fn elements(page: &str) -> (BTreeMap<String, usize>, String) {
    let mut count = BTreeMap::new();
    let mut all = String::new();
    for token in Tokenizer::new(page) {
        match token.unwrap() {
            Token::StartTag(tag) => *count.entry(element(&tag)).or_default() += 1,
            Token::String(text) => all += &String::from_utf8_lossy(&text),
            Token::Comment(_) => *count.entry("a comment".to_owned()).or_default() += 1,
            _ => {}
        }
    }
    (count, all)
}

/// Whether an element only formats text.
fn is_formatting(element: &str) -> bool {
    let addresses = ["a href=https://", "a href=http://", "a href=mailto:"];
    // In an index, `dd` has the first sentence of a description, if there is one.
    matches!(
        element,
        "dd" | "p" | "ul" | "ol" | "ol start" | "li" | "em" | "strong" | "code"
    ) || addresses.iter().any(|start| element.starts_with(start))
}

/// Compares the pages for hostile descriptions with those for harmless ones.
fn assert_only_text(descriptions: &[String]) -> Vec<String> {
    let harmless = vec!["Harmless.".to_owned(); descriptions.len()];
    let hostile = comments(&sources(descriptions));
    let expected = pages(&comments(&sources(&harmless)));
    let found = pages(&hostile);
    assert_eq!(found.len(), expected.len());
    let mut texts = Vec::new();
    for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
        let (mut found, text) = elements(found);
        let (mut expected, _) = elements(expected);
        found.retain(|element, count| expected.remove(element) != Some(*count));
        found.retain(|element, _| !is_formatting(element));
        expected.retain(|element, _| !is_formatting(element));
        assert!(
            found.is_empty() && expected.is_empty(),
            "{found:?}, {expected:?} by {:?}",
            hostile.get(index)
        );
        texts.push(text);
    }
    texts
}

#[test]
fn known_attacks_are_text() {
    let known: Vec<String> = KNOWN.iter().map(|text| (*text).to_owned()).collect();
    let texts = assert_only_text(&known).join("\n");
    for shown in [
        "<img src=x onerror=alert(1)>",
        "<script>alert(2)</script>",
        "[^1]",
        "[String]",
    ] {
        assert!(texts.contains(shown), "{shown} can't be read");
    }
}

#[test]
fn random_attacks_are_text() {
    let random: Vec<String> = (0..400).map(random).collect();
    assert_only_text(&random);
}
