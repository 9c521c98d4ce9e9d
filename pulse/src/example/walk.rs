//! Texts that an automaton accepts.

use arbitrary::{Result, Unstructured};

use super::lengths::Lengths;
use crate::rule::Table;

/// How many lengths are tried, from the least on. Where a language has gaps,
/// the lengths between them are fewer.
const SPREAD: usize = 48;

/// A text of bytes of `alphabet` that `table` accepts.
pub(super) fn accepted(
    table: &Table,
    u: &mut Unstructured<'_>,
    lengths: Lengths,
    alphabet: &[u8],
) -> Result<Vec<u8>> {
    let lengths = lengths.shortest(SPREAD)?;
    let ends = ends(table, *lengths.end(), alphabet);
    let possible: Vec<usize> = lengths.filter(|&left| ends[left][table.start]).collect();
    let mut left = *u.choose(&possible)?;
    let mut state = table.start;
    let mut text = Vec::with_capacity(left);
    while left > 0 {
        left -= 1;
        let leads_on = |byte: &&u8| ends[left][table.end(state, &[**byte])];
        let bytes: Vec<u8> = alphabet.iter().filter(leads_on).copied().collect();
        let byte = *u.choose(&bytes)?;
        state = table.end(state, &[byte]);
        text.push(byte);
    }
    Ok(text)
}

/// For each length up to `longest`, and in it for each state, whether a text of
/// that length leads from there to where it is accepted.
fn ends(table: &Table, longest: usize, alphabet: &[u8]) -> Vec<Vec<bool>> {
    let alphabet = one_a_class(table, alphabet);
    let states = 0..table.states();
    let mut ends = vec![
        states
            .clone()
            .map(|state| table.accepts_in(state))
            .collect(),
    ];
    for shorter in 0..longest {
        let accepts: &Vec<bool> = &ends[shorter];
        let leads_on = |state| {
            alphabet
                .iter()
                .any(|&byte| accepts[table.end(state, &[byte])])
        };
        ends.push(states.clone().map(leads_on).collect());
    }
    ends
}

/// A byte of each class that the bytes of `alphabet` belong to: the others lead
/// nowhere else.
fn one_a_class(table: &Table, alphabet: &[u8]) -> Vec<u8> {
    let class = |byte: u8| table.classes[usize::from(byte)];
    let mut seen = [false; 256];
    let is_new = |byte: &&u8| !std::mem::replace(&mut seen[usize::from(class(**byte))], true);
    alphabet.iter().filter(is_new).copied().collect()
}
