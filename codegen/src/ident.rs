//! Identifiers from the names and titles of schemas.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The name of a field or a module: `worker_pool_id`.
pub(crate) fn snake(text: &str) -> String {
    let name = start_with_letter(letters(text).to_snake_case(), 'n');
    match name.as_str() {
        // These are not identifiers, not even raw ones.
        "crate" | "self" | "super" => format!("{name}_"),
        _ => name,
    }
}

/// The same, or `or_else` for a text without letters and digits.
pub(crate) fn snake_or(text: &str, or_else: &str) -> String {
    match snake(text) {
        name if name.is_empty() => or_else.to_owned(),
        name => name,
    }
}

/// The name that serde's `camelCase` gives to a field.
pub(crate) fn camel(field: &str) -> String {
    let words = field.split('_').filter(|word| !word.is_empty());
    let words = words.enumerate().flat_map(|(index, word)| {
        let mut letters = word.chars();
        let first = letters.next().map(|first| match index {
            0 => first.to_ascii_lowercase(),
            _ => first.to_ascii_uppercase(),
        });
        first.into_iter().chain(letters)
    });
    words.collect()
}

/// The name of a type or a variant: `WorkerPoolId`.
pub(crate) fn pascal(text: &str) -> String {
    start_with_letter(letters(text).to_upper_camel_case(), 'N')
}

/// The name of a variant, if `text` gives one that is valid after `Enum::`.
pub(crate) fn variant(text: &str) -> Option<String> {
    Some(pascal(text)).filter(|name| !name.is_empty() && name != "Self")
}

/// The name of a constant: `WORKER_POOL_ID`.
pub(crate) fn shouty(text: &str) -> String {
    start_with_letter(letters(text).to_shouty_snake_case(), 'N')
}

/// The words of `text`, in lower case.
pub(crate) fn words(text: &str) -> Vec<String> {
    let words = letters(text).to_snake_case();
    words.split_terminator('_').map(str::to_owned).collect()
}

/// `text` with everything except ASCII letters and digits replaced by spaces, so that
/// nothing else from a schema gets into an identifier. The apostrophe of `can't` is
/// removed.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|character| *character != '\'')
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => character,
            _ => ' ',
        })
        .collect()
}

/// Puts `letter` before a name that starts with a digit. Callers replace empty names,
/// which come from a text in another script, or of punctuation.
fn start_with_letter(name: String, letter: char) -> String {
    match name.chars().next() {
        Some('0'..='9') => format!("{letter}{name}"),
        _ => name,
    }
}

/// The names in use in one namespace.
#[derive(Debug, Default)]
pub(crate) struct Taken {
    names: BTreeSet<String>,
    /// Separator before the number of a numbered name.
    separator: &'static str,
    /// For names that were numbered, the first number that may be free.
    numbers: BTreeMap<String, u64>,
}

impl Taken {
    /// A namespace in which `names` are in use from the start.
    pub(crate) fn new<T: Into<String>>(names: impl IntoIterator<Item = T>) -> Self {
        Self {
            names: names.into_iter().map(Into::into).collect(),
            ..Self::default()
        }
    }

    /// The same, but with `separator` before the number of a numbered name.
    pub(crate) fn separated_by(self, separator: &'static str) -> Self {
        Self { separator, ..self }
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    /// Adds `name`; returns whether it was free.
    pub(crate) fn insert(&mut self, name: &str) -> bool {
        self.names.insert(name.to_owned())
    }

    /// Adds and returns the first of `name`, `name2`, `name3`, … that is free.
    pub(crate) fn claim(&mut self, name: &str) -> String {
        self.claim_unless(name, |_| false)
    }

    /// The same, skipping names that are `kept` for others.
    pub(crate) fn claim_unless(&mut self, name: &str, kept: impl Fn(&str) -> bool) -> String {
        let is_free = |names: &BTreeSet<String>, name: &str| !names.contains(name) && !kept(name);
        let mut claimed = name.to_owned();
        if !is_free(&self.names, name) {
            let name = name.strip_suffix(self.separator).unwrap_or(name);
            let number = self.numbers.entry(name.to_owned()).or_insert(1);
            while !is_free(&self.names, &claimed) {
                *number += 1;
                claimed = format!("{name}{}{number}", self.separator);
            }
        }
        self.names.insert(claimed.clone());
        claimed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_the_rules_of_rust() {
        assert_eq!(snake("workerPoolId"), "worker_pool_id");
        assert_eq!(snake("2fa"), "n2fa");
        assert_eq!(snake("ключ"), "");
        assert_eq!(snake("Self"), "self_");
        assert_eq!(pascal("WorkerType Pulse Message"), "WorkerTypePulseMessage");
        assert_eq!(
            pascal("GitHub Re-run Request Message"),
            "GitHubReRunRequestMessage"
        );
        assert_eq!(shouty("workerPoolId"), "WORKER_POOL_ID");
    }

    #[test]
    fn names_that_are_taken_are_numbered() {
        let mut taken = Taken::new(["self_", "a3"]).separated_by("_");
        assert_eq!(taken.claim("self_"), "self_2");
        assert_eq!(
            taken.claim_unless("self_", |name| name == "self_3"),
            "self_4"
        );
        let mut taken = Taken::new(["a3"]);
        let names = ["a", "a", "a", "a2"].map(|name| taken.claim(name));
        assert_eq!(names, ["a", "a2", "a4", "a22"]);
    }
}
