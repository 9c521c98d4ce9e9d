//! Doc comments as tokens.

use proc_macro2::TokenStream;
use quote::quote;

use super::{description, inert, markdown};
use crate::model::{KeyEntry, TypeDef};

/// A doc comment of paragraphs, each a list of lines, separated by empty lines.
pub(super) fn docs(paragraphs: &[Vec<String>]) -> TokenStream {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in paragraphs.iter().filter(|paragraph| !paragraph.is_empty()) {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.extend(paragraph.iter().cloned());
    }
    let lines = inert::lines_or_plain(lines);
    let lines = lines.iter().map(|line| match line.as_str() {
        "" => String::new(),
        line => format!(" {line}"),
    });
    quote!(#(#[doc = #lines])*)
}

/// The description of a schema, or else its title, or else `or_else`.
pub(super) fn described(
    description: Option<&str>,
    title: Option<&str>,
    or_else: &str,
) -> Vec<String> {
    [description, title, Some(or_else)]
        .into_iter()
        .flatten()
        .map(description::lines)
        .find(|lines| !lines.is_empty())
        .unwrap_or_default()
}

/// The summary of a routing-key entry.
pub(super) fn entry_text(entry: &KeyEntry) -> Vec<String> {
    described(
        None,
        Some(&entry.summary),
        "Not described by the reference.",
    )
}

/// One paragraph of the generator's own sentences.
pub(super) fn sentences(sentences: &[String]) -> Vec<String> {
    match sentences {
        [] => Vec::new(),
        sentences => markdown::wrap(&sentences.join(" ")),
    }
}

/// The docs of a type: its description, and the sentences `more`.
pub(super) fn type_docs(definition: &TypeDef, more: &[String]) -> TokenStream {
    let text = described(
        definition.description.as_deref(),
        definition.title.as_deref(),
        "A value that the schema does not describe.",
    );
    docs(&[text, sentences(more)])
}
