//! Whether all items of an array differ: the keyword `uniqueItems`.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io;

use serde_core::Serialize;
use serde_json::Value;
use serde_json::value::to_raw_value;

use super::equality::{equal, hash_value};
use crate::json;

/// Number of items up to which pairs are compared, which is faster than hashing.
const FEW: usize = 8;

/// Number of slots of the table on the stack; a power of two.
const SLOTS: usize = 1024;

/// Number of items up to which the table on the stack is used.
const MANY: usize = 4 * SLOTS;

/// Whether all of `items` differ, for items that have the same JSON if they are equal, and
/// that can be compared quickly.
///
/// Allocates nothing for up to 4096 items: they are split by their hash into rounds, so
/// that a table on the stack stays half empty in each.
pub fn unique<T: Serialize + PartialEq>(items: &[T]) -> bool {
    match items.len() {
        count if FEW < count && count <= MANY => unique_in_rounds(items),
        _ => all_differ(items, hash_json, |it, other| it == other),
    }
}

/// The hash of an item's JSON.
fn hash_json<T: Serialize>(keys: &impl BuildHasher, item: &T) -> u64 {
    struct Json<H>(H);

    impl<H: Hasher> io::Write for Json<H> {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.write(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    let mut json = Json(keys.build_hasher());
    // Of an item that can't be written, its first part is hashed.
    let _ = serde_json::to_writer(&mut json, item);
    json.0.finish()
}

fn unique_in_rounds<T: Serialize + PartialEq>(items: &[T]) -> bool {
    // With random keys, no sender can make items that all fall in one slot.
    let hasher = RandomState::new();
    let rounds = items.len().div_ceil(SLOTS / 2);
    (0..rounds).all(|round| {
        let mut slots = [0_u32; SLOTS];
        items.iter().enumerate().all(|(index, item)| {
            let hash = hash_json(&hasher, item) as usize;
            hash / SLOTS % rounds != round || place(&mut slots, items, hash % SLOTS, index)
        })
    })
}

/// Puts the item `index` into the first free slot from `slot` on; `false` if an equal
/// item is found. If the table is full, compares with all earlier items.
fn place<T: PartialEq>(slots: &mut [u32; SLOTS], items: &[T], slot: usize, index: usize) -> bool {
    for step in 0..SLOTS {
        let slot = &mut slots[(slot + step) % SLOTS];
        match slot.checked_sub(1) {
            None => {
                *slot = u32::try_from(index + 1).unwrap_or(u32::MAX);
                return true;
            }
            Some(other) if items[other as usize] == items[index] => return false,
            Some(_) => {}
        }
    }
    items[..index].iter().all(|other| *other != items[index])
}

/// Whether all of `items` differ, in time linear in their number.
fn all_differ<T>(
    items: &[T],
    hash: impl Fn(&RandomState, &T) -> u64,
    equal: impl Fn(&T, &T) -> bool,
) -> bool {
    if items.len() <= FEW {
        let mut each = items.iter().enumerate();
        return each.all(|(index, item)| items.iter().take(index).all(|it| !equal(it, item)));
    }
    // As above, for equal hashes.
    let hasher = RandomState::new();
    let mut seen: HashMap<u64, Vec<&T>> = HashMap::with_capacity(items.len());
    items.iter().all(|item| {
        let like = seen.entry(hash(&hasher, item)).or_default();
        let differs = like.iter().all(|other| !equal(other, item));
        like.push(item);
        differs
    })
}

/// Whether all of `items` differ, in time linear in their size.
pub(crate) fn all_values_differ(items: &[Value]) -> bool {
    let hash = |keys: &RandomState, item: &Value| {
        let mut state = keys.build_hasher();
        hash_value(item, &mut state);
        state.finish()
    };
    all_differ(items, hash, equal)
}

/// Whether all of `items` differ as JSON, for items of which equal ones may have
/// different JSON: they have floats, or parts that are kept as JSON text, which would be
/// parsed for each comparison. Allocates their JSON.
pub fn unique_as_written<T: Serialize>(items: &[T]) -> bool {
    items.len() < 2
        || to_raw_value(items).is_ok_and(|text| {
            let parsed = json::read(&text, json::MAX_LEVELS);
            !parsed.is_cut
                && parsed
                    .value
                    .as_array()
                    .is_some_and(|it| all_values_differ(it))
        })
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::hash::{BuildHasherDefault, DefaultHasher};

    use serde_core::Serializer;

    use super::*;

    thread_local! {
        static COMPARISONS: Cell<usize> = const { Cell::new(0) };
    }

    /// An item that counts its comparisons.
    struct Counted(u64);

    impl Serialize for Counted {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_u64(self.0)
        }
    }

    impl PartialEq for Counted {
        fn eq(&self, other: &Self) -> bool {
            COMPARISONS.set(COMPARISONS.get() + 1);
            self.0 == other.0
        }
    }

    /// Anybody can compute the hashes of a hasher without random keys.
    #[test]
    fn items_chosen_by_their_hashes_take_no_more_comparisons() {
        let known = BuildHasherDefault::<DefaultHasher>::new();
        let falls_in_first_slot =
            |item: &u64| (hash_json(&known, item) as usize).is_multiple_of(2 * SLOTS);
        let chosen = (0..).filter(falls_in_first_slot).take(600);
        let items: Vec<Counted> = chosen.map(Counted).collect();
        assert!(unique(&items));
        let count = COMPARISONS.get();
        assert!(count < 10 * items.len(), "{count} comparisons");
    }
}
