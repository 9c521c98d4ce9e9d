//! Deterministic automata, as tables.

/// The state that no text leads out of, and that accepts none.
const REFUSED: usize = 0;
/// The state that no text leads out of, and that accepts all.
const ACCEPTED: usize = 1;

/// A deterministic automaton over classes of bytes.
///
/// State 0 refuses whatever follows, state 1 accepts whatever follows, state 2
/// is the start. Of the others, those from a certain one on accept.
#[derive(Debug)]
pub struct Table {
    classes: [u8; 256],
    width: usize,
    cells: Cells,
    accepting: usize,
}

/// The next states: row by row for each state, in a row for each class.
#[derive(Clone, Copy, Debug)]
enum Cells {
    Narrow(&'static [u8]),
    Wide(&'static [u16]),
}

impl Table {
    /// An automaton of up to 256 states: `cells` holds a row of `width` next
    /// states for each state but the first two. The states from `accepting` on
    /// accept the text that ends in them.
    ///
    /// `classes` says which bytes are one class, as triples of a first byte, a
    /// last byte and the class; bytes it leaves out are of class 0.
    pub const fn new(classes: &[u8], width: usize, cells: &'static [u8], accepting: usize) -> Self {
        Self::of(classes, width, Cells::Narrow(cells), accepting)
    }

    /// An automaton of more states, otherwise the same as [`new`](Self::new).
    pub const fn wide(
        classes: &[u8],
        width: usize,
        cells: &'static [u16],
        accepting: usize,
    ) -> Self {
        Self::of(classes, width, Cells::Wide(cells), accepting)
    }

    const fn of(triples: &[u8], width: usize, cells: Cells, accepting: usize) -> Self {
        let mut classes = [0; 256];
        let mut triple = 0;
        while triple + 2 < triples.len() {
            let mut byte = triples[triple] as usize;
            while byte <= triples[triple + 1] as usize {
                classes[byte] = triples[triple + 2];
                byte += 1;
            }
            triple += 3;
        }
        Self {
            classes,
            width,
            cells,
            accepting,
        }
    }

    pub(super) const fn accepts(&self, text: &[u8]) -> bool {
        let state = match self.cells {
            Cells::Narrow(cells) => self.walk_narrow(cells, text),
            Cells::Wide(cells) => self.walk_wide(cells, text),
        };
        state == ACCEPTED || state >= self.accepting
    }

    const fn walk_narrow(&self, cells: &[u8], text: &[u8]) -> usize {
        let mut state = 2;
        let mut index = 0;
        while index < text.len() && state > ACCEPTED {
            let cell = self.cell(state, text[index]);
            if cell >= cells.len() {
                return REFUSED;
            }
            state = cells[cell] as usize;
            index += 1;
        }
        state
    }

    const fn walk_wide(&self, cells: &[u16], text: &[u8]) -> usize {
        let mut state = 2;
        let mut index = 0;
        while index < text.len() && state > ACCEPTED {
            let cell = self.cell(state, text[index]);
            if cell >= cells.len() {
                return REFUSED;
            }
            state = cells[cell] as usize;
            index += 1;
        }
        state
    }

    /// Where the state after `state` and `byte` stands; callers keep to states
    /// from 2 on.
    #[inline]
    const fn cell(&self, state: usize, byte: u8) -> usize {
        (state - 2) * self.width + self.classes[byte as usize] as usize
    }
}
