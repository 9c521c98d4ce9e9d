//! Automata as tables of numbers.

use std::collections::HashMap;

use super::automaton::Automaton;
use super::set::ByteSet;

/// Maximum size of a table's cells, in bytes: more than any pattern of an identifier
/// needs, and small enough to stay in a cache.
const MAX_BYTES: usize = 64 * 1024;

/// The number of the state that refuses all continuations.
const REFUSED: u16 = 0;
/// The number of the state that accepts all continuations.
const ACCEPTED: u16 = 1;

/// An automaton as numbers.
///
/// State 0 refuses and state 1 accepts all continuations. The others, from 2 on, have a
/// row of cells each; those below `accepting` accept, and so does 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Table {
    /// The bytes of each class; class 0 has all bytes that no other class has.
    pub classes: Vec<ByteSet>,
    /// The next states, a row for each state from 2 on, with a cell for each class.
    pub cells: Vec<u16>,
    /// The state to start in.
    pub start: u16,
    /// The first state that does not accept, 0 aside.
    pub accepting: u16,
}

impl Table {
    /// The table of `automaton`; `None` if it is too large.
    pub(super) fn new(automaton: &Automaton) -> Option<Self> {
        let settled = |state: &usize| {
            automaton.accepting[*state]
                && automaton.rows[*state]
                    .iter()
                    .all(|next| *next == Some(*state))
        };
        let states = 0..automaton.rows.len();
        let (accepting, others): (Vec<usize>, Vec<usize>) = states
            .filter(|state| !settled(state))
            .partition(|&state| automaton.accepting[state]);
        let order: Vec<usize> = accepting.iter().chain(&others).copied().collect();
        let mut numbers = HashMap::new();
        for (index, state) in order.iter().enumerate() {
            numbers.insert(*state, u16::try_from(index + 2).ok()?);
        }
        let number = |state: Option<usize>| match state {
            None => REFUSED,
            // A state without a number is the one that accepts all continuations.
            Some(state) => numbers.get(&state).copied().unwrap_or(ACCEPTED),
        };
        let (classes, representatives) = merged_classes(automaton);
        let cells = order.iter().flat_map(|&state| {
            let row = &automaton.rows[state];
            representatives.iter().map(move |&class| row[class])
        });
        let table = Self {
            cells: cells.map(number).collect(),
            classes,
            start: number(Some(0)),
            accepting: u16::try_from(accepting.len() + 2).ok()?,
        };
        (table.bytes() <= MAX_BYTES).then_some(table)
    }

    /// The cells as bytes, if the numbers of all states fit in a byte.
    pub fn narrow_cells(&self) -> Option<Vec<u8>> {
        let cells = self.cells.iter().map(|&cell| u8::try_from(cell).ok());
        cells.collect()
    }

    /// The cells, two bytes each, the low one first.
    pub fn wide_cells(&self) -> Vec<u8> {
        let cells = self.cells.iter();
        cells.flat_map(|cell| cell.to_le_bytes()).collect()
    }

    /// The first byte, the last byte and the class of each range of bytes outside class
    /// 0.
    pub fn triples(&self) -> Vec<u8> {
        let classes = (0_u8..=u8::MAX).zip(&self.classes).skip(1);
        let triples = classes.flat_map(|(class, set)| {
            let ranges = set.ranges().into_iter();
            ranges.flat_map(move |(first, last)| [first, last, class])
        });
        triples.collect()
    }

    /// The size of the cells, in bytes.
    fn bytes(&self) -> usize {
        let wide = self.narrow_cells().is_none();
        self.cells.len() * if wide { 2 } else { 1 }
    }

    /// Whether only ASCII bytes lead to an accepting state.
    pub(super) fn is_ascii(&self) -> bool {
        let width = self.classes.len();
        let leads = |class: usize| {
            self.cells
                .iter()
                .skip(class)
                .step_by(width)
                .any(|&next| next != REFUSED)
        };
        (0..width).all(|class| !leads(class) || self.classes[class].is_ascii())
    }
}

/// The classes of bytes, merged if they lead to the same states everywhere, each with one
/// class of `automaton` in it. The first has the most bytes.
fn merged_classes(automaton: &Automaton) -> (Vec<ByteSet>, Vec<usize>) {
    let mut columns: HashMap<Vec<Option<usize>>, usize> = HashMap::new();
    let mut merged: Vec<(usize, Vec<u8>)> = Vec::new();
    for (class, bytes) in automaton.classes.iter().enumerate() {
        let column = automaton.rows.iter().map(|row| row[class]).collect();
        let index = *columns.entry(column).or_insert_with(|| {
            merged.push((class, Vec::new()));
            merged.len() - 1
        });
        merged[index].1.extend(bytes.iter());
    }
    merged.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
    merged
        .into_iter()
        .map(|(class, bytes)| (bytes.into_iter().collect::<ByteSet>(), class))
        .unzip()
}
