//! Constraints on arrays: number and uniqueness of items.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, Hash, RandomState};

use serde_core::Serialize;
use serde_json::Value;

use crate::schema::all_differ;

/// The constraints on an array as a whole.
#[derive(Debug)]
pub struct ItemsRule<T: 'static> {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
    pub(crate) unique: Option<fn(&[T]) -> bool>,
}

impl<T> ItemsRule<T> {
    /// A rule without constraints.
    #[allow(clippy::new_without_default, reason = "a rule is a constant")]
    pub const fn new() -> Self {
        Self {
            minimum: None,
            maximum: None,
            unique: None,
        }
    }

    /// At least `limit` items: the keyword `minItems`.
    #[must_use]
    pub const fn minimum(mut self, limit: u64) -> Self {
        self.minimum = Some(limit);
        self
    }

    /// At most `limit` items: the keyword `maxItems`.
    #[must_use]
    pub const fn maximum(mut self, limit: u64) -> Self {
        self.maximum = Some(limit);
        self
    }

    /// No two equal items, as `differ` finds out: the keyword `uniqueItems`.
    /// See [`unique`] and [`unique_as_written`].
    #[must_use]
    pub const fn unique(mut self, differ: fn(&[T]) -> bool) -> Self {
        self.unique = Some(differ);
        self
    }

    /// Whether `items` are valid.
    #[inline]
    pub fn is_valid(&self, items: &[T]) -> bool {
        let count = items.len() as u64;
        self.minimum.is_none_or(|limit| count >= limit)
            && self.maximum.is_none_or(|limit| count <= limit)
            && (count < 2 || self.unique.is_none_or(|differ| differ(items)))
    }
}

/// How many items are compared pair by pair before hashing pays.
const FEW: usize = 8;

/// Number of slots of the table on the stack; a power of two.
const SLOTS: usize = 1024;

/// Number of items up to which the table on the stack is used.
const MANY: usize = 4 * SLOTS;

/// Whether no two of `items` are equal, for items that have a hash.
///
/// Allocates nothing for up to 4096 items: they are sorted by their hash into as
/// many rounds as a table on the stack needs to stay half empty.
pub fn unique<T: Hash + PartialEq>(items: &[T]) -> bool {
    match items.len() {
        count if count <= FEW => pairwise_unique(items),
        count if count <= MANY => unique_in_rounds(items),
        _ => unique_by_map(items),
    }
}

fn unique_in_rounds<T: Hash + PartialEq>(items: &[T]) -> bool {
    let hasher = BuildHasherDefault::<DefaultHasher>::new();
    let rounds = items.len().div_ceil(SLOTS / 2);
    (0..rounds).all(|round| {
        let mut slots = [0_u32; SLOTS];
        items.iter().enumerate().all(|(index, item)| {
            let hash = hasher.hash_one(item) as usize;
            hash / SLOTS % rounds != round || place(&mut slots, items, hash % SLOTS, index)
        })
    })
}

/// Puts the item `index` into the first free slot from `slot` on; false if an equal
/// item is met, or the table is full and pairs must be compared.
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

fn unique_by_map<T: Hash + PartialEq>(items: &[T]) -> bool {
    // With random keys, nobody can make items that share a hash.
    let hasher = RandomState::new();
    let mut seen: HashMap<u64, Vec<&T>> = HashMap::with_capacity(items.len());
    items.iter().all(|item| {
        let like = seen.entry(hasher.hash_one(item)).or_default();
        let differs = !like.contains(&item);
        like.push(item);
        differs
    })
}

fn pairwise_unique<T: PartialEq>(items: &[T]) -> bool {
    items
        .iter()
        .enumerate()
        .all(|(index, item)| !items[..index].contains(item))
}

/// Whether no two of `items` are equal as JSON, for items that have no hash, or of
/// which the same JSON may be of several types. Allocates their JSON.
pub fn unique_as_written<T: Serialize>(items: &[T]) -> bool {
    let text = serde_json::to_string(items).unwrap_or_default();
    serde_json::from_str(&text).is_ok_and(|items: Vec<Value>| all_differ(&items))
}
