//! Deterministic automata, as tables.

/// The final state that refuses all texts.
const REFUSED: usize = 0;
/// The final state that accepts all texts.
const ACCEPTED: usize = 1;

/// A deterministic automaton over classes of bytes.
///
/// State 0 refuses and state 1 accepts all further bytes. Of the others, those below
/// [`accepting`](Self::accepting) accept a text that ends in them.
#[derive(Debug)]
pub struct Table {
    pub(crate) classes: [u8; 256],
    width: usize,
    /// The next states: row by row for each state, in a row for each class.
    cells: &'static [u8],
    wide: bool,
    pub(crate) start: usize,
    accepting: usize,
}

impl Table {
    /// An automaton of up to 256 states: `cells` holds a row of `width` next states for
    /// each state from 2 on. All states accept except 0 and those from
    /// [`accepting`](Self::accepting) on (default 2). The default start state is 2.
    ///
    /// `classes` has the classes of bytes, as triples of a first byte, a last byte and
    /// the class; all other bytes are of class 0.
    pub const fn new(classes: &[u8], width: u16, cells: &'static [u8]) -> Self {
        Self::of(classes, width, cells, false)
    }

    /// An automaton of up to 65,536 states: `cells` has two bytes for each, the low one
    /// first. Otherwise the same as [`new`](Self::new).
    pub const fn wide(classes: &[u8], width: u16, cells: &'static [u8]) -> Self {
        Self::of(classes, width, cells, true)
    }

    /// Starts in `state`.
    pub const fn start(mut self, state: usize) -> Self {
        self.start = state;
        self
    }

    /// From `state` on, states do not accept.
    pub const fn accepting(mut self, state: usize) -> Self {
        self.accepting = state;
        self
    }

    const fn of(triples: &[u8], width: u16, cells: &'static [u8], wide: bool) -> Self {
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
            width: width as usize,
            cells,
            wide,
            start: 2,
            accepting: 2,
        }
    }

    pub(super) const fn accepts(&self, text: &[u8]) -> bool {
        self.accepts_in(self.end(self.start, text))
    }

    /// The state after `state` and `text`.
    pub(crate) const fn end(&self, state: usize, text: &[u8]) -> usize {
        match self.wide {
            false => self.walk(state, text),
            true => self.walk_wide(state, text),
        }
    }

    /// Whether a text that ends in `state` is accepted.
    pub(crate) const fn accepts_in(&self, state: usize) -> bool {
        state != REFUSED && state < self.accepting
    }

    /// The number of states.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn states(&self) -> usize {
        let row = self.width.max(1) * if self.wide { 2 } else { 1 };
        2 + self.cells.len().div_ceil(row)
    }

    const fn walk(&self, mut state: usize, text: &[u8]) -> usize {
        let mut index = 0;
        while index < text.len() && state > ACCEPTED {
            let cell = self.cell(state, text[index]);
            if cell >= self.cells.len() {
                return REFUSED;
            }
            state = self.cells[cell] as usize;
            index += 1;
        }
        state
    }

    const fn walk_wide(&self, mut state: usize, text: &[u8]) -> usize {
        let mut index = 0;
        while index < text.len() && state > ACCEPTED {
            let cell = self.cell(state, text[index]) * 2;
            if cell + 1 >= self.cells.len() {
                return REFUSED;
            }
            state = u16::from_le_bytes([self.cells[cell], self.cells[cell + 1]]) as usize;
            index += 1;
        }
        state
    }

    /// The index of the cell with the state after `state` and `byte`; `state` is at least
    /// 2.
    #[inline]
    const fn cell(&self, state: usize, byte: u8) -> usize {
        (state - 2) * self.width + self.classes[byte as usize] as usize
    }
}
