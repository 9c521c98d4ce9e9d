//! Deterministic automata over bytes.

use std::collections::HashMap;
use std::hash::Hash;

use regex_automata::nfa::thompson::{self, NFA, WhichCaptures};
use regex_syntax::hir::Hir;

use super::set::ByteSet;
use super::subsets;
use super::work::Work;

/// Memory limit of an automaton that is not deterministic, in bytes.
const MAX_MEMORY: usize = 4 << 20;

/// A deterministic automaton. State 0 is the start, and every transition leads towards an
/// accepting state.
#[derive(Clone, Debug)]
pub struct Automaton {
    /// The bytes of each class.
    pub classes: Vec<ByteSet>,
    /// For each state and class, the next state.
    pub rows: Vec<Vec<Option<usize>>>,
    /// For each state, whether a text that ends in it is accepted.
    pub accepting: Vec<bool>,
}

impl Automaton {
    /// The automaton of `language`; `None` if it takes too much memory or work.
    pub(super) fn new(language: &Hir, work: &mut Work) -> Option<Self> {
        work.start();
        let config = thompson::Config::new()
            .utf8(false)
            .which_captures(WhichCaptures::None)
            .nfa_size_limit(Some(MAX_MEMORY));
        let nfa = thompson::Compiler::new()
            .configure(config)
            .build_from_hir(language)
            .ok();
        let bytes = nfa.as_ref().map_or(MAX_MEMORY, NFA::memory_usage);
        work.add(bytes)?;
        subsets::automaton(&nfa?, work)
    }

    /// The same automaton, started at `start`, without states that are unreachable from
    /// there or from which no text is accepted.
    pub(super) fn trimmed(&self, start: usize) -> Self {
        let live = self.live();
        let (states, rows) = reached(start, self.classes.len(), |state, class| {
            self.rows[state][class].filter(|&next| live[next])
        });
        Self {
            classes: self.classes.clone(),
            accepting: states.iter().map(|&state| self.accepting[state]).collect(),
            rows,
        }
    }

    /// For each state, whether any text is accepted from it.
    fn live(&self) -> Vec<bool> {
        let mut sources = vec![Vec::new(); self.rows.len()];
        for (state, row) in self.rows.iter().enumerate() {
            for next in row.iter().flatten() {
                sources[*next].push(state);
            }
        }
        let mut live = self.accepting.clone();
        let mut open: Vec<usize> = (0..live.len()).filter(|&state| live[state]).collect();
        while let Some(state) = open.pop() {
            for &source in &sources[state] {
                if !std::mem::replace(&mut live[source], true) {
                    open.push(source);
                }
            }
        }
        live
    }

    /// The classes that lead out of `state`, each with the next state.
    pub(super) fn exits(&self, state: usize) -> impl Iterator<Item = (usize, usize)> {
        let row = self.rows[state].iter().enumerate();
        row.filter_map(|(class, next)| Some((class, (*next)?)))
    }

    /// The bytes of `classes`.
    pub(super) fn bytes(&self, classes: impl IntoIterator<Item = usize>) -> ByteSet {
        let sets = classes.into_iter().map(|class| self.classes[class]);
        sets.collect()
    }

    /// Whether a text without bytes of `class` leads from `start` to a state for which
    /// `found` returns true.
    pub(super) fn reaches(
        &self,
        start: usize,
        class: usize,
        found: impl Fn(usize) -> bool,
    ) -> bool {
        let mut reached = vec![false; self.rows.len()];
        let mut open = vec![start];
        while let Some(state) = open.pop() {
            if found(state) {
                return true;
            }
            for (exit, next) in self.exits(state) {
                if exit != class && !std::mem::replace(&mut reached[next], true) {
                    open.push(next);
                }
            }
        }
        false
    }

    /// The lengths in bytes of the shortest and the longest text, the latter `None` if
    /// unbounded; `None` if no text is accepted.
    pub(super) fn lengths(&self) -> Option<(usize, Option<usize>)> {
        let mut level = vec![0];
        let mut reached = vec![false; self.rows.len()];
        let mut shortest = 0;
        while !level.iter().any(|&state| self.accepting[state]) {
            let next = level.iter().flat_map(|&state| self.exits(state));
            level = next
                .map(|(_, next)| next)
                .filter(|&next| !std::mem::replace(&mut reached[next], true))
                .collect();
            if level.is_empty() {
                return None;
            }
            shortest += 1;
        }
        Some((shortest, self.longest()))
    }

    /// The length in bytes of the longest text; `None` if unbounded because states form a
    /// cycle. All states are live.
    fn longest(&self) -> Option<usize> {
        let mut entries = vec![0_usize; self.rows.len()];
        for next in self.rows.iter().flatten().flatten() {
            entries[*next] += 1;
        }
        let mut depths = vec![0; self.rows.len()];
        let mut open = match entries.first() {
            Some(0) => vec![0],
            _ => Vec::new(),
        };
        let mut done = 0;
        while let Some(state) = open.pop() {
            done += 1;
            for (_, next) in self.exits(state) {
                depths[next] = depths[next].max(depths[state] + 1);
                entries[next] -= 1;
                if entries[next] == 0 {
                    open.push(next);
                }
            }
        }
        depths.into_iter().max().filter(|_| done == self.rows.len())
    }
}

/// The states reachable from `start`, in the order of discovery, each with the number of
/// its next state for each class of bytes.
pub(super) fn reached<S: Copy + Eq + Hash>(
    start: S,
    classes: usize,
    next: impl Fn(S, usize) -> Option<S>,
) -> (Vec<S>, Vec<Vec<Option<usize>>>) {
    let mut numbers = HashMap::from([(start, 0)]);
    let mut states = vec![start];
    let mut rows = Vec::new();
    while let Some(&state) = states.get(rows.len()) {
        let row = (0..classes).map(|class| {
            let next = next(state, class)?;
            Some(*numbers.entry(next).or_insert_with(|| {
                states.push(next);
                states.len() - 1
            }))
        });
        rows.push(row.collect());
    }
    (states, rows)
}
