//! Routing keys, and messages as a whole.

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::optional;
use crate::binding::{Exchange, RoutingKeyEntry};
use crate::event::Message;
use crate::routing::{KeyFields, KeySource, MAX_BYTES, Word, Words};

/// How many bytes a word has at most: as many as a task ID.
const LONGEST_WORD: usize = 22;

/// How many bytes several words have at most, the dots between them included.
const LONGEST_WORDS: usize = 64;

/// What words are made of. The first byte is none of the last two: `_` alone
/// stands for a word that is absent.
const BYTES: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const FIRST_BYTES: usize = 62;

/// A routing key whose entries share what AMQP allows for all.
///
/// # Errors
///
/// None but those of `u`.
pub fn routing_key<K: KeyFields>(u: &mut Unstructured<'_>) -> Result<K> {
    let longest = longest(K::entries());
    K::make(&mut Entries { u, longest })
}

/// How many bytes each entry may have: an equal share of what the constants and the
/// dots leave.
fn longest(entries: &[RoutingKeyEntry]) -> usize {
    let constants = entries.iter().filter_map(|entry| entry.constant);
    let taken = constants.map(str::len).sum::<usize>() + entries.len().saturating_sub(1);
    let words = entries.iter().filter(|entry| entry.constant.is_none());
    MAX_BYTES.saturating_sub(taken) / words.count().max(1)
}

/// Entries that are made of an input.
struct Entries<'u, 'a> {
    u: &'u mut Unstructured<'a>,
    longest: usize,
}

impl KeySource for Entries<'_, '_> {
    type Error = Error;

    fn word(&mut self) -> Result<Word> {
        word(self.u, self.longest)
    }

    fn optional_word(&mut self) -> Result<Option<Word>> {
        optional(self.u, |u| word(u, self.longest))
    }

    fn words(&mut self) -> Result<Words> {
        words(self.u, self.longest)
    }

    fn optional_words(&mut self) -> Result<Option<Words>> {
        optional(self.u, |u| words(u, self.longest))
    }
}

/// Implements `Arbitrary` for routing keys.
#[macro_export]
#[doc(hidden)]
macro_rules! __taskcluster_key_examples {
    ($($name:ident),* $(,)?) => {
        $(
            impl<'a> $crate::__private::arbitrary::Arbitrary<'a> for $name {
                fn arbitrary(
                    u: &mut $crate::__private::arbitrary::Unstructured<'a>,
                ) -> $crate::__private::arbitrary::Result<Self> {
                    $crate::__private::example::routing_key(u)
                }
            }
        )*
    };
}

/// A word of at most `longest` bytes, and in any case of no more than 22: what a
/// task ID has.
fn word(u: &mut Unstructured<'_>, longest: usize) -> Result<Word> {
    Word::new(&letters(u, longest)?).map_err(|_| Error::IncorrectFormat)
}

/// Up to four words of at most `longest` bytes together, and in any case of no
/// more than 64, the dots between them included.
fn words(u: &mut Unstructured<'_>, longest: usize) -> Result<Words> {
    let longest = longest.min(LONGEST_WORDS);
    let mut text = letters(u, longest)?;
    for _ in 0..u.int_in_range(0..=3_u8)? {
        // A word more takes a dot and a letter at least.
        if longest.saturating_sub(text.len()) >= 2 {
            text.push('.');
            text.push_str(&letters(u, longest - text.len())?);
        }
    }
    Words::new(&text).map_err(|_| Error::IncorrectFormat)
}

fn letters(u: &mut Unstructured<'_>, longest: usize) -> Result<String> {
    let length = u.int_in_range(1..=longest.clamp(1, LONGEST_WORD))?;
    (0..length)
        .map(|index| {
            let bytes = if index == 0 {
                &BYTES[..FIRST_BYTES]
            } else {
                BYTES
            };
            u.choose(bytes).map(|&byte| char::from(byte))
        })
        .collect()
}

impl<'a> Arbitrary<'a> for Word {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        word(u, LONGEST_WORD)
    }
}

impl<'a> Arbitrary<'a> for Words {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        words(u, LONGEST_WORDS)
    }
}

/// The routing key and the payload are made apart from each other: where a
/// service puts a word of the payload into the key, an example does not.
impl<'a, E: Exchange> Arbitrary<'a> for Message<E>
where
    E::RoutingKey: Arbitrary<'a>,
    E::Payload: Arbitrary<'a>,
{
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::new(u.arbitrary()?, u.arbitrary()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_share_what_a_key_may_have() {
        let entry = RoutingKeyEntry::new("word", "");
        let constant = RoutingKeyEntry::new("word", "").constant("primary");
        assert_eq!(longest(&[entry]), 255);
        assert_eq!(longest(&[constant, entry]), 247);
        assert_eq!(longest(&[[constant].as_slice(), &[entry; 9]].concat()), 26);
        assert_eq!(longest(&[entry; 128]), 1);
        assert_eq!(longest(&[constant]), 248);
    }
}
