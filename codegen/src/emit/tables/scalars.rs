//! The keywords for strings and numbers.

use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use taskcluster_documents::pattern::Format;
use taskcluster_documents::schema::{NumberKeywords, Pattern, StringKeywords};

use crate::emit::matcher::Automata;

/// The keywords for strings: `date-time`, and a rule with all others.
pub(super) fn of_strings(string: &StringKeywords, automata: &Automata) -> Vec<TokenStream> {
    let StringKeywords {
        min_length,
        max_length,
        pattern,
        format,
    } = string;
    let count = |method: &str, limit: Option<u64>| {
        let method = format_ident!("{method}");
        let limit = Literal::u64_unsuffixed(limit?);
        Some(quote!(.#method(#limit)))
    };
    let pattern = pattern.as_ref().map(|Pattern { source, form }| {
        let form = automata.matcher(form);
        quote!(.pattern(#source, #form))
    });
    let format = format.as_ref().filter(|_| !is_time(string)).map(|it| {
        let (name, form) = (it.name(), automata.matcher(it.form()));
        quote!(.format(#name, #form))
    });
    let lengths = [
        count("min_length", *min_length),
        count("max_length", *max_length),
    ];
    let parts: Vec<_> = lengths
        .into_iter()
        .chain([pattern, format])
        .flatten()
        .collect();
    let rule =
        (!parts.is_empty()).then(|| quote!(Keyword::String(&StringRule::new("") #(#parts)*)));
    let time = is_time(string).then(|| quote!(Keyword::DateTime));
    rule.into_iter().chain(time).collect()
}

/// Whether the format of a string is `date-time`.
pub(super) fn is_time(string: &StringKeywords) -> bool {
    string.format.as_ref().is_some_and(Format::is_date_time)
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
