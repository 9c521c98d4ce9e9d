//! The forms of a language, and the choice of one for an automaton.

use std::collections::HashSet;
use std::hash::Hash;

use super::automaton::Automaton;
use super::set::ByteSet;
use super::table::Table;

/// A set of texts: those of one shape, with a bounded number of bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Form {
    /// The shape of the texts.
    pub shape: Shape,
    /// Minimum number of bytes.
    pub shortest: usize,
    /// Maximum number of bytes; `None` if unbounded.
    pub longest: Option<usize>,
}

/// The shape of texts, from the cheapest to check to the most expensive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Anything.
    Always,
    /// Bytes of one set, with separate sets for the first and the last byte.
    Run {
        /// The set of every byte.
        set: ByteSet,
        /// The set of the first byte; a subset of `set`.
        first: ByteSet,
        /// The set of the last byte; a subset of `set`.
        last: ByteSet,
    },
    /// For each byte, its set; at most eight sets are different.
    Positions(Vec<ByteSet>),
    /// Two parts, joined by a byte that the second part never has.
    Split {
        /// The byte, which is ASCII.
        at: u8,
        /// The form of the text before it.
        head: Box<Form>,
        /// The form of the text after it.
        tail: Box<Form>,
    },
    /// Texts that an automaton accepts.
    Table(Table),
    /// A number of code points.
    Characters {
        /// The minimum.
        least: u64,
        /// The maximum; `None` if unbounded.
        most: Option<u64>,
    },
    /// Texts of at least one of several forms.
    AnyOf(Vec<Form>),
    /// Texts of all of several forms.
    AllOf(Vec<Form>),
}

impl Form {
    /// No text at all.
    pub(super) fn never() -> Self {
        let none = ByteSet::default();
        let shape = Shape::Run {
            set: none,
            first: none,
            last: none,
        };
        Self {
            shape,
            shortest: 1,
            longest: Some(0),
        }
    }

    /// The texts that have one of `forms`.
    pub fn any_of(forms: Vec<Self>) -> Self {
        let shortest = forms.iter().map(|form| form.shortest).min();
        let longest: Option<Vec<usize>> = forms.iter().map(|form| form.longest).collect();
        Self {
            shortest: shortest.unwrap_or(0),
            longest: longest.and_then(|lengths| lengths.into_iter().max()),
            shape: Shape::AnyOf(forms),
        }
    }

    /// Whether every text has this form.
    pub fn is_everything(&self) -> bool {
        self.shape == Shape::Always && self.shortest == 0 && self.longest.is_none()
    }

    /// Whether all texts are ASCII, so that bytes are code points.
    pub fn is_ascii(&self) -> bool {
        match &self.shape {
            Shape::Always | Shape::Characters { .. } => false,
            Shape::Run { set, .. } => set.is_ascii(),
            Shape::Positions(sets) => sets.iter().all(ByteSet::is_ascii),
            Shape::Split { head, tail, .. } => head.is_ascii() && tail.is_ascii(),
            Shape::Table(table) => table.is_ascii(),
            Shape::AnyOf(forms) => forms.iter().all(Self::is_ascii),
            Shape::AllOf(forms) => forms.iter().any(Self::is_ascii),
        }
    }

    /// The texts of this form with at least `least` and at most `most` code points.
    /// `None` if the limits change nothing, or if one pass can't check them, because
    /// forms count bytes.
    pub fn one_pass(&self, least: Option<u64>, most: Option<u64>) -> Option<Self> {
        let bounded = self.clone().within(least.unwrap_or(0), most);
        (self.is_ascii() && bounded != *self).then_some(bounded)
    }

    /// The texts of this form that have at least `shortest` and at most
    /// `longest` bytes.
    pub(super) fn within(mut self, shortest: u64, longest: Option<u64>) -> Self {
        // No text has more bytes than `usize` can count.
        let bytes = |limit| usize::try_from(limit).unwrap_or(usize::MAX);
        self.shortest = self.shortest.max(bytes(shortest));
        self.longest = match (self.longest, longest.map(bytes)) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        self
    }
}

/// The distinct sets of `positions`, and for each position the bit of its set. There are
/// at most eight sets, as [`Shape::Positions`] guarantees.
pub fn distinct(positions: &[ByteSet]) -> (Vec<ByteSet>, Vec<u8>) {
    let mut sets = positions.to_vec();
    sets.sort_unstable();
    sets.dedup();
    let bit = |set| 1_u8.checked_shl(sets.partition_point(|other| other < set) as u32);
    let wants = positions.iter().map(|set| bit(set).unwrap_or(0)).collect();
    (sets, wants)
}

/// The form of `automaton`, if there is one without a table.
pub(super) fn without_table(automaton: &Automaton) -> Option<Form> {
    let Some((shortest, longest)) = automaton.lengths() else {
        return Some(Form::never());
    };
    let shape = run(automaton, shortest, longest)
        .or_else(|| positions(automaton, shortest, longest))
        .or_else(|| split(automaton))?;
    Some(Form {
        shape,
        shortest,
        longest,
    })
}

/// The form of `automaton` as a table; `None` if it is too large.
pub(super) fn table(automaton: &Automaton) -> Option<Form> {
    let (shortest, longest) = automaton.lengths()?;
    Some(Form {
        shape: Shape::Table(Table::new(automaton)?),
        shortest,
        longest,
    })
}

/// Returns the shape if the language consists of all texts within a range of lengths
/// whose inner, first and last bytes are in three sets.
fn run(automaton: &Automaton, shortest: usize, longest: Option<usize>) -> Option<Shape> {
    let states = 0..automaton.rows.len();
    let exits: Vec<(usize, usize)> = states.flat_map(|state| automaton.exits(state)).collect();
    let set = automaton.bytes(exits.iter().map(|(class, _)| *class));
    let first = automaton.bytes(automaton.exits(0).map(|(class, _)| class));
    let ends = exits.iter().filter(|(_, next)| automaton.accepting[*next]);
    let last = automaton.bytes(ends.map(|(class, _)| *class));

    // The relevant state of a text: its length, up to the point where lengths no longer
    // matter, and whether it could end here.
    let most = longest.unwrap_or(shortest.max(1));
    let next = |(length, _): (usize, bool), class: usize| {
        let byte = automaton.classes[class].first()?;
        let allowed = match length {
            0 => first,
            length if Some(length + 1) == longest => last,
            _ => set,
        };
        let ends = last.contains(byte);
        let fits = longest.is_none_or(|longest| length < longest);
        let fits = fits && (longest != Some(1) || ends);
        (fits && allowed.contains(byte)).then_some(((length + 1).min(most), ends))
    };
    let accepts = |(length, ends)| length >= shortest && (length == 0 || ends);
    if !agrees(automaton, (0, false), next, accepts) {
        return None;
    }
    match set.is_full() && first.is_full() && last.is_full() {
        true => Some(Shape::Always),
        false => Some(Shape::Run { set, first, last }),
    }
}

/// Returns the shape if all texts have one length, and each position has a set that is
/// independent of the other positions.
fn positions(automaton: &Automaton, shortest: usize, longest: Option<usize>) -> Option<Shape> {
    /// One for each bit of a byte.
    const MAX_SETS: usize = 8;
    if longest != Some(shortest) {
        return None;
    }
    let mut sets: Vec<ByteSet> = Vec::new();
    let mut level = vec![0];
    for _ in 0..shortest {
        let exits = level.iter().flat_map(|&state| automaton.exits(state));
        let (classes, mut next): (Vec<usize>, Vec<usize>) = exits.unzip();
        next.sort_unstable();
        next.dedup();
        sets.push(automaton.bytes(classes));
        level = next;
    }
    let next = |position: usize, class: usize| {
        let byte = automaton.classes[class].first()?;
        let fits = sets.get(position)?.contains(byte);
        fits.then_some(position + 1)
    };
    if !agrees(automaton, 0, next, |position| position == shortest) {
        return None;
    }
    (distinct(&sets).0.len() <= MAX_SETS).then_some(Shape::Positions(sets))
}

/// Returns the shape if some byte occurs exactly once in every text, and both the part
/// before and the part after it have a form without a table.
fn split(automaton: &Automaton) -> Option<Shape> {
    let alone = |bytes: &ByteSet| match bytes.ranges()[..] {
        [(byte, last)] if byte == last && byte.is_ascii() => Some(byte),
        _ => None,
    };
    let classes = automaton.classes.iter().enumerate();
    classes
        .filter_map(|(class, bytes)| Some((class, alone(bytes)?)))
        .find_map(|(class, at)| {
            let (head, tail) = parts(automaton, class)?;
            Some(Shape::Split {
                at,
                head: Box::new(without_table(&head)?),
                tail: Box::new(without_table(&tail)?),
            })
        })
}

/// The languages before and after the only byte of `class` in every text.
fn parts(automaton: &Automaton, class: usize) -> Option<(Automaton, Automaton)> {
    let has_exit = |state: usize| automaton.rows[state][class].is_some();
    let mut exits = automaton.rows.iter().filter_map(|row| row[class]);
    let middle = exits.next()?;
    let joins = exits.all(|next| next == middle);
    if !joins || automaton.reaches(middle, class, has_exit) {
        return None;
    }
    if automaton.reaches(0, class, |state| automaton.accepting[state]) {
        return None;
    }
    let mut head = automaton.clone();
    for (row, accepting) in head.rows.iter_mut().zip(&mut head.accepting) {
        *accepting = row[class].take().is_some();
    }
    Some((head.trimmed(0), automaton.trimmed(middle)))
}

/// Whether `automaton` accepts the same texts as a machine: `start` is its first state,
/// `next` its transition, `None` if no text is accepted any more, and `accepts` whether a
/// state accepts.
fn agrees<S: Copy + Eq + Hash>(
    automaton: &Automaton,
    start: S,
    next: impl Fn(S, usize) -> Option<S>,
    accepts: impl Fn(S) -> bool,
) -> bool {
    let mut seen = HashSet::from([(0, start)]);
    let mut open = vec![(0, start)];
    while let Some((state, other)) = open.pop() {
        if automaton.accepting[state] != accepts(other) {
            return false;
        }
        for (class, &one) in automaton.rows[state].iter().enumerate() {
            match (one, next(other, class)) {
                (None, None) => {}
                (Some(one), Some(other)) => {
                    if seen.insert((one, other)) {
                        open.push((one, other));
                    }
                }
                _ => return false,
            }
        }
    }
    true
}
