//! Evaluates whether a value is in the set of a formula, to check every witness.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::formula::{Formula, Id, Kind, Members, NumberLimit, TextLimit};
use super::limits::MAX_EVALUATED_NESTING;
use super::solve::Engine;
use super::value;

impl Engine {
    /// Whether `value`, whose numbers are canonical, is in the set of `id`; `None` if
    /// formulas nest too deeply.
    pub(crate) fn holds(&self, id: Id, value: &Value) -> Option<bool> {
        let mut evaluation = Evaluation {
            engine: self,
            known: HashMap::new(),
        };
        evaluation.evaluate(id, value, 0)
    }

    fn evaluate_text(&self, leaf: &Formula, text: &str) -> bool {
        let length = || text.chars().count() as u64;
        match leaf {
            Formula::Text(TextLimit::MinLength(least)) => length() >= *least,
            Formula::Text(TextLimit::MaxLength(most)) => length() <= *most,
            Formula::Text(TextLimit::Language(id, _)) => {
                let automaton = self.automata.get(*id);
                automaton.is_some_and(|automaton| automaton.accepts(text))
            }
            _ => true,
        }
    }

    /// The formulas that apply to the property `name`.
    pub(super) fn applicable(&self, members: &Members, name: &str) -> Option<Vec<Id>> {
        let mut ids: Vec<Id> = members.named.get(name).copied().into_iter().collect();
        if !members.patterns.is_empty() {
            let name = Value::String(name.to_owned());
            for &(pattern, value) in &members.patterns {
                if self.holds(pattern, &name)? {
                    ids.push(value);
                }
            }
        }
        if ids.is_empty() {
            ids.push(members.additional);
        }
        Some(ids)
    }
}

/// The evaluation of one value.
struct Evaluation<'e> {
    engine: &'e Engine,
    /// The answers for formulas that apply several others to one part of the value, by that
    /// part: schemas may share those. Each has the nesting at which it was found, on which
    /// only `None` depends.
    known: HashMap<(Id, *const Value), (usize, Option<bool>)>,
}

impl Evaluation<'_> {
    fn evaluate(&mut self, id: Id, value: &Value, depth: usize) -> Option<bool> {
        if depth > MAX_EVALUATED_NESTING {
            return None;
        }
        let engine = self.engine;
        engine.evaluated.set(engine.evaluated.get() + 1);
        let formula = engine.formulas.get(id);
        let is_shared = matches!(
            formula,
            Formula::All(_) | Formula::Any(_) | Formula::One(_) | Formula::Members(_)
        );
        let key = (id, std::ptr::from_ref(value));
        if is_shared
            && let Some(&(at, known)) = self.known.get(&key)
            && (known.is_some() || at <= depth)
        {
            return known;
        }
        let mut inside = |id, value: &Value| self.evaluate(id, value, depth + 1);
        let holds = match formula {
            Formula::Anything => Some(true),
            Formula::Nothing => Some(false),
            Formula::All(ids) => all(ids.iter().map(|&id| inside(id, value))),
            Formula::Any(ids) => any(ids.iter().map(|&id| inside(id, value))),
            Formula::One(ids) => exactly_one(ids.iter().map(|&id| inside(id, value))),
            Formula::Not(id) => inside(*id, value).map(|holds| !holds),
            Formula::Later(reserved) => inside(engine.formulas.bound(*reserved)?, value),
            Formula::Kinds(kinds) => Some(kinds.contains(Kind::of(value))),
            Formula::Listed(values) => Some(engine.formulas.lists(id, values, value)),
            leaf => match value {
                Value::Number(number) => Some(within(leaf, &value::rational(number))),
                Value::String(text) => Some(engine.evaluate_text(leaf, text)),
                Value::Array(items) => evaluate_items(leaf, items, &mut inside),
                Value::Object(members) => evaluate_members(engine, leaf, members, &mut inside),
                Value::Null | Value::Bool(_) => Some(true),
            },
        };
        if is_shared {
            self.known.insert(key, (depth, holds));
        }
        holds
    }
}

/// Evaluates a formula on a part of the value.
type Inside<'i> = &'i mut dyn FnMut(Id, &Value) -> Option<bool>;

fn evaluate_members(
    engine: &Engine,
    leaf: &Formula,
    members: &Map<String, Value>,
    inside: Inside<'_>,
) -> Option<bool> {
    match leaf {
        Formula::Members(schemas) => all(members.iter().map(|(name, value)| {
            let ids = engine.applicable(schemas, name)?;
            all(ids.into_iter().map(|id| inside(id, value)))
        })),
        Formula::Required(name) => Some(members.contains_key(name)),
        // A name is no part of the value.
        Formula::Names(id) => all(members
            .keys()
            .map(|name| engine.holds(*id, &Value::String(name.clone())))),
        Formula::MinMembers(least) => Some(members.len() as u64 >= *least),
        Formula::MaxMembers(most) => Some(members.len() as u64 <= *most),
        _ => Some(true),
    }
}

/// Whether `number` satisfies a limit.
fn within(leaf: &Formula, number: &num_rational::BigRational) -> bool {
    let Formula::Number(limit) = leaf else {
        return true;
    };
    match limit {
        NumberLimit::Integer => number.is_integer(),
        NumberLimit::Minimum(limit) => number >= limit,
        NumberLimit::Maximum(limit) => number <= limit,
        NumberLimit::Above(limit) => number > limit,
        NumberLimit::Below(limit) => number < limit,
        NumberLimit::MultipleOf(divisor) => value::is_multiple(number, divisor),
    }
}

fn evaluate_items(leaf: &Formula, items: &[Value], inside: Inside<'_>) -> Option<bool> {
    match leaf {
        Formula::Items { prefix, rest } => all(items
            .iter()
            .enumerate()
            .map(|(index, item)| inside(prefix.get(index).copied().unwrap_or(*rest), item))),
        Formula::Contains(id) => any(items.iter().map(|item| inside(*id, item))),
        Formula::Unique => {
            let mut seen = HashSet::new();
            Some(items.iter().all(|item| seen.insert(item)))
        }
        Formula::MinItems(least) => Some(items.len() as u64 >= *least),
        Formula::MaxItems(most) => Some(items.len() as u64 <= *most),
        _ => Some(true),
    }
}

pub(super) fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => known = None,
        }
    }
    known
}

pub(super) fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    all(parts.map(|part| part.map(|holds| !holds))).map(|none| !none)
}

fn exactly_one(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let parts: Vec<Option<bool>> = parts.collect();
    let true_parts = parts.iter().filter(|&&part| part == Some(true)).count();
    match parts.iter().any(Option::is_none) {
        _ if true_parts > 1 => Some(false),
        true => None,
        false => Some(true_parts == 1),
    }
}
