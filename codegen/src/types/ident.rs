//! Identifiers out of the names and titles of schemas.

use heck::{ToShoutySnakeCase, ToSnakeCase, ToUpperCamelCase};

/// The name of a field or a module: `worker_pool_id`.
pub(super) fn snake(text: &str) -> String {
    let name = start_with_letter(letters(text).to_snake_case(), 'n');
    match name.as_str() {
        // These alone name nothing, however they are written.
        "crate" | "self" | "super" => format!("{name}_"),
        _ => name,
    }
}

/// The name of a type or a variant: `WorkerPoolId`.
pub(super) fn pascal(text: &str) -> String {
    start_with_letter(letters(text).to_upper_camel_case(), 'N')
}

/// The name of a variant, where `text` has one that can stand behind `Enum::`.
pub(super) fn variant(text: &str) -> Option<String> {
    Some(pascal(text)).filter(|name| !name.is_empty() && name != "Self")
}

/// The name of a constant: `WORKER_POOL_ID`.
pub(super) fn shouty(text: &str) -> String {
    start_with_letter(letters(text).to_shouty_snake_case(), 'N')
}

/// `text` with everything else than ASCII letters and digits turned to spaces:
/// whatever a schema holds, no more than that gets into an identifier. The
/// apostrophe of `can't` joins, all else separates.
fn letters(text: &str) -> String {
    text.chars()
        .filter(|character| *character != '\'')
        .map(|character| match character {
            'a'..='z' | 'A'..='Z' | '0'..='9' => character,
            _ => ' ',
        })
        .collect()
}

/// Puts `letter` before a name that starts with a digit; names that come out
/// empty (of a text in another script, or of punctuation) are told apart later.
fn start_with_letter(name: String, letter: char) -> String {
    match name.chars().next() {
        Some('0'..='9') => format!("{letter}{name}"),
        _ => name,
    }
}

/// The first of `name`, `name2`, `name3`, … that `taken` does not have, with
/// `separator` before the number.
pub(super) fn distinct(name: &str, separator: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(name) {
        return name.to_owned();
    }
    let name = name.strip_suffix(separator).unwrap_or(name);
    (2..)
        .map(|number: u64| format!("{name}{separator}{number}"))
        .find(|candidate| !taken(candidate))
        .unwrap_or_else(|| name.to_owned())
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
        assert_eq!(distinct("self_", "_", |name| name == "self_"), "self_2");
        assert_eq!(pascal("WorkerType Pulse Message"), "WorkerTypePulseMessage");
        assert_eq!(
            pascal("GitHub Re-run Request Message"),
            "GitHubReRunRequestMessage"
        );
        assert_eq!(shouty("workerPoolId"), "WORKER_POOL_ID");
    }
}
