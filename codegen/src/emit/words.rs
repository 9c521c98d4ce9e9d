//! Constraints as sentences, for doc comments and compiler messages.

use std::fmt::Display;

use super::markdown::code;
use crate::model::{Counts, Kind, OneOf, Rule, ScalarRule, TextRule, Value};

/// Maximum number of listed values, and of characters of a text, to print, because every
/// use of a rule prints them.
const MAX_VALUES: usize = 64;
const MAX_TEXT: usize = 400;

/// The constraints on a value, a sentence each.
pub(super) fn of_value(value: &Value) -> Vec<String> {
    let rules = value.rules.iter();
    let mut sentences: Vec<String> = rules.flat_map(|used| of_rule(&used.rule)).collect();
    match &value.kind {
        Kind::List(item) => sentences.extend(each("Each item", of_value(item))),
        Kind::Tuple(items) => {
            for (index, item) in items.iter().enumerate() {
                sentences.extend(each(format!("The item {}", index + 1), of_value(item)));
            }
        }
        Kind::Map(parts) => {
            let [name, member] = parts.each_ref().map(of_value);
            sentences.extend(each("Each name", name).chain(each("Each value", member)));
        }
        Kind::Null
        | Kind::Scalar(_)
        | Kind::Text
        | Kind::Timestamp
        | Kind::Object
        | Kind::Any
        | Kind::Named(_) => {}
    }
    sentences
}

/// The constraints on the values in a map, a sentence each.
pub(super) fn of_map_values(map: &Value) -> Vec<String> {
    let values = map.kind.values().last().map(of_value);
    each("Each value", values.unwrap_or_default()).collect()
}

fn each(what: impl Display, sentences: Vec<String>) -> impl Iterator<Item = String> {
    sentences
        .into_iter()
        .map(move |sentence| format!("{what}: {}", lower_first(&sentence)))
}

fn lower_first(sentence: &str) -> String {
    let mut characters = sentence.chars();
    match characters.next() {
        Some(first) => first.to_lowercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The constraints of a rule, a sentence each.
pub(super) fn of_rule(rule: &Rule) -> Vec<String> {
    match rule {
        Rule::Text(rule) => of_text(rule),
        Rule::Scalar(_, rule) => of_scalar(rule),
        Rule::Items { counts, unique } => {
            let unique = unique.then(|| "No two items are equal.".to_owned());
            let counts = count(counts.minimum, counts.maximum, "item", "items");
            counts.into_iter().chain(unique).collect()
        }
        Rule::Properties(counts) => of_properties(*counts).into_iter().collect(),
    }
}

/// The constraints of a rule for strings, a sentence each.
pub(super) fn of_text(rule: &TextRule) -> Vec<String> {
    let mut sentences = Vec::new();
    sentences.extend(count(
        rule.min_length,
        rule.max_length,
        "character",
        "characters",
    ));
    sentences.extend(
        rule.pattern
            .iter()
            .map(|pattern| format!("Syntax: {}.", shown(&pattern.source))),
    );
    if !rule.formats.is_empty() {
        let formats: Vec<String> = rule
            .formats
            .iter()
            .map(|format| code(format.name()))
            .collect();
        sentences.push(format!("Format: {}.", formats.join(" or ")));
    }
    sentences.extend(
        rule.one_of
            .iter()
            .map(|one_of| listed(one_of, |value| shown(value))),
    );
    sentences
}

fn of_scalar(rule: &ScalarRule) -> Vec<String> {
    let mut sentences = Vec::new();
    match (&rule.minimum, &rule.maximum) {
        (Some(low), Some(high)) => sentences.push(format!("From {low} to {high}.")),
        (Some(low), None) => sentences.push(format!("At least {low}.")),
        (None, Some(high)) => sentences.push(format!("At most {high}.")),
        (None, None) => {}
    }
    sentences.extend(
        rule.exclusive_minimum
            .iter()
            .map(|limit| format!("More than {limit}.")),
    );
    sentences.extend(
        rule.exclusive_maximum
            .iter()
            .map(|limit| format!("Less than {limit}.")),
    );
    sentences.extend(
        rule.multiple_of
            .iter()
            .map(|divisor| format!("A multiple of {divisor}.")),
    );
    sentences.extend(
        rule.one_of
            .iter()
            .map(|one_of| listed(one_of, |value| format!("`{value}`"))),
    );
    sentences
}

/// A sentence for the number of an object's properties.
pub(super) fn of_properties(counts: Counts) -> Option<String> {
    count(counts.minimum, counts.maximum, "property", "properties")
}

/// A sentence for a range of counts.
fn count(low: Option<u64>, high: Option<u64>, one: &str, many: &str) -> Option<String> {
    let noun = |limit| if limit == 1 { one } else { many };
    match (low, high) {
        (Some(low), Some(high)) if low == high => Some(format!("Exactly {low} {}.", noun(low))),
        (Some(low), Some(high)) => Some(format!("{low} to {high} {}.", noun(high))),
        (Some(low), None) => Some(format!("At least {low} {}.", noun(low))),
        (None, Some(high)) => Some(format!("At most {high} {}.", noun(high))),
        (None, None) => None,
    }
}

fn listed(one_of: &OneOf, show: impl Fn(&String) -> String) -> String {
    let values: Vec<String> = one_of.values.iter().take(MAX_VALUES).map(show).collect();
    let more = one_of.values.len() - values.len();
    match values.as_slice() {
        [] => "No value is allowed.".to_owned(),
        [only] => format!("Always {only}."),
        _ if more > 0 => format!("One of {} and {more} more.", values.join(", ")),
        _ => format!("One of {}.", values.join(", ")),
    }
}

/// A text of a schema, cut if it is long.
pub(super) fn shown(text: &str) -> String {
    match text.char_indices().nth(MAX_TEXT) {
        Some((end, _)) => code(&format!("{}…", &text[..end])),
        None => code(text),
    }
}
