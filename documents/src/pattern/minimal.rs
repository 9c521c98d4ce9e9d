//! The smallest automaton of a language: Hopcroft's algorithm.

use std::collections::HashMap;

use super::automaton::{Automaton, reached};

impl Automaton {
    /// The smallest automaton that accepts the same texts. Its states are live and
    /// reachable, like those of `self`.
    pub(super) fn minimal(&self) -> Self {
        let dead = self.rows.len();
        let mut sources: Vec<Vec<(usize, usize)>> = vec![Vec::new(); dead + 1];
        let classes = self.classes.len();
        for (state, row) in self.rows.iter().enumerate() {
            for (class, next) in row.iter().enumerate() {
                sources[next.unwrap_or(dead)].push((class, state));
            }
        }
        sources[dead].extend((0..classes).map(|class| (class, dead)));
        let mut blocks = Blocks::new(dead + 1);
        blocks.split((0..dead).filter(|&state| self.accepting[state]));
        let mut waiting: Vec<usize> = (0..blocks.ranges.len()).collect();
        let mut is_waiting = vec![true; waiting.len()];
        while let Some(block) = waiting.pop() {
            is_waiting[block] = false;
            let members = blocks.members(block).iter();
            let mut edges: Vec<(usize, usize)> = members
                .flat_map(|&it| sources[it].iter().copied())
                .collect();
            edges.sort_unstable();
            for edges in edges.chunk_by(|one, other| one.0 == other.0) {
                for (old, new) in blocks.split(edges.iter().map(|edge| edge.1)) {
                    is_waiting.push(false);
                    let is_smaller = blocks.members(new).len() < blocks.members(old).len();
                    let next = if is_waiting[old] || is_smaller {
                        new
                    } else {
                        old
                    };
                    is_waiting[next] = true;
                    waiting.push(next);
                }
            }
        }
        self.merged(&blocks)
    }

    /// The automaton with one state for each block, from the start's block on.
    fn merged(&self, blocks: &Blocks) -> Self {
        let dead = blocks.of[self.rows.len()];
        let state = |block: usize| blocks.members(block)[0];
        let (merged, rows) = reached(blocks.of[0], self.classes.len(), |block, class| {
            let next = blocks.of[self.rows[state(block)][class]?];
            Some(next).filter(|&next| next != dead)
        });
        Self {
            classes: self.classes.clone(),
            accepting: merged.iter().map(|&it| self.accepting[state(it)]).collect(),
            rows,
        }
    }
}

/// A partition of states into blocks.
struct Blocks {
    /// The states, ordered by block.
    states: Vec<usize>,
    /// The index in `states` of each state.
    positions: Vec<usize>,
    /// The block of each state.
    of: Vec<usize>,
    /// The part of `states` of each block.
    ranges: Vec<(usize, usize)>,
}

impl Blocks {
    /// A single block of `count` states.
    fn new(count: usize) -> Self {
        Self {
            states: (0..count).collect(),
            positions: (0..count).collect(),
            of: vec![0; count],
            ranges: vec![(0, count)],
        }
    }

    fn members(&self, block: usize) -> &[usize] {
        let (start, end) = self.ranges[block];
        &self.states[start..end]
    }

    /// Splits each block with states both in and outside of `apart`, which has no
    /// duplicates. Returns each split block with the new block of its states in `apart`.
    fn split(&mut self, apart: impl Iterator<Item = usize>) -> Vec<(usize, usize)> {
        let mut touched = Vec::new();
        let mut counts: HashMap<usize, usize> = HashMap::new();
        for state in apart {
            let block = self.of[state];
            let count = counts.entry(block).or_insert_with(|| {
                touched.push(block);
                0
            });
            // Moves the state to the front of its block.
            let to = self.ranges[block].0 + *count;
            let from = self.positions[state];
            self.states.swap(from, to);
            self.positions[self.states[from]] = from;
            self.positions[state] = to;
            *count += 1;
        }
        let mut new = Vec::new();
        for block in touched {
            let (start, end) = self.ranges[block];
            let middle = start + counts[&block];
            if middle < end {
                let apart = self.ranges.len();
                self.ranges.push((start, middle));
                self.ranges[block].0 = middle;
                for &state in &self.states[start..middle] {
                    self.of[state] = apart;
                }
                new.push((block, apart));
            }
        }
        new
    }
}
