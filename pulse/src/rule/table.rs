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
    cells: Cells,
    pub(crate) start: usize,
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
    /// states for each state from 2 on. All states accept but 0 and those from
    /// [`accepting`](Self::accepting) on; it starts in state 2 unless told.
    ///
    /// `classes` says which bytes are one class, as triples of a first byte, a
    /// last byte and the class; bytes it leaves out are of class 0.
    pub const fn new(classes: &[u8], width: usize, cells: &'static [u8]) -> Self {
        Self::of(classes, width, Cells::Narrow(cells))
    }

    /// An automaton of more states, otherwise the same as [`new`](Self::new).
    pub const fn wide(classes: &[u8], width: usize, cells: &'static [u16]) -> Self {
        Self::of(classes, width, Cells::Wide(cells))
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

    const fn of(triples: &[u8], width: usize, cells: Cells) -> Self {
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
            start: 2,
            accepting: 2,
        }
    }

    pub(super) const fn accepts(&self, text: &[u8]) -> bool {
        let state = match self.cells {
            Cells::Narrow(cells) => self.walk_narrow(cells, text),
            Cells::Wide(cells) => self.walk_wide(cells, text),
        };
        state != REFUSED && state < self.accepting
    }

    /// How many states there are.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn states(&self) -> usize {
        let cells = match self.cells {
            Cells::Narrow(cells) => cells.len(),
            Cells::Wide(cells) => cells.len(),
        };
        2 + cells.div_ceil(self.width.max(1))
    }

    /// The state after `state` and `byte`.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn next(&self, state: usize, byte: u8) -> usize {
        if state <= ACCEPTED {
            return state;
        }
        let cell = self.cell(state, byte);
        let next = match self.cells {
            Cells::Narrow(cells) => cells.get(cell).copied().map(usize::from),
            Cells::Wide(cells) => cells.get(cell).copied().map(usize::from),
        };
        next.unwrap_or(REFUSED)
    }

    /// Whether a text that ends in `state` is accepted.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn accepts_in(&self, state: usize) -> bool {
        state != REFUSED && state < self.accepting
    }

    const fn walk_narrow(&self, cells: &[u8], text: &[u8]) -> usize {
        let mut state = self.start;
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
        let mut state = self.start;
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
