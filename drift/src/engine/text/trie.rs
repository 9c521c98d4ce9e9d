//! A trie of texts, byte by byte.

use std::collections::{HashMap, HashSet};

use crate::engine::automaton::DEAD;

/// The texts to exclude, by their prefixes.
#[derive(Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<HashMap<u8, u32>>,
    ends: HashSet<u32>,
    pub(super) bytes: HashSet<u8>,
}

impl Trie {
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut trie = Self {
            nodes: vec![HashMap::new()],
            ..Self::default()
        };
        for text in texts {
            let mut node = 0;
            for byte in text.bytes() {
                trie.bytes.insert(byte);
                node = trie.child(node, byte);
            }
            trie.ends.insert(node);
        }
        trie
    }

    fn child(&mut self, node: u32, byte: u8) -> u32 {
        let fresh = u32::try_from(self.nodes.len()).unwrap_or(DEAD);
        let known = self
            .nodes
            .get_mut(node as usize)
            .map(|children| *children.entry(byte).or_insert(fresh));
        if known == Some(fresh) {
            self.nodes.push(HashMap::new());
        }
        known.unwrap_or(DEAD)
    }

    pub(super) fn step(&self, node: u32, byte: u8) -> u32 {
        let children = self.nodes.get(node as usize);
        let next = children.and_then(|children| children.get(&byte));
        next.copied().unwrap_or(DEAD)
    }

    pub(super) fn ends_in(&self, node: u32) -> bool {
        self.ends.contains(&node)
    }
}
