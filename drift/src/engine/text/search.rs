//! The shortest text that several automata accept together.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::trie::Trie;
use super::utf8::Utf8;
use crate::engine::automaton::{Automaton, DEAD};
use crate::engine::budget::{Budget, Exhausted};

/// A set of texts: those that all automata of one list accept, and none of another.
#[derive(Debug, Default)]
pub(super) struct Texts<'a> {
    pub(super) accepted_by: Vec<&'a Automaton>,
    pub(super) refused_by: Vec<&'a Automaton>,
    pub(super) excluded: BTreeSet<&'a str>,
    /// Minimum number of code points.
    pub(super) min_length: u64,
    /// Maximum number of code points.
    pub(super) max_length: Option<u64>,
}

/// The states of all automata, and the place of the text among excluded ones.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct State {
    automata: Vec<u32>,
    /// A node of the trie of excluded texts, [`DEAD`] outside of it.
    node: u32,
    utf8: Utf8,
}

/// A step of the search, from which the text is rebuilt.
struct Visit {
    from: usize,
    byte: u8,
}

impl Texts<'_> {
    /// The shortest text of the set.
    ///
    /// The search is breadth-first: all states that texts of one length lead to, then those
    /// of the next length.
    pub(super) fn shortest(&self, budget: &mut Budget) -> Result<Option<String>, Exhausted> {
        let excluded: usize = self.excluded.iter().map(|text| text.len()).sum();
        budget.spend(excluded as u64 / MOVES_PER_STEP)?;
        match self.of_any_characters(budget)? {
            Some(text) => Ok(Some(text)),
            None => Search::new(self).shortest(budget),
        }
    }

    /// The shortest text, if there are no automata: any characters, of which the last one
    /// differs from that in excluded texts. `None` if that takes a search.
    fn of_any_characters(&self, budget: &mut Budget) -> Result<Option<String>, Exhausted> {
        let mut length = self.min_length;
        if length == 0 && self.excluded.contains("") {
            length = 1;
        }
        let has_automata = !self.accepted_by.is_empty() || !self.refused_by.is_empty();
        let is_short = self.max_length.is_none_or(|most| length <= most);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if has_automata || !is_short || length > MAX_CHARACTERS {
            return Ok(None);
        }
        let mut lasts: Vec<u8> = READABLE.collect();
        lasts.sort_by_key(|&byte| unreadable(byte));
        budget.spend_weight(length)?;
        let mut text = "a".repeat(length);
        for last in lasts {
            budget.spend(1)?;
            if text.pop().is_some() {
                text.push(char::from(last));
            }
            if !self.excluded.contains(text.as_str()) {
                return Ok(Some(text));
            }
        }
        Ok(None)
    }

    /// `count` texts of the set; `None` if fewer are found. There may be more, because only
    /// texts of printable ASCII are searched.
    pub(super) fn many(
        &self,
        count: usize,
        budget: &mut Budget,
    ) -> Result<Option<Vec<String>>, Exhausted> {
        let Some(shortest) = self.shortest(budget)? else {
            return Ok(None);
        };
        let least = shortest.chars().count() as u64;
        if least > MAX_NESTED {
            return Ok(None);
        }
        let search = Search::new(self);
        let mut collection = Collection {
            count,
            found: Vec::new(),
            ends: HashMap::new(),
            budget,
        };
        let most = self
            .max_length
            .unwrap_or(u64::MAX)
            .min(least.saturating_add(MAX_LONGER));
        for length in least..=most {
            search.collect(&search.start(), length, &mut String::new(), &mut collection)?;
            if collection.is_full() {
                return Ok(Some(collection.found));
            }
        }
        Ok(None)
    }
}

/// Maximum length of a text whose only constraint is its length.
const MAX_CHARACTERS: usize = 2_000_000;

/// Maximum number of characters by which the texts of [`Texts::many`] exceed the shortest.
const MAX_LONGER: u64 = 32;

/// Maximum length of the shortest text of [`Texts::many`], in characters: the search
/// recurses for each character.
const MAX_NESTED: u64 = 1_000;

/// Number of moves of automata, or in the trie of excluded texts, each by a byte, that count
/// as one step.
const MOVES_PER_STEP: u64 = 512;

/// Texts that are collected one by one.
struct Collection<'b> {
    /// Number of texts to find.
    count: usize,
    found: Vec<String>,
    /// Whether a text ends after a number of characters from a state.
    ends: HashMap<(State, u64), bool>,
    budget: &'b mut Budget,
}

struct Search<'t> {
    texts: &'t Texts<'t>,
    /// The excluded texts.
    trie: Trie,
}

impl Collection<'_> {
    fn is_full(&self) -> bool {
        self.found.len() >= self.count
    }
}

impl<'t> Search<'t> {
    fn new(texts: &'t Texts<'t>) -> Self {
        let trie = Trie::new(texts.excluded.iter().copied());
        Self { texts, trie }
    }

    fn start(&self) -> State {
        let automata = self.texts.accepted_by.iter().chain(&self.texts.refused_by);
        State {
            automata: automata.map(|_| 0).collect(),
            node: 0,
            utf8: Utf8::Start,
        }
    }

    /// Collects the texts that begin with `text` and have `left` more characters. Returns
    /// whether there is one.
    fn collect(
        &self,
        state: &State,
        left: u64,
        text: &mut String,
        collection: &mut Collection<'_>,
    ) -> Result<bool, Exhausted> {
        let key = (state.clone(), left);
        if collection.is_full() || collection.ends.get(&key) == Some(&false) {
            return Ok(false);
        }
        collection.budget.spend(1 + state.automata.len() as u64)?;
        if left == 0 {
            let accepted = self.accepts(state);
            if accepted {
                collection.found.push(text.clone());
            }
            return Ok(accepted);
        }
        let mut any = false;
        for byte in READABLE {
            if let Some(next) = self.step(state, byte) {
                text.push(char::from(byte));
                any |= self.collect(&next, left - 1, text, collection)?;
                text.pop();
            }
        }
        if !collection.is_full() {
            collection.ends.insert(key, any);
        }
        Ok(any)
    }

    fn shortest(&self, budget: &mut Budget) -> Result<Option<String>, Exhausted> {
        let texts = self.texts;
        let start = self.start();
        budget.spend(256 * start.automata.len() as u64 / MOVES_PER_STEP)?;
        let bytes = self.bytes();
        let mut visits = vec![Visit { from: 0, byte: 0 }];
        let mut layer = vec![(start, 0)];
        let mut seen = HashSet::new();
        for length in 0_u64.. {
            if length >= texts.min_length {
                let accepted = layer.iter().find(|(state, _)| self.accepts(state));
                if let Some(&(_, visit)) = accepted {
                    return Ok(Some(text(&visits, visit)));
                }
                // From this length on, only states that are new lead to further texts.
                layer.retain(|(state, _)| seen.insert(state.clone()));
            }
            if layer.is_empty() || texts.max_length.is_some_and(|longest| length >= longest) {
                return Ok(None);
            }
            layer = self.next_layer(layer, &bytes, &mut visits, budget)?;
        }
        Ok(None)
    }

    /// All states that one more character leads to.
    fn next_layer(
        &self,
        layer: Vec<(State, usize)>,
        bytes: &[u8],
        visits: &mut Vec<Visit>,
        budget: &mut Budget,
    ) -> Result<Vec<(State, usize)>, Exhausted> {
        let mut met: HashSet<State> = HashSet::new();
        let mut next_layer = Vec::new();
        let mut open = layer;
        // Bytes of ASCII come first, so that witnesses are readable.
        while !open.is_empty() {
            let mut inside = Vec::new();
            for (state, from) in &open {
                budget.spend(1 + (state.automata.len() * bytes.len()) as u64 / MOVES_PER_STEP)?;
                for &byte in bytes {
                    let Some(next) = self.step(state, byte) else {
                        continue;
                    };
                    if !met.insert(next.clone()) {
                        continue;
                    }
                    visits.push(Visit { from: *from, byte });
                    let visit = visits.len() - 1;
                    match next.utf8 {
                        Utf8::Start => next_layer.push((next, visit)),
                        Utf8::Continue(..) => inside.push((next, visit)),
                    }
                }
            }
            open = inside;
        }
        Ok(next_layer)
    }

    fn step(&self, state: &State, byte: u8) -> Option<State> {
        let utf8 = state.utf8.step(byte)?;
        let texts = self.texts;
        let mut automata = Vec::with_capacity(state.automata.len());
        let (accepting, refusing) = state.automata.split_at(texts.accepted_by.len());
        for (automaton, &at) in texts.accepted_by.iter().zip(accepting) {
            let next = automaton.step(at, byte);
            if next == DEAD {
                return None;
            }
            automata.push(next);
        }
        for (automaton, &at) in texts.refused_by.iter().zip(refusing) {
            automata.push(automaton.step(at, byte));
        }
        Some(State {
            automata,
            node: self.trie.step(state.node, byte),
            utf8,
        })
    }

    fn accepts(&self, state: &State) -> bool {
        let texts = self.texts;
        let (accepting, refusing) = state.automata.split_at(texts.accepted_by.len());
        let mut accepting = texts.accepted_by.iter().zip(accepting);
        let mut refusing = texts.refused_by.iter().zip(refusing);
        accepting.all(|(automaton, &at)| automaton.accepts_in(at))
            && !refusing.any(|(automaton, &at)| automaton.accepts_in(at))
            && !self.trie.ends_in(state.node)
    }

    /// The most readable byte of each set of bytes that the search need not distinguish.
    fn bytes(&self) -> Vec<u8> {
        let texts = self.texts;
        let automata: Vec<&Automaton> = texts
            .accepted_by
            .iter()
            .chain(&texts.refused_by)
            .copied()
            .collect();
        let mut bytes: Vec<u8> = (0..=u8::MAX).collect();
        bytes.sort_by_key(|&byte| unreadable(byte));
        let mut met = HashSet::new();
        bytes.retain(|&byte| {
            let classes: Vec<usize> = automata.iter().map(|it| it.class(byte)).collect();
            let own = self.trie.bytes.contains(&byte).then_some(byte);
            met.insert((classes, own, Utf8::group(byte)))
        });
        bytes
    }
}

/// The characters of the texts of [`Texts::many`].
const READABLE: std::ops::RangeInclusive<u8> = b' '..=b'~';

/// The order in which characters are preferred in a witness.
fn unreadable(byte: u8) -> (u8, u8) {
    let rank = match byte {
        b'a'..=b'z' => 0,
        b'0'..=b'9' => 1,
        b'A'..=b'Z' => 2,
        b'-' | b'_' | b'.' | b'/' => 3,
        b' '..=b'~' => 4,
        0x80..=0xff => 5,
        _ => 6,
    };
    (rank, byte)
}

/// The text that led to a visit.
fn text(visits: &[Visit], mut at: usize) -> String {
    let mut bytes = Vec::new();
    while let Some(visit) = visits.get(at).filter(|_| at > 0) {
        bytes.push(visit.byte);
        at = visit.from;
    }
    bytes.reverse();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::{Budget, Search, Texts};

    #[test]
    fn a_text_of_any_characters_is_the_one_that_a_search_finds() {
        let words = ["", "a", "b", "aa", "ab", "aab", "baa", "é"];
        for chosen in 0_u32..1 << words.len() {
            let is_chosen = |number: &usize| chosen & (1 << number) != 0;
            let excluded = (0..words.len()).filter(is_chosen).map(|it| words[it]);
            let mut texts = Texts {
                excluded: excluded.collect(),
                ..Texts::default()
            };
            for min_length in 0..=3 {
                texts.min_length = min_length;
                let mut budget = Budget::new(10_000);
                budget.begin(10_000);
                let found = texts.of_any_characters(&mut budget).expect("steps");
                let searched = Search::new(&texts).shortest(&mut budget).expect("steps");
                assert_eq!(found, searched, "{texts:?}");
            }
        }
        let none = Texts {
            excluded: [""].into(),
            max_length: Some(0),
            ..Texts::default()
        };
        let found = none.of_any_characters(&mut Budget::new(0));
        assert_eq!(found.expect("steps"), None);
    }
}
