//! Examples of texts that matchers match.

use arbitrary::{Error, Result, Unstructured};

use super::lengths::{Lengths, SPREAD};
use crate::rule::{Matcher, Shape, Split, Table};

/// The printable characters of ASCII, the most readable first.
const PRINTABLE: &[u8; 95] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789\
    -_./:@ !\"#$%&'()*+,;<=>?[\\]^`{|}~";

/// All bytes.
const BYTES: &[u8; 256] = &{
    let mut bytes = [0; 256];
    let mut byte = 0;
    while byte < bytes.len() {
        bytes[byte] = byte as u8;
        byte += 1;
    }
    bytes
};

/// Maximum number of bytes in a character.
const CHARACTER: usize = 4;

/// A text that `matcher` matches, with a number of characters within `lengths` if all are
/// ASCII.
pub(super) fn matching(
    matcher: &Matcher,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
) -> Result<String> {
    let found = Texts {
        u,
        alphabet: PRINTABLE,
    }
    .of(matcher, lengths);
    let found = found.or_else(|_| {
        let bytes = Lengths {
            most: lengths.most.saturating_mul(CHARACTER),
            ..lengths
        };
        Texts { u, alphabet: BYTES }.of(matcher, bytes)
    });
    found.and_then(|text| String::from_utf8(text).map_err(|_| Error::IncorrectFormat))
}

/// Makes texts of the bytes of an alphabet.
struct Texts<'u, 'a> {
    u: &'u mut Unstructured<'a>,
    /// The bytes that a text may contain.
    alphabet: &'static [u8],
}

impl Texts<'_, '_> {
    /// A text that `matcher` matches; for [`Shape::AllOf`], only a chosen one of its
    /// matchers has to match.
    fn of(&mut self, matcher: &Matcher, lengths: Lengths) -> Result<Vec<u8>> {
        let lengths = lengths.within(matcher.shortest, matcher.longest);
        match matcher.shape {
            Shape::Always => self.bytes(lengths, |_, _, _| true),
            Shape::Characters { least, most } => {
                // Most texts are made of characters of one byte.
                self.bytes(lengths.and(Some(least), Some(most)), |_, _, _| true)
            }
            Shape::Run(run) => self.bytes(lengths, |byte, index, length| {
                run.allows(byte, index == 0, index + 1 == length)
            }),
            Shape::Positions(positions) => {
                self.bytes(lengths, |byte, index, _| positions.allows(byte, index))
            }
            Shape::Table(table) => self.of_table(table, lengths),
            Shape::Split(split) => self.of_split(split, lengths),
            Shape::AnyOf(matchers) => {
                let matcher = self.u.choose(matchers)?;
                self.of(matcher, lengths)
            }
            Shape::AllOf(matchers) => self.of_all(matchers, lengths),
        }
    }

    /// A text in which `allows` accepts each byte by its index and the length of the
    /// text.
    fn bytes(
        &mut self,
        lengths: Lengths,
        allows: impl Fn(u8, usize, usize) -> bool,
    ) -> Result<Vec<u8>> {
        let length = lengths.choose(self.u)?;
        (0..length)
            .map(|index| self.byte(|byte| allows(byte, index, length)))
            .collect()
    }

    fn byte(&mut self, allows: impl Fn(u8) -> bool) -> Result<u8> {
        let allowed = self.alphabet.iter().filter(|byte| allows(**byte));
        let allowed: Vec<u8> = allowed.copied().collect();
        self.u.choose(&allowed).copied()
    }

    /// A text that one of `matchers` matches, within the limits of those that count
    /// characters.
    fn of_all(&mut self, matchers: &[Matcher], mut lengths: Lengths) -> Result<Vec<u8>> {
        let mut readers = Vec::new();
        for matcher in matchers {
            match matcher.shape {
                Shape::Characters { least, most } => {
                    lengths = lengths.and(Some(least), Some(most));
                }
                _ => readers.push(matcher),
            }
        }
        match readers.as_slice() {
            [] => self.of(&Matcher::ALWAYS, lengths),
            readers => {
                let reader = self.u.choose(readers)?;
                self.of(reader, lengths)
            }
        }
    }

    /// A head, the separator and a tail, which is long enough for the whole text.
    fn of_split(&mut self, split: &Split, lengths: Lengths) -> Result<Vec<u8>> {
        let Lengths { least, most } = lengths;
        let room = |taken: usize| most.checked_sub(taken).ok_or(Error::IncorrectFormat);
        let head = Lengths {
            least: least.saturating_sub(split.tail.longest.saturating_add(1)),
            most: room(split.tail.shortest.saturating_add(1))?,
        };
        let mut text = self.of(&split.head, head)?;
        text.push(split.at);
        let tail = Lengths {
            least: least.saturating_sub(text.len()),
            most: room(text.len())?,
        };
        text.extend(self.of(&split.tail, tail)?);
        Ok(text)
    }

    /// A text that `table` accepts. Its length is chosen first, then only bytes that lead
    /// to states from which a text of this length can end.
    fn of_table(&mut self, table: &Table, lengths: Lengths) -> Result<Vec<u8>> {
        let range = lengths.shortest(SPREAD)?;
        let ends = ends(table, *range.end(), self.alphabet);
        let possible: Vec<usize> = range.filter(|length| ends[*length][table.start]).collect();
        let length = *self.u.choose(&possible)?;
        let mut state = table.start;
        (0..length)
            .rev()
            .map(|left| {
                let byte = self.byte(|byte| ends[left][table.end(state, &[byte])])?;
                state = table.end(state, &[byte]);
                Ok(byte)
            })
            .collect()
    }
}

/// For each number of bytes up to `longest`, and for each state, whether this number of
/// bytes of `alphabet` can lead from the state to an accepting one.
fn ends(table: &Table, longest: usize, alphabet: &[u8]) -> Vec<Vec<bool>> {
    // Bytes of one class lead to the same state.
    let mut classes = [false; 256];
    let is_new = |byte: &&u8| {
        let class = table.classes[usize::from(**byte)];
        !std::mem::replace(&mut classes[usize::from(class)], true)
    };
    let bytes: Vec<u8> = alphabet.iter().filter(is_new).copied().collect();
    let states = 0..table.states();
    let accepting = states
        .clone()
        .map(|state| table.accepts_in(state))
        .collect();
    let mut ends: Vec<Vec<bool>> = vec![accepting];
    for fewer in 0..longest {
        let ends_with = |state, byte: &u8| ends[fewer][table.end(state, &[*byte])];
        let leads_on = |state| bytes.iter().any(|byte| ends_with(state, byte));
        ends.push(states.clone().map(leads_on).collect());
    }
    ends
}
