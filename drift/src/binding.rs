//! Bindings that were compiled against OLD, and the routing keys of NEW.
//!
//! A binding key has one word for each entry of OLD's reference, in order, and any words
//! in the place of the entry with `multipleWords`. A routing key of NEW has one word for
//! each of NEW's entries, and one or more for that entry. Both are compared for every
//! number of words that makes a difference.

use std::ptr;

use taskcluster_documents::reference::KeyEntry;
use taskcluster_documents::text::count;

use crate::report::{BindingEffect, Finding};

/// The word of an entry that is not required and is absent.
const ABSENT: &str = "_";

/// Maximum length of a routing key in AMQP, in bytes.
const MAX_BYTES: usize = 255;

/// Whether keys of two references are the same.
pub(crate) fn are_same(old: &[KeyEntry], new: &[KeyEntry]) -> bool {
    let is_same = |(old, new): (&KeyEntry, &KeyEntry)| {
        old.name == new.name
            && old.constant == new.constant
            && old.multiple_words == new.multiple_words
            && old.required == new.required
    };
    old.len() == new.len() && old.iter().zip(new).all(is_same)
}

/// The worst effect on bindings to keys of `old` when keys look like `new`.
pub(crate) fn compare(old: &[KeyEntry], new: &[KeyEntry]) -> Option<Finding<BindingEffect>> {
    let mut worst: Option<Finding<BindingEffect>> = None;
    let mut matched = false;
    for words in counts(old, new) {
        let key = Key::new(new, words);
        let found = match Key::fits(old, words) {
            false => Some(unmatched(&key, words, old)),
            true => against(old, &key),
        };
        matched |= found
            .as_ref()
            .is_none_or(|it| it.effect != BindingEffect::Silent);
        if let Some(found) = found {
            let worse = worst.as_ref().is_none_or(|it| found.effect > it.effect);
            worst = match worse {
                true => Some(found),
                false => worst,
            };
        }
    }
    // If keys with another number of words match, the binding is not silent.
    worst.map(|found| match found.effect {
        BindingEffect::Silent if matched => Finding {
            effect: BindingEffect::Narrower,
            ..found
        },
        _ => found,
    })
}

/// The numbers of words in keys of `new`, up to the last one that makes a difference.
fn counts(old: &[KeyEntry], new: &[KeyEntry]) -> std::ops::RangeInclusive<usize> {
    match has_multiple(new) {
        true => new.len()..=new.len().max(old.len()) + 1,
        false => new.len()..=new.len(),
    }
}

fn has_multiple(entries: &[KeyEntry]) -> bool {
    entries.iter().any(|entry| entry.multiple_words)
}

/// A key with a number of words: the entry of each word.
struct Key<'e> {
    entries: Vec<&'e KeyEntry>,
}

impl<'e> Key<'e> {
    /// Assigns the words to the entries in order; the entry with `multipleWords` gets all
    /// remaining words.
    fn new(entries: &'e [KeyEntry], words: usize) -> Self {
        let single = entries.iter().filter(|entry| !entry.multiple_words).count();
        let multiple = words.saturating_sub(single);
        let entries = entries.iter().flat_map(|entry| {
            let count = match entry.multiple_words {
                true => multiple,
                false => 1,
            };
            std::iter::repeat_n(entry, count)
        });
        Self {
            entries: entries.collect(),
        }
    }

    /// Whether a binding of `entries` matches keys with this number of words.
    fn fits(entries: &[KeyEntry], words: usize) -> bool {
        let single = entries.iter().filter(|entry| !entry.multiple_words).count();
        words == single || has_multiple(entries) && words > single
    }

    /// An example key: constants, and the names of the other entries.
    fn example(&self) -> String {
        self.example_without(None)
    }

    /// An example key in which one entry is absent.
    fn example_without(&self, absent: Option<&KeyEntry>) -> String {
        let words = self.entries.iter().map(|&entry| match absent {
            Some(absent) if ptr::eq(absent, entry) => ABSENT.to_owned(),
            _ => word(entry),
        });
        let key = words.collect::<Vec<String>>().join(".");
        match key.len() <= MAX_BYTES {
            true => key,
            false => {
                let words = self.entries.iter().map(|entry| entry.constant.as_deref());
                let words: Vec<&str> = words.map(|constant| constant.unwrap_or(ABSENT)).collect();
                words.join(".")
            }
        }
    }
}

/// A word for an entry: its constant or its name, so that an example shows the entry of
/// each word.
fn word(entry: &KeyEntry) -> String {
    let name = || {
        let letters = entry.name.chars().filter(char::is_ascii_alphanumeric);
        Some(letters.collect::<String>()).filter(|name| !name.is_empty())
    };
    let word = entry.constant.clone().or_else(name);
    word.unwrap_or_else(|| ABSENT.to_owned())
}

fn unmatched(key: &Key<'_>, words: usize, old: &[KeyEntry]) -> Finding<BindingEffect> {
    let wanted = old.len();
    let bound = match has_multiple(old) {
        true => format!("at least {}", wanted - 1),
        false => wanted.to_string(),
    };
    let words = count(words, "word");
    let reason = format!("keys may have {words}, and the binding expects {bound}");
    with_key(BindingEffect::Silent, reason, key.example())
}

/// The effect on a binding of `old` of keys like `key`, whose number of words it matches.
fn against(old: &[KeyEntry], key: &Key<'_>) -> Option<Finding<BindingEffect>> {
    let bound = Key::new(old, key.entries.len());
    let pairs: Vec<(&KeyEntry, &KeyEntry)> = bound
        .entries
        .iter()
        .copied()
        .zip(key.entries.iter().copied())
        .collect();
    if let Some((effect, reason)) = changed_word(&pairs) {
        return Some(with_key(effect, reason, key.example()));
    }
    more_keys(old, key, &pairs)
}

/// The effect of the gravest change among the words of keys, and the reason.
fn changed_word(pairs: &[(&KeyEntry, &KeyEntry)]) -> Option<(BindingEffect, String)> {
    let other_constant = pairs.iter().find_map(|(old, new)| {
        let wanted = old.constant.as_ref()?;
        let found = new.constant.as_ref()?;
        (wanted != found)
            .then(|| format!("the binding expects {wanted:?} where keys have {found:?}"))
    });
    if let Some(reason) = other_constant {
        return Some((BindingEffect::Silent, reason));
    }
    let misread = pairs.iter().find(|(old, new)| {
        let is_field = old.constant.is_none() && !old.multiple_words;
        // A field holds a single word of an entry that may have several.
        let has_one_word = || pairs.iter().filter(|(_, it)| ptr::eq(*it, *new)).count() == 1;
        is_field && (old.name != new.name || !has_one_word())
    });
    if let Some((old, new)) = misread {
        let reason = format!("`{}` receives the word of `{}`", old.name, new.name);
        return Some((BindingEffect::Misread, reason));
    }
    let freed = pairs
        .iter()
        .find(|(old, new)| old.constant.is_some() && new.constant.is_none());
    if let Some((old, new)) = freed {
        let wanted = old.constant.as_deref().unwrap_or_default();
        let reason = format!("`{}` is no longer always {wanted:?}", new.name);
        return Some((BindingEffect::Narrower, reason));
    }
    let fixed = pairs
        .iter()
        .find(|(old, new)| old.constant.is_none() && !old.multiple_words && new.constant.is_some());
    fixed.map(|(old, new)| {
        let word = new.constant.as_deref().unwrap_or_default();
        let reason = format!(
            "`{}` is always {word:?}, so a binding with another word matches nothing",
            old.name
        );
        (BindingEffect::Narrower, reason)
    })
}

/// Keys like `key` that match a binding of `old` but are unlike any key of `old`.
fn more_keys(
    old: &[KeyEntry],
    key: &Key<'_>,
    pairs: &[(&KeyEntry, &KeyEntry)],
) -> Option<Finding<BindingEffect>> {
    let left_out = old
        .iter()
        .find(|entry| entry.multiple_words && key.entries.len() < old.len());
    if let Some(KeyEntry { name, required, .. }) = left_out {
        let (effect, reason) = match required {
            true => {
                let reason = format!("keys without words for `{name}` match, and do not parse");
                (BindingEffect::Narrower, reason)
            }
            false => {
                let reason = format!("keys without words for `{name}` match, too");
                (BindingEffect::Wider, reason)
            }
        };
        return Some(with_key(effect, reason, key.example()));
    }
    let may_be_absent = |old: &KeyEntry, new: &KeyEntry| {
        old.required && !new.required && new.constant.is_none() && old.name == new.name
    };
    let absent = pairs.iter().find(|(old, new)| may_be_absent(old, new));
    absent.map(|(_, entry)| {
        let reason = format!("keys without a word for `{}` match, too", entry.name);
        let example = key.example_without(Some(entry));
        with_key(BindingEffect::Wider, reason, example)
    })
}

fn with_key(effect: BindingEffect, reason: String, key: String) -> Finding<BindingEffect> {
    Finding {
        routing_key: Some(key),
        ..Finding::new(effect, reason)
    }
}

/// The reason why bindings to keys of `old` are fine when keys look like `new`.
pub(crate) fn still_bound(old: &[KeyEntry], new: &[KeyEntry]) -> String {
    let (bound, key) = (Key::new(old, new.len()), Key::new(new, new.len()));
    let pairs = bound.entries.iter().zip(&key.entries);
    let named = pairs.filter(|(old, new)| old.multiple_words && !new.multiple_words);
    let named: Vec<(&str, &str)> = named
        .map(|(old, new)| (old.name.as_str(), new.name.as_str()))
        .collect();
    match named.as_slice() {
        [(rest, first), ..] if named.len() > 1 || rest != first => {
            let names: Vec<&str> = named.iter().map(|(_, name)| *name).collect();
            format!("it still matches; `{rest}` now holds {}", names.join(", "))
        }
        _ => "it matches the same keys".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use taskcluster_documents::reference::KeyEntry;

    use super::{compare, still_bound};
    use crate::report::BindingEffect::{self, Misread, Narrower, Silent, Wider};

    /// `=word` is a constant, `name#` has multiple words, `name?` may be absent.
    fn entries(text: &str) -> Vec<KeyEntry> {
        text.split_whitespace()
            .map(|entry| KeyEntry {
                name: entry.trim_matches(['=', '#', '?']).to_owned(),
                summary: String::new(),
                constant: entry.strip_prefix('=').map(str::to_owned),
                multiple_words: entry.contains('#'),
                required: !entry.ends_with('?'),
            })
            .collect()
    }

    #[test]
    fn counts_of_words_are_words() {
        let reason = |new| compare(&entries("a b"), &entries(new)).map(|it| it.reason);
        let expected = "keys may have 1 word, and the binding expects 2";
        assert_eq!(reason("a").as_deref(), Some(expected));
    }

    #[test]
    fn only_words_in_the_place_of_others_are_held_by_an_entry() {
        let reason = |new| still_bound(&entries("=primary a rest#"), &entries(new));
        let expected = "it still matches; `rest` now holds b, c";
        assert_eq!(reason("=primary a b c rest#"), expected);
        // An entry that no longer has several words holds its own.
        let reason = still_bound(&entries("=primary a#"), &entries("=primary a"));
        assert_eq!(reason, "it matches the same keys");
        // Neither a constant nor the rest is assigned to another field by its new name.
        let mut renamed = entries("=primary a others#");
        renamed[0].name = "kind".to_owned();
        let old = entries("=primary a rest#");
        assert_eq!(compare(&old, &renamed), None);
        assert_eq!(still_bound(&old, &renamed), "it matches the same keys");
    }

    fn effect(old: &str, new: &str) -> Option<(BindingEffect, String)> {
        let found = compare(&entries(old), &entries(new))?;
        Some((found.effect, found.routing_key.unwrap_or_default()))
    }

    #[test]
    fn each_change_of_entries_has_its_effect() {
        for (old, new, expected) in [
            ("=primary a rest#", "=primary a rest#", None),
            ("=primary rest#", "=primary a b rest#", None),
            (
                "=primary a rest#",
                "=primary b rest#",
                Some((Misread, "primary.b.rest")),
            ),
            (
                "=primary a b rest#",
                "=primary b a rest#",
                Some((Misread, "primary.b.a.rest")),
            ),
            (
                "=primary a b rest#",
                "=primary a rest#",
                Some((Misread, "primary.a.rest")),
            ),
            (
                "=primary rest#",
                "=second rest#",
                Some((Silent, "second.rest")),
            ),
            (
                "=primary a b c",
                "=primary a b",
                Some((Silent, "primary.a.b")),
            ),
            (
                "=primary a",
                "=primary a rest#",
                Some((Silent, "primary.a.rest")),
            ),
            (
                "=primary rest#",
                "kind rest#",
                Some((Narrower, "kind.rest")),
            ),
            (
                "=primary a rest#?",
                "=primary a",
                Some((Wider, "primary.a")),
            ),
            (
                "=primary a rest#",
                "=primary a",
                Some((Narrower, "primary.a")),
            ),
            // Keys with a single word for `a` are read as before.
            ("=primary a", "=primary a#", Some((Narrower, "primary.a.a"))),
            ("=primary a#", "=primary a", None),
            (
                "=primary a rest#",
                "=primary a#",
                Some((Misread, "primary.a.a")),
            ),
            ("rest#?", "", Some((Wider, ""))),
            ("a? b", "a? b?", Some((Wider, "a._"))),
            ("a? b", "a b", None),
            ("a rest#", "a rest#?", Some((Wider, "a._"))),
        ] {
            let expected = expected.map(|(effect, key)| (effect, key.to_owned()));
            assert_eq!(effect(old, new), expected, "{old:?} to {new:?}");
        }
    }
}
