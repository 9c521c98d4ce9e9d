//! Texts to test languages with: some that match, some that nearly match, some that do
//! not.

use std::collections::{BTreeSet, HashMap};

/// A generator of pseudo-random numbers, the same on every machine.
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which is greater than 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound as u64) as usize
    }

    /// One of `items`, which has at least one.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// Characters that often distinguish languages.
const CHARACTERS: [char; 46] = [
    'a', 'z', 'b', 'A', 'Z', 'Q', 'T', '0', '9', '1', '5', '_', '-', '/', '.', ':', '@', '+', '%',
    ' ', '\t', '\n', '\r', '\0', '\u{7f}', '\\', '"', '[', ']', '{', '}', '(', ')', '^', '$', '|',
    '#', '~', 'é', 'ß', '\u{a0}', '\u{2028}', '\u{feff}', '\u{d7ff}', '\u{ffff}', '😀',
];

/// Texts near `samples`: `count` times a sample with up to three changes, or a random text,
/// each kept once. The same `seed` gives the same texts.
pub fn near(samples: &[&str], seed: u64, count: usize) -> Vec<String> {
    let mut numbers = Numbers::new(seed);
    let alphabet = alphabet(samples);
    let texts: BTreeSet<String> = (0..count)
        .map(|index| match index % 8 {
            0 => (0..numbers.below(12))
                .map(|_| numbers.pick(&alphabet))
                .collect(),
            _ => {
                let mut text: Vec<char> = numbers.pick(samples).chars().collect();
                for _ in 0..numbers.below(4) {
                    change(&mut text, &alphabet, &mut numbers);
                }
                text.into_iter().collect()
            }
        })
        .collect();
    texts.into_iter().collect()
}

/// The characters of `samples`, as often as they occur there, and [`CHARACTERS`].
fn alphabet(samples: &[&str]) -> Vec<char> {
    let mut seen: HashMap<char, usize> = HashMap::new();
    let mut alphabet: Vec<char> = CHARACTERS.to_vec();
    for character in samples.iter().flat_map(|sample| sample.chars()) {
        let times = seen.entry(character).or_default();
        *times += 1;
        if *times <= 8 {
            alphabet.push(character);
        }
    }
    alphabet
}

/// Changes `text` in one place: removes, inserts, replaces, doubles or cuts.
fn change(text: &mut Vec<char>, alphabet: &[char], numbers: &mut Numbers) {
    let at = numbers.below(text.len() + 1);
    let character = numbers.pick(alphabet);
    match (numbers.below(6), text.get_mut(at)) {
        (0, Some(_)) => {
            text.remove(at);
        }
        (1 | 2, Some(place)) => *place = character,
        (3, Some(_)) => {
            let again = text[at..].iter().take(numbers.below(40)).copied();
            let again: Vec<char> = again.collect();
            text.splice(at..at, again);
        }
        (4, Some(_)) if numbers.below(4) == 0 => text.truncate(at),
        _ => text.insert(at, character),
    }
}
