//! Routing keys, and messages as a whole.

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use crate::binding::Exchange;
use crate::event::Message;
use crate::routing::{Word, Words};

/// How many bytes a word has at most: as many as a task ID.
const LONGEST_WORD: usize = 22;

/// How many bytes several words have at most, the dots between them included.
const LONGEST_WORDS: usize = 64;

/// What words are made of. The first byte is none of the last two: `_` alone
/// stands for a word that is absent.
const BYTES: &[u8; 64] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
const FIRST_BYTES: usize = 62;

/// A word of at most `longest` bytes, and in any case of no more than 22: what a
/// task ID has.
///
/// # Errors
///
/// None but those of `u`.
pub fn word(u: &mut Unstructured<'_>, longest: usize) -> Result<Word> {
    Word::new(&letters(u, longest)?).map_err(|_| Error::IncorrectFormat)
}

/// Up to four words of at most `longest` bytes together, and in any case of no
/// more than 64, the dots between them included.
///
/// # Errors
///
/// None but those of `u`.
pub fn words(u: &mut Unstructured<'_>, longest: usize) -> Result<Words> {
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
