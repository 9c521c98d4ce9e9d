//! Automata with a current state, and whether they can still accept a text.

use crate::rule::Table;

/// An automaton and its current state.
pub(super) struct Automaton<'t> {
    table: &'t Table,
    state: usize,
    /// `ends[count][state]` is whether some `count` bytes lead from `state` to an
    /// accepting state.
    ends: Vec<Vec<bool>>,
}

impl<'t> Automaton<'t> {
    /// Starts to read a text of at most `longest` bytes of `alphabet`.
    pub(super) fn new(table: &'t Table, longest: usize, alphabet: &[u8]) -> Self {
        let alphabet = one_byte_per_class(table, alphabet);
        let states = 0..table.states();
        let accepts = states.clone().map(|state| table.accepts_in(state));
        let mut ends: Vec<Vec<bool>> = vec![accepts.collect()];
        for fewer in 0..longest {
            let ends_with = |state, byte: &u8| ends[fewer][table.end(state, &[*byte])];
            let leads_on = |state| alphabet.iter().any(|byte| ends_with(state, byte));
            let row = states.clone().map(leads_on).collect();
            ends.push(row);
        }
        Self {
            table,
            state: table.start,
            ends,
        }
    }

    /// Whether the text can end after `left` more bytes.
    pub(super) fn ends_after(&self, left: usize) -> bool {
        self.can_end(self.state, left)
    }

    /// Whether the text can end `left` bytes after `byte`.
    pub(super) fn ends_with(&self, byte: u8, left: usize) -> bool {
        self.can_end(self.table.end(self.state, &[byte]), left)
    }

    /// Reads `byte`.
    pub(super) fn step(&mut self, byte: u8) {
        self.state = self.table.end(self.state, &[byte]);
    }

    fn can_end(&self, state: usize, left: usize) -> bool {
        let row = self.ends.get(left);
        row.and_then(|row| row.get(state)) == Some(&true)
    }
}

/// One byte of each class in `alphabet`: all bytes of a class lead to the same state.
fn one_byte_per_class(table: &Table, alphabet: &[u8]) -> Vec<u8> {
    let class = |byte: u8| table.classes[usize::from(byte)];
    let mut seen = [false; 256];
    let is_new = |byte: &&u8| !std::mem::replace(&mut seen[usize::from(class(**byte))], true);
    alphabet.iter().filter(is_new).copied().collect()
}
