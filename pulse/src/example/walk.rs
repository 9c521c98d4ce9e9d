//! Makes texts byte by byte, as matchers read them.

use arbitrary::{Result, Unstructured};

use super::automaton::Automaton;
use super::lengths::{Lengths, SPREAD};
use crate::rule::{Matcher, Positions, Run, Shape};

/// A text of bytes of `alphabet` that all of `walks` allow. Fails if they allow no common
/// next byte.
pub(super) fn text(
    walks: &mut [Walk<'_>],
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let length = length(walks, u, lengths)?;
    let mut text = Vec::with_capacity(length);
    for index in 0..length {
        let allowed = |byte: &&u8| walks.iter().all(|walk| walk.allows(**byte, index, length));
        let bytes: Vec<u8> = alphabet.iter().filter(allowed).copied().collect();
        let byte = *u.choose(&bytes)?;
        walks.iter_mut().for_each(|walk| walk.step(byte));
        text.push(byte);
    }
    Ok(text)
}

/// A length for which each of `walks` has a text.
fn length(walks: &[Walk<'_>], u: &mut Unstructured<'_>, lengths: Lengths) -> Result<usize> {
    let automata = walks.iter().filter_map(|walk| match walk {
        Walk::Table(automaton) => Some(automaton),
        _ => None,
    });
    let automata: Vec<&Automaton<'_>> = automata.collect();
    if automata.is_empty() {
        return lengths.choose(u);
    }
    let possible = lengths
        .shortest(SPREAD)?
        .filter(|length| automata.iter().all(|it| it.ends_after(*length)));
    u.choose(&possible.collect::<Vec<_>>()).copied()
}

/// A matcher that can check whether a byte may be the next one.
pub(super) enum Walk<'m> {
    Always,
    Run(&'m Run),
    Positions(&'m Positions),
    Table(Automaton<'m>),
}

impl<'m> Walk<'m> {
    /// The walk of `matcher`, for texts of `lengths` and bytes of `alphabet`; `None` if
    /// it does not read texts byte by byte.
    pub(super) fn new(matcher: &'m Matcher, lengths: Lengths, alphabet: &[u8]) -> Option<Self> {
        Some(match matcher.shape {
            Shape::Always => Self::Always,
            Shape::Run(run) => Self::Run(run),
            Shape::Positions(positions) => Self::Positions(positions),
            Shape::Table(table) => {
                let longest = lengths.shortest(SPREAD).map_or(0, |range| *range.end());
                Self::Table(Automaton::new(table, longest, alphabet))
            }
            Shape::Characters { .. } | Shape::Split(_) | Shape::AnyOf(_) | Shape::AllOf(_) => {
                return None;
            }
        })
    }

    /// Whether `byte` may be at `index` in a text of `length` bytes.
    fn allows(&self, byte: u8, index: usize, length: usize) -> bool {
        let is_last = index + 1 == length;
        match self {
            Self::Always => true,
            Self::Run(run) => run.allows(byte, index == 0, is_last),
            Self::Positions(positions) => positions.allows(byte, index),
            Self::Table(automaton) => automaton.ends_with(byte, length - index - 1),
        }
    }

    fn step(&mut self, byte: u8) {
        if let Self::Table(automaton) = self {
            automaton.step(byte);
        }
    }
}
