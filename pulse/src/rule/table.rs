//! Deterministic automata, as tables.

/// The state that no text leads out of, and that accepts none.
const REFUSED: usize = 0;
/// The state that no text leads out of, and that accepts all.
const ACCEPTED: usize = 1;

/// A deterministic automaton over classes of bytes.
///
/// State 0 refuses whatever follows, state 1 accepts whatever follows. Of the
/// others, those up to a certain one accept the text that ends in them.
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
    /// An automaton of up to 256 states: `cells` holds a row of `width` next
    /// states for each state from 2 on. All states accept but 0 and those from
    /// [`accepting`](Self::accepting) on; it starts in state 2 unless told.
    ///
    /// `classes` says which bytes are one class, as triples of a first byte, a
    /// last byte and the class; bytes it leaves out are of class 0.
    pub const fn new(classes: &[u8], width: u16, cells: &'static [u8]) -> Self {
        Self::of(classes, width, cells, false)
    }

    /// An automaton of up to 65,536 states: `cells` holds two bytes for each, the
    /// low one first. Otherwise the same as [`new`](Self::new).
    pub const fn wide(classes: &[u8], width: u16, cells: &'static [u8]) -> Self {
        Self::of(classes, width, cells, true)
    }

    /// Starts in `state`.
    #[must_use]
    pub const fn start(mut self, state: usize) -> Self {
        self.start = state;
        self
    }

    /// From `state` on, states do not accept.
    #[must_use]
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

    /// How many states there are.
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

    /// Where the state after `state` and `byte` stands; callers keep to states
    /// from 2 on.
    #[inline]
    const fn cell(&self, state: usize, byte: u8) -> usize {
        (state - 2) * self.width + self.classes[byte as usize] as usize
    }
}
