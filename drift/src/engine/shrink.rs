//! Makes a witness smaller as long as it remains one.
//!
//! The search keeps each part of a value small, but makes choices in order, so a part that
//! an earlier choice required may not be needed in the end.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::formula::{Formula, Id};
use super::solve::Engine;
use super::value::weight;

/// Maximum weight of all values together that are tried for one witness.
const MAX_TRIED_WEIGHT: usize = 100_000;

impl Engine {
    /// Removes properties, items and characters of `witness`, until no more of them can be
    /// removed from a value that is in `inside` and not in `outside`.
    ///
    /// For large witnesses, only some removals are tried.
    pub(crate) fn shrink(&self, inside: Id, outside: Id, witness: Value) -> Value {
        let mut is_witness = |left: &mut usize, value: &Value| {
            let holds = |id, expected| self.holds(id, value) == Some(expected);
            may_try(left, value).then(|| holds(inside, true) && holds(outside, false))
        };
        let mut left = MAX_TRIED_WEIGHT;
        let mut smallest = witness;
        loop {
            let whole = Part {
                engine: self,
                formulas: self.conjuncts([inside]),
                is_witness: &mut is_witness,
            };
            let smaller = whole.smaller(smallest.clone(), &mut left);
            // The last removals may make others possible.
            if smaller == smallest {
                return smaller;
            }
            smallest = smaller;
        }
    }

    /// The formulas that all hold where `ids` do, without conjunctions.
    fn conjuncts(&self, ids: impl IntoIterator<Item = Id>) -> Vec<Id> {
        let mut open: Vec<Id> = ids.into_iter().collect();
        let mut seen = BTreeSet::new();
        let mut conjuncts = Vec::new();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            match self.formulas.get(id) {
                Formula::All(ids) => open.extend(ids),
                Formula::Later(reserved) => open.extend(self.formulas.bound(*reserved)),
                _ => conjuncts.push(id),
            }
        }
        conjuncts
    }
}

/// Whether the limit is not reached yet, with `value`.
fn may_try(left: &mut usize, value: &Value) -> bool {
    *left = left.saturating_sub(weight(value));
    *left > 0
}

/// Whether the whole with a value in place of a part is a witness; `None` once the limit is
/// reached.
type IsWitness<'w> = &'w mut dyn FnMut(&mut usize, &Value) -> Option<bool>;

/// A part of a witness.
struct Part<'w> {
    engine: &'w Engine,
    /// Formulas that hold for this part of every witness.
    formulas: Vec<Id>,
    is_witness: IsWitness<'w>,
}

impl Part<'_> {
    /// `value` without all that can be removed while the whole remains a witness.
    fn smaller(self, value: Value, left: &mut usize) -> Value {
        match value {
            Value::Object(members) => self.without_members(members, left),
            Value::Array(items) => self.without_items(items, left),
            Value::String(text) => self.without_characters(text, left),
            other => other,
        }
    }

    fn without_members(self, mut members: Map<String, Value>, left: &mut usize) -> Value {
        for name in members.keys().cloned().collect::<Vec<String>>() {
            let mut rest = members.clone();
            let value = rest.remove(&name).unwrap_or_default();
            match (self.is_witness)(left, &Value::Object(rest)) {
                Some(true) => drop(members.remove(&name)),
                Some(false) => {
                    let inner = Part {
                        engine: self.engine,
                        formulas: self.of_member(&name),
                        is_witness: &mut |left, value| {
                            let mut whole = members.clone();
                            whole.insert(name.clone(), value.clone());
                            (self.is_witness)(left, &Value::Object(whole))
                        },
                    };
                    let value = inner.smaller(value, left);
                    members.insert(name, value);
                }
                None => break,
            }
        }
        Value::Object(members)
    }

    fn without_items(self, mut items: Vec<Value>, left: &mut usize) -> Value {
        for index in (0..items.len()).rev() {
            let mut rest = items.clone();
            let value = rest.remove(index);
            match (self.is_witness)(left, &Value::Array(rest)) {
                Some(true) => drop(items.remove(index)),
                Some(false) => {
                    let inner = Part {
                        engine: self.engine,
                        formulas: self.of_item(index),
                        is_witness: &mut |left, value| {
                            let mut whole = items.clone();
                            whole.splice(index..=index, [value.clone()]);
                            (self.is_witness)(left, &Value::Array(whole))
                        },
                    };
                    let value = inner.smaller(value, left);
                    items.splice(index..=index, [value]);
                }
                None => break,
            }
        }
        Value::Array(items)
    }

    fn without_characters(self, mut text: String, left: &mut usize) -> Value {
        let mut indices: Vec<usize> = text.char_indices().map(|(index, _)| index).collect();
        while let Some(index) = indices.pop() {
            let mut rest = text.clone();
            rest.remove(index);
            let value = Value::String(rest);
            // Most texts are the shortest of their pattern, and the whole need not be
            // evaluated.
            let breaks = |&id: &Id| self.engine.holds(id, &value) == Some(false);
            let is_witness = match self.formulas.iter().any(breaks) {
                true => may_try(left, &value).then_some(false),
                false => (self.is_witness)(left, &value),
            };
            match (is_witness, value) {
                (Some(true), Value::String(rest)) => text = rest,
                (Some(_), _) => {}
                (None, _) => break,
            }
        }
        Value::String(text)
    }

    /// The formulas that hold for the property `name`.
    fn of_member(&self, name: &str) -> Vec<Id> {
        let applicable = self.formulas.iter().flat_map(|&id| {
            let applicable = match self.engine.formulas.get(id) {
                Formula::Members(members) => self.engine.applicable(members, name),
                _ => None,
            };
            applicable.unwrap_or_default()
        });
        self.engine.conjuncts(applicable)
    }

    /// The formulas that hold for the item at `index`.
    fn of_item(&self, index: usize) -> Vec<Id> {
        let applicable =
            self.formulas
                .iter()
                .filter_map(|&id| match self.engine.formulas.get(id) {
                    Formula::Items { prefix, rest } => Some(*prefix.get(index).unwrap_or(rest)),
                    _ => None,
                });
        self.engine.conjuncts(applicable)
    }
}
