//! Deterministic automata over bytes.

use std::collections::HashMap;

use super::formula::AutomatonId;

/// The state from which no text is accepted.
pub(super) const DEAD: u32 = u32::MAX;

/// A deterministic automaton that starts in state 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Automaton {
    /// The class of each byte.
    classes: Vec<u16>,
    class_count: usize,
    /// The next state for each state and class; [`DEAD`] if there is none.
    next: Vec<u32>,
    accepting: Vec<bool>,
}

impl Automaton {
    /// Creates an automaton from the class of each byte and, for each state, a row of
    /// next states by class.
    pub(crate) fn new(
        classes: Vec<u16>,
        rows: impl IntoIterator<Item = Vec<Option<usize>>>,
        accepting: Vec<bool>,
    ) -> Self {
        let class_count = classes
            .iter()
            .max()
            .map_or(0, |&last| usize::from(last) + 1);
        let dead = |next: Option<usize>| next.and_then(|next| u32::try_from(next).ok());
        let next = rows
            .into_iter()
            .flatten()
            .map(|next| dead(next).unwrap_or(DEAD))
            .collect();
        Self {
            classes,
            class_count,
            next,
            accepting,
        }
    }

    pub(super) fn class(&self, byte: u8) -> usize {
        usize::from(self.classes.get(usize::from(byte)).copied().unwrap_or(0))
    }

    pub(super) fn step(&self, state: u32, byte: u8) -> u32 {
        if state == DEAD {
            return DEAD;
        }
        let at = state as usize * self.class_count + self.class(byte);
        self.next.get(at).copied().unwrap_or(DEAD)
    }

    pub(super) fn accepts_in(&self, state: u32) -> bool {
        self.accepting.get(state as usize).copied().unwrap_or(false)
    }

    pub(crate) fn accepts(&self, text: &str) -> bool {
        self.accepts_in(text.bytes().fold(0, |state, byte| self.step(state, byte)))
    }
}

/// All automata, each once.
#[derive(Debug, Default)]
pub(crate) struct Automata {
    all: Vec<Automaton>,
    ids: HashMap<Automaton, AutomatonId>,
}

impl Automata {
    pub(crate) fn intern(&mut self, automaton: Automaton) -> AutomatonId {
        if let Some(&id) = self.ids.get(&automaton) {
            return id;
        }
        let id = AutomatonId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(automaton.clone());
        self.ids.insert(automaton, id);
        id
    }

    pub(super) fn get(&self, id: AutomatonId) -> Option<&Automaton> {
        self.all.get(id.0 as usize)
    }
}
