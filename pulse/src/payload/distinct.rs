//! Whether the items of an array differ, seen as they are written.

use serde_core::Serialize;
use serde_json::Value;

use super::JsonText;
use super::sameness::digest_of_value;
use super::watch::{Observer, Text, observe};
use crate::rule::unique;

/// How many slots the table on the stack has; it gets half full at most.
const SLOTS: usize = 1024;

/// Whether no two items of `value` are equal; true where it is no array.
///
/// Their digests go into a table on the stack, in as many rounds as that takes.
/// Only where two are the same are the items compared, for which there has to be
/// memory.
pub(super) fn differ<T: Serialize + ?Sized>(value: &T) -> bool {
    let look = |index, rounds| observe(value, &Round { index, rounds }).unwrap_or_default();
    let first = look(0, 1);
    let rounds = first.count.div_ceil(SLOTS / 2);
    let has_twins = match rounds {
        0 | 1 => first.has_twins,
        _ => (0..rounds).any(|index| look(index, rounds).has_twins),
    };
    !has_twins || compare(value)
}

/// Compares the items themselves.
fn compare<T: Serialize + ?Sized>(value: &T) -> bool {
    let items = serde_json::to_string(value).and_then(|text| serde_json::from_str(&text));
    items.is_ok_and(|items: Vec<JsonText>| unique(&items))
}

/// A look at those items whose digests are for this round.
struct Round {
    index: usize,
    rounds: usize,
}

/// What a look at the items told.
#[derive(Default)]
struct Found {
    count: usize,
    has_twins: bool,
}

/// The items so far, by their digests.
struct Digests {
    slots: [u64; SLOTS],
    filled: usize,
    found: Found,
}

impl Default for Digests {
    fn default() -> Self {
        Self {
            slots: [0; SLOTS],
            filled: 0,
            found: Found::default(),
        }
    }
}

impl Digests {
    /// Puts a digest into the first free slot from its own on, or finds it there.
    /// Where the rounds don't even out, the items have to be compared.
    fn add(&mut self, digest: u64) {
        // 0 is a free slot.
        let digest = digest.max(1);
        let mut slot = digest as usize % SLOTS;
        while self.slots[slot] != 0 && self.slots[slot] != digest {
            slot = (slot + 1) % SLOTS;
        }
        self.found.has_twins |= self.slots[slot] == digest || self.filled + 1 == SLOTS;
        if !self.found.has_twins {
            self.slots[slot] = digest;
            self.filled += 1;
        }
    }
}

impl Observer for Round {
    type Seen = Found;
    type Parts = Digests;

    fn scalar(&self, _: &Value) -> Found {
        Found::default()
    }

    fn text(&self, _: Text<'_>) -> Found {
        Found::default()
    }

    fn item<T: Serialize + ?Sized>(&self, item: &T, digests: &mut Digests) {
        digests.found.count += 1;
        let is_enough = self.rounds == 1 && digests.found.count > SLOTS / 2;
        if is_enough || digests.found.has_twins {
            return;
        }
        let digest = digest_of_value(item);
        if digest as usize / SLOTS % self.rounds == self.index {
            digests.add(digest);
        }
    }

    fn member<T: Serialize + ?Sized>(&self, _: Text<'_>, _: &T, _: &mut Digests) {}

    fn array(&self, digests: Digests) -> Found {
        digests.found
    }

    fn object(&self, _: Digests) -> Found {
        Found::default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn equal_items_are_found_among_many() {
        for count in [2, 9, 511, 512, 513, 1024, 5000] {
            let mut items: Vec<Value> = (0..count).map(|index| json!({"index": index})).collect();
            assert!(differ(&items), "{count}");
            items.insert(count / 2, json!({"index": (count - 1) as f64}));
            assert!(!differ(&items), "{count}");
        }
    }

    #[test]
    fn what_is_no_array_has_no_equal_items() {
        assert!(differ("aa"));
        assert!(differ(&json!({"a": 1, "b": 1})));
        assert!(!differ(&json!([null, "a", "a"])));
    }
}
