//! Whether the items of an array differ, seen as they are written.

use std::cell::RefCell;

use serde_core::Serialize;
use serde_json::Value;

use super::digest::Digest;
use super::watch::{Observer, Text, observe};

/// How many slots a table on the stack has: for a few items, and for many.
const FEW: usize = 16;
const MANY: usize = 1024;

/// Whether no two items of `value` are equal; true where it is no array.
pub(crate) fn differ<T: Serialize + ?Sized>(value: &T) -> bool {
    match Round::new(&mut [None; FEW], 0, 1).look_at(value) {
        Found::Twins => false,
        Found::Nothing => true,
        Found::TooMany => many_differ(value),
    }
}

/// The same for more items than a table holds: they are sorted into rounds by their
/// digests, and the array is written once for each.
#[inline(never)]
fn many_differ<T: Serialize + ?Sized>(value: &T) -> bool {
    let mut table = [None; MANY];
    let mut rounds = 1;
    let mut index = 0;
    while index < rounds {
        match Round::new(&mut table, index, rounds).look_at(value) {
            Found::Twins => return false,
            Found::Nothing => index += 1,
            // Odd, so that digests which share a round part sooner or later.
            Found::TooMany => (rounds, index) = (2 * rounds + 1, 0),
        }
    }
    true
}

/// What a look at the items of an array tells.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Found {
    /// None is equal to another.
    Nothing,
    /// Two are equal.
    Twins,
    /// There is no room for all of them.
    TooMany,
}

/// A look at those items whose digests are for this round.
struct Round<'t> {
    index: usize,
    rounds: usize,
    digests: RefCell<Digests<'t>>,
}

/// The items so far, by their digests.
struct Digests<'t> {
    slots: &'t mut [Option<Digest>],
    filled: usize,
    found: Found,
}

impl<'t> Round<'t> {
    fn new(slots: &'t mut [Option<Digest>], index: usize, rounds: usize) -> Self {
        slots.fill(None);
        Self {
            index,
            rounds,
            digests: RefCell::new(Digests {
                slots,
                filled: 0,
                found: Found::Nothing,
            }),
        }
    }

    fn look_at<T: Serialize + ?Sized>(self, value: &T) -> Found {
        let _ = observe(value, &self);
        self.digests.into_inner().found
    }
}

impl Digests<'_> {
    /// Puts a digest into the first free slot from its own on, or finds it there.
    /// The table gets half full at most, which leaves it fast.
    fn add(&mut self, digest: Digest) {
        let mut slot = digest.half() as usize % self.slots.len();
        while self.slots[slot].is_some_and(|other| other != digest) {
            slot = (slot + 1) % self.slots.len();
        }
        if self.slots[slot].is_some() {
            self.found = Found::Twins;
        } else if self.filled == self.slots.len() / 2 {
            self.found = Found::TooMany;
        } else {
            self.slots[slot] = Some(digest);
            self.filled += 1;
        }
    }
}

impl Observer for Round<'_> {
    type Seen = ();
    type Parts = ();

    fn scalar(&self, _: &Value) {}

    fn text(&self, _: Text<'_>) {}

    fn item<T: Serialize + ?Sized>(&self, item: &T, (): &mut ()) {
        let mut digests = self.digests.borrow_mut();
        if digests.found == Found::Nothing {
            let digest = Digest::of_value(item);
            if digest.half() as usize / MANY % self.rounds == self.index {
                digests.add(digest);
            }
        }
    }

    fn member<T: Serialize + ?Sized>(&self, _: Text<'_>, _: &T, (): &mut ()) {}

    fn array(&self, (): ()) {}

    fn object(&self, (): ()) {}
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
