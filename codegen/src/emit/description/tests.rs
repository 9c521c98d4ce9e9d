//! Tests of the printed descriptions.

use super::{By, is_inert, lines};

fn described(text: &str) -> String {
    lines(text).join("\n")
}

#[test]
fn active_markdown_becomes_text() {
    for (text, expected) in [
        ("```\nfn main() {}\n\nx\n```", "`fn main() {}`\n`x`"),
        ("a\n\n    panic!()", "a\n\npanic!()"),
        ("<script>alert()</script>", "\\<script>alert()\\</script>"),
        ("see [Vec] and [x](crate::y)", "see \\[Vec\\] and x"),
        ("see https://example.com/a.", "see <https://example.com/a>."),
        (
            "[a](https://example.com 'title')",
            "[a](https://example.com)",
        ),
        ("*/ \u{202e} \0", "\\*/ \\u{202e} \\u{0}"),
        ("a&#x202E;b&lrm;c", "a\\u{202e}b\\u{200e}c"),
        ("<b title='&#x202E;'>", "\\<b title='&amp;#x202E;'>"),
        (
            "[a](https://example.com/&#x202E;)",
            "\\[a\\]\\(https\\:\\/\\/example\\.com\\/\\&\\#x202E\\;\\)",
        ),
        ("# a\n> b\n\n---\n![c](d)", "a\n\nb\n\nc"),
        ("a | b\n--- | ---", "a \\| b\n\\--- \\| ---"),
        ("~~a~~ - [ ] b[^1]", "\\~\\~a\\~\\~ - \\[ \\] b\\[\\^1\\]"),
        ("", ""),
    ] {
        assert_eq!(described(text), expected, "{text:?}");
    }
}

#[test]
fn every_result_is_inert() {
    for text in [
        "12345678901. x\n\n             panic!()",
        "a\n42. b\n\n    panic!()",
        "<div>\n[Vec]\n</div>",
        "1. a\n\n       - b\n\n              panic!()",
        "> ```\n> panic!()\n> ```",
        "[Vec]: https://example.com\n\n[Vec]",
        "a `b\n~~~\nc` [x][y] ![z] <https://example.com/[Vec]>",
        "`a | <img src=x onerror=alert(1)>`\n--- | ---\n`b | <script>alert(2)</script>`",
        "words that fill one line of a doc comment to its very end, and then to the next one, as \
         [^1]: <img src=x>",
    ] {
        assert!(
            is_inert(&described(text), By::Document),
            "{}",
            described(text)
        );
    }
}

#[test]
fn formatting_is_kept_and_long_lines_are_wrapped() {
    let text = "Either:\n\n* one\n    more of it\n* two _words_\n\nend worker_pool_id";
    let expected = "Either:\n\n* one\n  more of it\n* two *words*\n\nend worker_pool_id";
    assert_eq!(described(text), expected);
    let long = described(&"word `code` ".repeat(40));
    assert!(
        long.lines().count() > 4 && long.lines().all(|line| line.len() < 90),
        "{long}"
    );
}

#[test]
fn text_of_a_program_loses_its_indentation() {
    assert_eq!(
        described("\n      One\n      two.\n\n        * a\n"),
        "One\ntwo.\n\n* a"
    );
}

/// A text that is too long to be parsed.
#[test]
fn words_after_a_wide_margin_fill_lines() {
    let text = format!("a\nb\n{}{}", " ".repeat(30_000), "word ".repeat(5_000));
    let lines = lines(&text);
    assert!(lines.len() < 400, "{} lines", lines.len());
    assert!(lines.iter().all(|line| line.len() < 90));
}
