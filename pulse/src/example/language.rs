//! Texts that matchers match.

use arbitrary::{Error, Result, Unstructured};

use super::lengths::Lengths;
use super::walk::{self, Walk};
use crate::rule::{Matcher, Shape, Split};

/// All bytes, the most readable first: letters and digits, other printable ASCII, the
/// rest of ASCII, the other bytes.
static BYTES: [u8; 256] = ordered();

/// How many bytes of [`BYTES`] to make texts of; more are used if fewer give no text.
const ALPHABETS: [usize; 3] = [PRINTABLE, ASCII, 256];
const PRINTABLE: usize = 95;
const ASCII: usize = 128;

/// Maximum number of bytes in a character.
const CHARACTER: usize = 4;

/// A text of `lengths` characters that `matchers` match; see [`of_all`].
pub(super) fn matching(
    matchers: &[&Matcher],
    u: &mut Unstructured<'_>,
    lengths: Lengths,
) -> Result<String> {
    let mut last = Err(Error::IncorrectFormat);
    for alphabet in ALPHABETS {
        let mut bytes = lengths;
        if alphabet > ASCII {
            bytes.most = bytes.most.saturating_mul(CHARACTER);
        }
        let found = of_all(matchers, u, bytes, &BYTES[..alphabet])
            .and_then(|text| String::from_utf8(text).map_err(|_| Error::IncorrectFormat));
        match found {
            Ok(text) => return Ok(text),
            failed => last = failed,
        }
    }
    last
}

/// A text that one of `matchers` matches, and the others as well, if all read it
/// byte by byte. The caller checks whether they do.
fn of_all(
    matchers: &[&Matcher],
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let lengths = matchers.iter().fold(lengths, |lengths, matcher| {
        match matcher.shape {
            // Most texts are made of characters of one byte.
            Shape::Characters { least, most } => lengths.within(
                usize::try_from(least).unwrap_or(usize::MAX),
                usize::try_from(most).unwrap_or(usize::MAX),
            ),
            _ => lengths.within(matcher.shortest, matcher.longest),
        }
    });
    let walks = matchers.iter();
    let walks = walks.filter_map(|matcher| Walk::new(matcher, lengths, alphabet));
    let mut walks: Vec<Walk<'_>> = walks.collect();
    if !walks.is_empty() {
        return walk::text(&mut walks, u, lengths, alphabet);
    }
    match u.choose(matchers)?.shape {
        Shape::Split(split) => of_split(split, u, lengths, alphabet),
        Shape::AnyOf(matchers) => of_any(matchers, u, lengths, alphabet),
        Shape::AllOf(matchers) => {
            let matchers: Vec<&Matcher> = matchers.iter().collect();
            of_all(&matchers, u, lengths, alphabet)
        }
        // All other shapes are read byte by byte.
        _ => Err(Error::IncorrectFormat),
    }
}

fn of_any(
    matchers: &[Matcher],
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let first = u.choose_index(matchers.len())?;
    let (before, from) = matchers.split_at(first);
    let mut turns = from.iter().chain(before);
    turns
        .find_map(|matcher| of_all(&[matcher], u, lengths, alphabet).ok())
        .ok_or(Error::IncorrectFormat)
}

/// The head leaves room for the tail, and the tail has the rest of the length.
fn of_split(
    split: &Split,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let Lengths { least, most } = lengths;
    let room = |taken: usize| most.checked_sub(taken).ok_or(Error::IncorrectFormat);
    let head = Lengths {
        least: least.saturating_sub(split.tail.longest.saturating_add(1)),
        most: room(split.tail.shortest.saturating_add(1))?,
    };
    let mut text = of_all(&[&split.head], u, head, alphabet)?;
    text.push(split.at);
    let tail = Lengths {
        least: least.saturating_sub(text.len()),
        most: room(text.len())?,
    };
    text.extend(of_all(&[&split.tail], u, tail, alphabet)?);
    Ok(text)
}

const fn ordered() -> [u8; 256] {
    let mut bytes = [0; 256];
    let mut count = 0;
    let mut rank = 0;
    while rank < 5 {
        let mut byte = 0;
        while byte < bytes.len() {
            if rank_of(byte as u8) == rank {
                bytes[count] = byte as u8;
                count += 1;
            }
            byte += 1;
        }
        rank += 1;
    }
    bytes
}

const fn rank_of(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => 0,
        b'A'..=b'Z' | b'0'..=b'9' => 1,
        b' '..=b'~' => 2,
        0..=127 => 3,
        _ => 4,
    }
}
