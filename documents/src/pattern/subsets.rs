//! The deterministic automaton of a non-deterministic one: the subset construction.
//!
//! `regex-automata` has one, too, but it walks each set of states once for each class of
//! bytes, and no limit bounds its work.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::rc::Rc;

use regex_automata::nfa::thompson::{NFA, State};
use regex_automata::util::look::Look;
use regex_automata::util::primitives::StateID;

use super::automaton::Automaton;
use super::set::ByteSet;
use super::work::Work;

/// Maximum number of states in all sets.
const MAX_MEMBERS: usize = 4 << 20;

/// Work for each transition of the automaton, with that of making it minimal; a state takes
/// as much as 24.
const TRANSITION: usize = 16;

/// What is on one side of a place in a text, as far as the assertions of a pattern
/// distinguish it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    /// The start or the end of the text.
    Edge,
    /// A letter, a digit or `_`.
    Word,
    Other,
}

/// The texts that `nfa` matches as a whole; `None` if it takes too much memory or work.
pub(super) fn automaton(nfa: &NFA, work: &mut Work) -> Option<Automaton> {
    let classes = classes(nfa, work)?;
    let sides = classes.iter().map(|class| side(nfa, class.first()));
    let mut subsets = Subsets {
        nfa,
        work,
        sides: sides.collect(),
        moves: Vec::new(),
        sets: Vec::new(),
        numbers: HashMap::new(),
        numbers_of_targets: HashMap::new(),
        members: 0,
        seen: vec![0; nfa.states().len()],
        walks: 0,
    };
    subsets.read_moves(&classes)?;
    let before = match nfa.look_set_any().contains(Look::Start) {
        true => Side::Edge,
        false => Side::Other,
    };
    subsets.number(vec![nfa.start_anchored()], before)?;
    let (mut rows, mut accepting) = (Vec::new(), Vec::new());
    while let Some((set, before)) = subsets.sets.get(rows.len()).cloned() {
        accepting.push(subsets.accepts(&set, before)?);
        rows.push(subsets.row(&set, before)?);
    }
    let automaton = Automaton {
        classes,
        rows,
        accepting,
    };
    Some(automaton.trimmed(0))
}

/// The sets of states that a text can lead to.
struct Subsets<'n> {
    nfa: &'n NFA,
    work: &'n mut Work,
    /// The side that the bytes of each class are for a place beside them.
    sides: Vec<Side>,
    /// For each state, the classes that lead out of it, each with the next state.
    moves: Vec<Box<[(usize, StateID)]>>,
    /// Each set is closed: it has the states that read a byte, and assertions. With what is
    /// before the place, if it has assertions.
    sets: Vec<(Rc<[StateID]>, Side)>,
    numbers: HashMap<(Rc<[StateID]>, Side), usize>,
    /// The numbers of sets, by the states that are closed to them.
    numbers_of_targets: HashMap<(Vec<StateID>, Side), usize>,
    /// Number of states in all sets.
    members: usize,
    /// For each state, the last walk that reached it.
    seen: Vec<usize>,
    walks: usize,
}

impl Subsets<'_> {
    fn read_moves(&mut self, classes: &[ByteSet]) -> Option<()> {
        let firsts: Vec<u8> = classes.iter().filter_map(ByteSet::first).collect();
        for state in self.nfa.states() {
            self.work.add(width(state) * firsts.len())?;
            let next = firsts.iter().map(|&byte| step(state, byte)).enumerate();
            let next = next.filter_map(|(class, next)| Some((class, next?)));
            self.moves.push(next.collect());
        }
        Some(())
    }

    /// The number of the set that `targets` are closed to.
    fn number(&mut self, mut targets: Vec<StateID>, before: Side) -> Option<usize> {
        targets.sort_unstable();
        targets.dedup();
        let targets = (targets, before);
        if let Some(&number) = self.numbers_of_targets.get(&targets) {
            return Some(number);
        }
        let mut set = self.closed(&targets.0, None)?;
        set.sort_unstable();
        self.members += targets.0.len() + set.len();
        if self.members > MAX_MEMBERS {
            return None;
        }
        let is_assertion = |&id: &StateID| matches!(self.nfa.state(id), State::Look { .. });
        let before = match set.iter().any(is_assertion) {
            true => before,
            false => Side::Other,
        };
        let set = (Rc::from(set), before);
        let number = *self.numbers.entry(set.clone()).or_insert_with(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        self.numbers_of_targets.insert(targets, number);
        Some(number)
    }

    /// Whether a text that leads to `set` is accepted.
    fn accepts(&mut self, set: &[StateID], before: Side) -> Option<bool> {
        let closed = self.closed(set, Some([before, Side::Edge]))?;
        let is_match = |&id: &StateID| matches!(self.nfa.state(id), State::Match { .. });
        Some(closed.iter().any(is_match))
    }

    /// For each class, the number of the next set.
    fn row(&mut self, set: &[StateID], before: Side) -> Option<Vec<Option<usize>>> {
        self.work.add((self.sides.len() + 24) * TRANSITION)?;
        let mut targets = vec![Vec::new(); self.sides.len()];
        for after in [Side::Word, Side::Other] {
            if !self.sides.contains(&after) {
                continue;
            }
            for id in self.closed(set, Some([before, after]))? {
                let moves = &self.moves[id.as_usize()];
                self.work.add(moves.len())?;
                for &(class, next) in moves.iter().filter(|it| self.sides[it.0] == after) {
                    targets[class].push(next);
                }
            }
        }
        let mut row = Vec::with_capacity(targets.len());
        for (class, targets) in targets.into_iter().enumerate() {
            row.push(match targets.is_empty() {
                true => None,
                false => Some(self.number(targets, self.sides[class])?),
            });
        }
        Some(row)
    }

    /// The states that `from` leads to without reading a byte, of those that read one, and
    /// the final one. Assertions are among them if it is not known what is before and after
    /// the place.
    fn closed(&mut self, from: &[StateID], sides: Option<[Side; 2]>) -> Option<Vec<StateID>> {
        self.walks += 1;
        let mut steps = 0;
        let mut open = from.to_vec();
        let mut closed = Vec::new();
        while let Some(id) = open.pop() {
            steps += 1;
            if std::mem::replace(&mut self.seen[id.as_usize()], self.walks) == self.walks {
                continue;
            }
            match self.nfa.state(id) {
                State::Union { alternates } => open.extend(alternates),
                State::BinaryUnion { alt1, alt2 } => open.extend([alt1, alt2]),
                State::Capture { next, .. } => open.push(*next),
                State::Look { look, next } => match sides {
                    None => closed.push(id),
                    Some(sides) if holds(*look, sides) => open.push(*next),
                    Some(_) => {}
                },
                State::Fail => {}
                State::ByteRange { .. }
                | State::Sparse(_)
                | State::Dense(_)
                | State::Match { .. } => closed.push(id),
            }
        }
        self.work.add(steps)?;
        Some(closed)
    }
}

/// Whether an assertion holds between what is before and after a place. Patterns of
/// ECMA-262 have no others.
fn holds(assertion: Look, [before, after]: [Side; 2]) -> bool {
    let is_boundary = (before == Side::Word) != (after == Side::Word);
    match assertion {
        Look::Start => before == Side::Edge,
        Look::End => after == Side::Edge,
        Look::WordAscii => is_boundary,
        Look::WordAsciiNegate => !is_boundary,
        _ => false,
    }
}

fn side(nfa: &NFA, byte: Option<u8>) -> Side {
    let is_word = byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    match is_word && nfa.look_set_any().contains_word() {
        true => Side::Word,
        false => Side::Other,
    }
}

/// The classes of bytes that `nfa` distinguishes, in the order of their first bytes.
fn classes(nfa: &NFA, work: &mut Work) -> Option<Vec<ByteSet>> {
    // Those of `regex-automata` are ranges, some of which lead to the same states.
    let ranges = nfa.byte_classes();
    let is_first = |byte: &u8| *byte == 0 || ranges.get(byte - 1) != ranges.get(*byte);
    let firsts: Vec<u8> = (0..=u8::MAX).filter(is_first).collect();
    let mut classes = numbered(firsts.iter().map(|&byte| side(nfa, Some(byte))));
    let mut seen = HashSet::new();
    for state in nfa.states() {
        work.add(width(state) * firsts.len())?;
        let next = numbered(firsts.iter().map(|&byte| step(state, byte)));
        if !seen.contains(&next) {
            classes = numbered(classes.iter().zip(&next));
            seen.insert(next);
        }
    }
    let mut sets = vec![Vec::new(); classes.iter().max().map_or(0, |last| last + 1)];
    for byte in 0..=u8::MAX {
        let range = firsts.partition_point(|&first| first <= byte) - 1;
        sets[classes[range]].push(byte);
    }
    Some(sets.into_iter().map(ByteSet::from_iter).collect())
}

/// The number of each item, by its first occurrence.
fn numbered<T: Eq + Hash>(items: impl Iterator<Item = T>) -> Vec<usize> {
    let mut numbers = HashMap::new();
    let numbers = items.map(|item| {
        let next = numbers.len();
        *numbers.entry(item).or_insert(next)
    });
    numbers.collect()
}

/// The state that `byte` leads to.
fn step(state: &State, byte: u8) -> Option<StateID> {
    match state {
        State::ByteRange { trans } => trans.matches_byte(byte).then_some(trans.next),
        State::Sparse(transitions) => transitions.matches_byte(byte),
        State::Dense(transitions) => transitions.matches_byte(byte),
        _ => None,
    }
}

/// Upper bound of the work of [`step`].
fn width(state: &State) -> usize {
    match state {
        State::Sparse(sparse) => sparse.transitions.len(),
        _ => 1,
    }
}
