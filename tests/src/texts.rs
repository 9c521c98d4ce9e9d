//! Texts to try on a language: some of it, some nearly, some not at all.

use std::collections::HashMap;

/// A source of numbers that gives the same ones to everybody.
#[derive(Clone, Debug)]
pub struct Numbers(u64);

impl Numbers {
    /// Starts from `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `bound`, which is not 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % bound as u64) as usize
    }

    /// One of `items`, which are not empty.
    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}

/// Characters at which languages tend to break.
const CHARACTERS: [char; 46] = [
    'a', 'z', 'b', 'A', 'Z', 'Q', 'T', '0', '9', '1', '5', '_', '-', '/', '.', ':', '@', '+', '%',
    ' ', '\t', '\n', '\r', '\0', '\u{7f}', '\\', '"', '[', ']', '{', '}', '(', ')', '^', '$', '|',
    '#', '~', 'é', 'ß', '\u{a0}', '\u{2028}', '\u{feff}', '\u{d7ff}', '\u{ffff}', '😀',
];

/// `count` texts near `samples`: each a sample with up to three changes, and
/// some of no more than chance. The same for the same `seed`.
pub fn near(samples: &[&str], seed: u64, count: usize) -> Vec<String> {
    let mut numbers = Numbers::new(seed);
    let alphabet = alphabet(samples);
    (0..count)
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
        .collect()
}

/// The characters of `samples`, more often the more often they occur there, and
/// those that languages break at.
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

/// Changes `text` somewhere: takes out, puts in, replaces, doubles or cuts.
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
