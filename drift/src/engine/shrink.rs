//! Makes a witness smaller as long as it remains one.
//!
//! The search keeps each part of a value small, but makes choices in order, so a part that
//! an earlier choice required may not be needed in the end.

use serde_json::{Map, Value};

use super::formula::Id;
use super::solve::Engine;
use super::value::weight;

/// Maximum weight of all messages together that are tried for one witness.
const MAX_TRIED: usize = 100_000;

impl Engine {
    /// Removes properties, items and characters of `witness`, until no more of them can be
    /// removed from a value that is in `inside` and not in `outside`.
    ///
    /// For large witnesses, only some removals are tried.
    pub(crate) fn shrink(&self, inside: Id, outside: Id, witness: Value) -> Value {
        let mut left = MAX_TRIED;
        let mut is_witness = |value: &Value| {
            left = left.saturating_sub(weight(value));
            let holds = |id, expected| self.holds(id, value) == Some(expected);
            (left > 0).then(|| holds(inside, true) && holds(outside, false))
        };
        let mut smallest = witness;
        loop {
            let smaller = smaller(smallest.clone(), &mut is_witness);
            // The last removals may make others possible.
            if smaller == smallest {
                return smaller;
            }
            smallest = smaller;
        }
    }
}

type IsWitness<'w> = &'w mut dyn FnMut(&Value) -> Option<bool>;

/// `part` without all that can be removed while the whole with that part remains a witness.
/// `is_witness` returns `None` once the limit is reached.
fn smaller(part: Value, is_witness: IsWitness<'_>) -> Value {
    match part {
        Value::Object(members) => without_members(members, is_witness),
        Value::Array(items) => without_items(items, is_witness),
        Value::String(text) => without_characters(text, is_witness),
        other => other,
    }
}

fn without_members(mut members: Map<String, Value>, is_witness: IsWitness<'_>) -> Value {
    for name in members.keys().cloned().collect::<Vec<String>>() {
        let mut rest = members.clone();
        let value = rest.remove(&name).unwrap_or_default();
        match is_witness(&Value::Object(rest)) {
            Some(true) => drop(members.remove(&name)),
            Some(false) => {
                let value = smaller(value, &mut |value| {
                    let mut whole = members.clone();
                    whole.insert(name.clone(), value.clone());
                    is_witness(&Value::Object(whole))
                });
                members.insert(name, value);
            }
            None => break,
        }
    }
    Value::Object(members)
}

fn without_items(mut items: Vec<Value>, is_witness: IsWitness<'_>) -> Value {
    for index in (0..items.len()).rev() {
        let mut rest = items.clone();
        let value = rest.remove(index);
        match is_witness(&Value::Array(rest)) {
            Some(true) => drop(items.remove(index)),
            Some(false) => {
                let value = smaller(value, &mut |value| {
                    let mut whole = items.clone();
                    whole.splice(index..=index, [value.clone()]);
                    is_witness(&Value::Array(whole))
                });
                items.splice(index..=index, [value]);
            }
            None => break,
        }
    }
    Value::Array(items)
}

fn without_characters(mut text: String, is_witness: IsWitness<'_>) -> Value {
    let mut indices: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
    while let Some(index) = indices.pop() {
        let mut rest = text.clone();
        rest.remove(index);
        match is_witness(&rest.as_str().into()) {
            Some(true) => text = rest,
            Some(false) => {}
            None => break,
        }
    }
    Value::String(text)
}
