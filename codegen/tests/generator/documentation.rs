//! Documentation shows the texts of documents, and does nothing else with them.

use crate::support::{HOSTILE, PUBLISHED, made, rust};
use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser, Tag};

/// The doc comments of a file, each as the Markdown that rustdoc reads.
fn comments(file: &str) -> Vec<String> {
    let mut comments = vec![String::new()];
    for line in file.lines().map(str::trim_start) {
        let text = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"));
        match (text, comments.last_mut()) {
            (Some(text), Some(last)) => {
                last.push_str(text.strip_prefix(' ').unwrap_or(text));
                last.push('\n');
            }
            _ => comments.push(String::new()),
        }
    }
    comments.retain(|comment| !comment.is_empty());
    comments
}

/// The parts of a comment that rustdoc would compile, run or pass on to readers.
fn dangers(comment: &str) -> Vec<String> {
    let broken = |link: BrokenLink<'_>| {
        // The generator's own links to items, which rustdoc resolves.
        let own = link.reference.starts_with('`');
        (!own).then_some((CowStr::Borrowed("broken"), CowStr::Borrowed("")))
    };
    Parser::new_with_broken_link_callback(comment, Options::all(), Some(broken))
        .filter_map(|event| match event {
            Event::Start(Tag::CodeBlock(kind)) => Some(format!("code block {kind:?}")),
            Event::Html(text) | Event::InlineHtml(text) => Some(format!("HTML {text}")),
            Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                let harmless = ["http://", "https://", "mailto:", "super::"];
                let is_harmless = harmless.iter().any(|start| dest_url.starts_with(start))
                    // The front page's.
                    || &*dest_url == "taskcluster_pulse::decode";
                (!is_harmless).then(|| format!("link to {dest_url}"))
            }
            _ => None,
        })
        .collect()
}

#[test]
fn no_comment_is_run_or_resolved() {
    let mut count = 0;
    let values = made("tests/goldens/enum-values/input");
    for (path, text) in HOSTILE.iter().chain(&values).chain(&*PUBLISHED) {
        for comment in comments(text) {
            let found = dangers(&comment);
            assert!(found.is_empty(), "{path}: {found:?} in\n{comment}");
            count += 1;
        }
    }
    assert!(count > 500, "{count} comments were found");
}

/// No character of the source is invisible, or changes the direction of others.
#[test]
fn every_character_is_visible() {
    for (path, text) in &*HOSTILE {
        let hidden = |character: &char| {
            let turns = matches!(*character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            turns || character.is_control() && *character != '\n'
        };
        assert_eq!(text.chars().find(hidden), None, "{path}");
    }
}

/// A service named `../../etc` writes its files inside the output.
#[test]
fn no_path_leaves_the_output() {
    for path in HOSTILE.keys() {
        let steps: Vec<&str> = path.split('/').collect();
        assert!(steps.len() < 3, "{path}");
        for step in steps {
            let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte == b'_' || byte == b'.';
            assert!(
                step.bytes().all(is_plain) && !step.starts_with('.'),
                "{path}"
            );
        }
    }
}

/// Text that looks like code is a string in the output, or a comment.
#[test]
fn no_text_becomes_code() {
    struct Calls(Vec<String>);
    impl<'ast> syn::visit::Visit<'ast> for Calls {
        fn visit_macro(&mut self, call: &'ast syn::Macro) {
            self.0
                .extend(call.path.get_ident().map(ToString::to_string));
        }

        fn visit_item_fn(&mut self, function: &'ast syn::ItemFn) {
            self.0.push(function.sig.ident.to_string());
        }
    }
    let mut calls = Calls(Vec::new());
    for (path, text) in rust(&HOSTILE) {
        let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
        syn::visit::Visit::visit_file(&mut calls, &file);
    }
    // The generator's own: an assertion of the runtime's version, constructors, enums.
    calls.0.retain(|name| {
        ![
            "assert",
            "open_enums",
            "payloads",
            "required",
            "routing_keys",
        ]
        .contains(&name.as_str())
    });
    assert_eq!(calls.0, Vec::<String>::new());
}
