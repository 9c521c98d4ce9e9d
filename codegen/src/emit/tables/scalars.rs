//! The keywords for strings and numbers.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use taskcluster_documents::schema::{NumberKeywords, Pattern, StringKeywords};

use crate::emit::matcher::Automata;

/// The keywords for strings.
pub(super) fn of_strings(string: &StringKeywords, automata: &Automata) -> Vec<TokenStream> {
    let StringKeywords {
        min_length,
        max_length,
        pattern,
        format,
    } = string;
    let mut keywords: Vec<TokenStream> = limit("MinLength", *min_length)
        .into_iter()
        .chain(limit("MaxLength", *max_length))
        .collect();
    keywords.extend(pattern.iter().map(|Pattern { source, form }| {
        let form = automata.matcher(form);
        quote!(Keyword::Pattern(#source, #form))
    }));
    keywords.extend(format.iter().map(|it| match it.name() {
        "date-time" => quote!(Keyword::DateTime),
        name => {
            let form = automata.matcher(it.form());
            quote!(Keyword::Format(#name, #form))
        }
    }));
    keywords
}

/// Whether the format of a string is `date-time`.
pub(super) fn is_time(string: &StringKeywords) -> bool {
    string
        .format
        .as_ref()
        .is_some_and(|it| it.name() == "date-time")
}

/// The keywords for numbers.
pub(super) fn of_numbers(number: &NumberKeywords) -> Vec<TokenStream> {
    let NumberKeywords {
        minimum,
        maximum,
        exclusive_minimum,
        exclusive_maximum,
        multiple_of,
    } = number;
    [
        ("Minimum", minimum),
        ("Maximum", maximum),
        ("ExclusiveMinimum", exclusive_minimum),
        ("ExclusiveMaximum", exclusive_maximum),
        ("MultipleOf", multiple_of),
    ]
    .into_iter()
    .filter_map(|(keyword, limit)| {
        let keyword = format_ident!("{keyword}");
        let limit = limit.as_ref()?.to_string();
        Some(quote!(Keyword::#keyword(#limit)))
    })
    .collect()
}

/// A keyword with a limit on a count.
pub(super) fn limit(keyword: &str, limit: Option<u64>) -> Option<TokenStream> {
    let keyword = format_ident!("{keyword}");
    let limit = Literal::u64_unsuffixed(limit?);
    Some(quote!(Keyword::#keyword(#limit)))
}
