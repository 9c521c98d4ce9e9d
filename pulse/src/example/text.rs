//! Strings.

use arbitrary::{Error, Result, Unstructured};

use super::language::matching;
use super::lengths::Lengths;
use crate::rule::{Matcher, StringRule};

/// The characters of strings without a pattern: those of identifiers, then edge cases.
const CHARACTERS: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\
    -_./:@ %\"'\\<\n\tßé中😀";

/// A string that satisfies all of `rules`, of printable ASCII if the patterns allow it.
///
/// # Errors
///
/// [`Error`], if this attempt gives none: the text is made by one pattern, and another
/// may not match it.
pub(super) fn text(u: &mut Unstructured<'_>, rules: &[&StringRule]) -> Result<String> {
    let holds = |text: &str| rules.iter().all(|rule| rule.is_valid(text));
    if let Some((_, values)) = rules.iter().find_map(|rule| rule.one_of) {
        let values: Vec<&str> = values.iter().copied().filter(|it| holds(it)).collect();
        return u.choose(&values).map(|value| (*value).to_owned());
    }
    let lengths = rules.iter().fold(Lengths::ANY, |lengths, rule| {
        lengths.and(rule.min_length, rule.max_length)
    });
    let matchers: Vec<&Matcher> = rules.iter().flat_map(|rule| rule.matchers()).collect();
    let text = match matchers.as_slice() {
        [] => any(u, lengths)?,
        matchers => matching(u.choose(matchers)?, u, lengths)?,
    };
    holds(&text).then_some(text).ok_or(Error::IncorrectFormat)
}

fn any(u: &mut Unstructured<'_>, lengths: Lengths) -> Result<String> {
    let characters: Vec<char> = CHARACTERS.chars().collect();
    (0..lengths.choose(u)?)
        .map(|_| u.choose(&characters).copied())
        .collect()
}
