//! Texts that a matcher matches.

use arbitrary::{Error, Result, Unstructured};

use super::lengths::Lengths;
use super::walk;
use crate::rule::{Matcher, Positions, Run, Shape, Split};

/// How much longer than they must be texts are.
pub(super) const SPREAD: usize = 24;

/// All bytes, those first that are pleasant to read: letters and digits, what
/// else can be printed, the rest of ASCII, the rest.
static BYTES: [u8; 256] = ordered();

/// How many bytes of [`BYTES`] to make texts of; the more only where the fewer
/// give none.
const ALPHABETS: [usize; 3] = [PRINTABLE, ASCII, 256];
const PRINTABLE: usize = 95;
const ASCII: usize = 128;

/// How many bytes the longest character has.
const CHARACTER: usize = 4;

/// A text that `matcher` matches, of so many characters.
pub(super) fn matching(
    matcher: &Matcher,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
) -> Result<String> {
    let mut last = Err(Error::IncorrectFormat);
    for alphabet in ALPHABETS {
        let mut bytes = lengths;
        if alphabet > ASCII {
            bytes.most = bytes.most.saturating_mul(CHARACTER);
        }
        let found = of_bytes(matcher, u, bytes, &BYTES[..alphabet])
            .and_then(|text| String::from_utf8(text).map_err(|_| Error::IncorrectFormat));
        match found {
            Ok(text) => return Ok(text),
            failed => last = failed,
        }
    }
    last
}

fn of_bytes(
    matcher: &Matcher,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let lengths = lengths.within(matcher.shortest, matcher.longest);
    match matcher.shape {
        Shape::Always => each(u, lengths, alphabet, |_, _, _| true),
        // Letters and digits are a pattern by themselves, and enough of one.
        Shape::Regex => each(u, lengths, alphabet, |byte, _, _| {
            byte.is_ascii_alphanumeric()
        }),
        Shape::Run(run) => of_run(run, u, lengths, alphabet),
        Shape::Positions(positions) => of_positions(positions, u, lengths, alphabet),
        Shape::Split(split) => of_split(split, u, lengths, alphabet),
        Shape::Table(table) => walk::accepted(table, u, lengths, alphabet),
        Shape::AnyOf(matchers) => {
            let first = u.choose_index(matchers.len())?;
            let (before, from) = matchers.split_at(first);
            let mut turns = from.iter().chain(before);
            turns
                .find_map(|matcher| of_bytes(matcher, u, lengths, alphabet).ok())
                .ok_or(Error::IncorrectFormat)
        }
        // One of them, and whoever asks finds out whether the others match too.
        Shape::AllOf(matchers) => of_bytes(u.choose(matchers)?, u, lengths, alphabet),
    }
}

/// A text of which `allows` allows each byte: by the byte, where it stands, and
/// how long the text is.
fn each(
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
    allows: impl Fn(u8, usize, usize) -> bool,
) -> Result<Vec<u8>> {
    let length = lengths.choose(u, SPREAD)?;
    (0..length)
        .map(|index| {
            let allowed = |byte: &u8| allows(*byte, index, length);
            let bytes: Vec<u8> = alphabet.iter().copied().filter(allowed).collect();
            u.choose(&bytes).copied()
        })
        .collect()
}

fn of_run(
    run: &Run,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    each(u, lengths, alphabet, |byte, index, length| {
        run.allows(byte, index == 0, index + 1 == length)
    })
}

fn of_positions(
    positions: &Positions,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    each(u, lengths, alphabet, |byte, index, _| {
        positions.allows(byte, index)
    })
}

/// The head leaves room for the tail, and the tail fills up what is missing.
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
    let mut text = of_bytes(&split.head, u, head, alphabet)?;
    text.push(split.at);
    let tail = Lengths {
        least: least.saturating_sub(text.len()),
        most: room(text.len())?,
    };
    text.extend(of_bytes(&split.tail, u, tail, alphabet)?);
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
