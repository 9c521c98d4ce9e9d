//! Strings.

use arbitrary::{Error, Result, Unstructured};

use super::language::matching;
use super::lengths::Lengths;
use super::retry::retry;
use crate::rule::{Matcher, StringRule};

/// The characters of strings without a pattern: those of identifiers, then edge cases.
const CHARACTERS: [char; 80] = [
    'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o', 'p', 'q', 'r', 's',
    't', 'u', 'v', 'w', 'x', 'y', 'z', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L',
    'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '0', '1', '2', '3', '4',
    '5', '6', '7', '8', '9', '-', '_', '.', '/', ':', '@', ' ', '%', '"', '\'', '\\', '<', '\n',
    '\t', 'ß', 'é', '中', '😀',
];

impl StringRule {
    /// A string that satisfies this rule, of printable ASCII if the pattern allows it.
    ///
    /// # Errors
    ///
    /// [`Error`], if no such string is found: there may be none, or few strings that
    /// match the pattern have the format or the length.
    pub fn arbitrary(&self, u: &mut Unstructured<'_>) -> Result<String> {
        text(u, &[self])
    }
}

/// A string that satisfies all of `rules`.
///
/// # Errors
///
/// [`Error`], if no such string is found.
pub fn text(u: &mut Unstructured<'_>, rules: &[&StringRule]) -> Result<String> {
    let holds = |text: &str| rules.iter().all(|rule| rule.is_valid(text));
    if let Some((_, values)) = rules.iter().find_map(|rule| rule.one_of) {
        let values = values.iter().filter(|value| holds(value));
        return u
            .choose_iter(values.collect::<Vec<_>>())
            .map(|value| (*value).to_owned());
    }
    let matchers: Vec<&Matcher> = rules.iter().flat_map(|rule| rule.matchers()).collect();
    let lengths = lengths(rules);
    retry(u, |u| {
        let text = match matchers.as_slice() {
            [] => any(u, lengths)?,
            matchers => matching(matchers, u, lengths)?,
        };
        holds(&text).then_some(text).ok_or(Error::IncorrectFormat)
    })
}

/// The lengths that all of `rules` allow, in characters.
fn lengths(rules: &[&StringRule]) -> Lengths {
    Lengths::new(
        rules.iter().filter_map(|rule| rule.min_length).max(),
        rules.iter().filter_map(|rule| rule.max_length).min(),
    )
}

fn any(u: &mut Unstructured<'_>, lengths: Lengths) -> Result<String> {
    (0..lengths.choose(u)?)
        .map(|_| u.choose(&CHARACTERS).copied())
        .collect()
}
