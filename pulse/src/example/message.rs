//! Routing keys, and messages as a whole.

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use crate::binding::Exchange;
use crate::event::Message;
use crate::routing::{ABSENT, KeyFields, MAX_ROUTING_KEY_BYTES, RoutingKeyEntry, Word, Words};

/// Maximum number of bytes in a word, that of a task ID.
const MAX_WORD_BYTES: usize = 22;

/// Maximum number of bytes in several words, including the dots between them.
const MAX_WORDS_BYTES: usize = 64;

/// The bytes of words. A word does not begin with one of the last two, because `_` alone
/// stands for an absent word.
const BYTES: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const FIRST_BYTES: usize = 62;

/// A routing key that is not too long for AMQP, unless it has too many entries.
pub fn routing_key<K: KeyFields>(u: &mut Unstructured<'_>) -> Result<K> {
    let entries = K::entries();
    let longest = longest(entries);
    let texts = entries.iter().map(|entry| text(u, entry, longest));
    let texts = texts.collect::<Result<Vec<String>>>()?;
    K::parse(&texts.join(".")).map_err(|_| Error::IncorrectFormat)
}

fn text(u: &mut Unstructured<'_>, entry: &RoutingKeyEntry, longest: usize) -> Result<String> {
    match entry.constant {
        Some(constant) => Ok(constant.to_owned()),
        None if !entry.required && !u.arbitrary()? => Ok(ABSENT.to_owned()),
        None if entry.multiple_words => words(u, longest),
        None => letters(u, longest),
    }
}

/// Maximum number of bytes in an entry: an equal share of the limit, without constants
/// and dots.
fn longest(entries: &[RoutingKeyEntry]) -> usize {
    let constants = entries.iter().filter_map(|entry| entry.constant);
    let taken = constants.map(str::len).sum::<usize>() + entries.len().saturating_sub(1);
    let words = entries.iter().filter(|entry| entry.constant.is_none());
    MAX_ROUTING_KEY_BYTES.saturating_sub(taken) / words.count().max(1)
}

/// Up to four words of together at most `longest` bytes, and at most 64, including the
/// dots between them.
fn words(u: &mut Unstructured<'_>, longest: usize) -> Result<String> {
    let longest = longest.min(MAX_WORDS_BYTES);
    let mut text = letters(u, longest)?;
    for _ in 0..u.int_in_range(0..=3_u8)? {
        // Another word takes at least a dot and a letter.
        if longest.saturating_sub(text.len()) >= 2 {
            text.push('.');
            text.push_str(&letters(u, longest - text.len())?);
        }
    }
    Ok(text)
}

/// A word of at most `longest` bytes, and at most 22, as a task ID has.
fn letters(u: &mut Unstructured<'_>, longest: usize) -> Result<String> {
    let length = u.int_in_range(1..=longest.clamp(1, MAX_WORD_BYTES))?;
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
        Self::new(&letters(u, MAX_WORD_BYTES)?).map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Words {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::new(&words(u, MAX_WORDS_BYTES)?).map_err(|_| Error::IncorrectFormat)
    }
}

/// The routing key and the payload are independent, also where a service repeats a part
/// of the payload in the key.
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
    fn entries_share_the_limit_of_a_key() {
        let entry = RoutingKeyEntry::new("word", "");
        let constant = RoutingKeyEntry::new("word", "").constant("primary");
        assert_eq!(longest(&[entry]), 255);
        assert_eq!(longest(&[constant, entry]), 247);
        assert_eq!(longest(&[[constant].as_slice(), &[entry; 9]].concat()), 26);
        assert_eq!(longest(&[entry; 128]), 1);
        assert_eq!(longest(&[constant]), 248);
    }
}
