//! Texts to test languages with: some that match, some that nearly match, some that do
//! not.

use std::collections::{BTreeSet, HashMap};

use fastrand::Rng;

/// One of `items`, which has at least one.
pub(crate) fn pick<T: Clone>(rng: &mut Rng, items: &[T]) -> T {
    items[rng.usize(..items.len())].clone()
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
    let mut rng = Rng::with_seed(seed);
    let alphabet = alphabet(samples);
    let texts: BTreeSet<String> = (0..count)
        .map(|index| match index % 8 {
            0 => (0..rng.usize(..12))
                .map(|_| pick(&mut rng, &alphabet))
                .collect(),
            _ => {
                let mut text: Vec<char> = pick(&mut rng, samples).chars().collect();
                for _ in 0..rng.usize(..4) {
                    change(&mut text, &alphabet, &mut rng);
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
fn change(text: &mut Vec<char>, alphabet: &[char], rng: &mut Rng) {
    let at = rng.usize(..text.len() + 1);
    let character = pick(rng, alphabet);
    match (rng.usize(..6), text.get_mut(at)) {
        (0, Some(_)) => {
            text.remove(at);
        }
        (1 | 2, Some(place)) => *place = character,
        (3, Some(_)) => {
            let again = text[at..].iter().take(rng.usize(..40)).copied();
            let again: Vec<char> = again.collect();
            text.splice(at..at, again);
        }
        (4, Some(_)) if rng.usize(..4) == 0 => text.truncate(at),
        _ => text.insert(at, character),
    }
}
