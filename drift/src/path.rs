//! Paths to the parts of a message.

use std::collections::BTreeSet;

use serde_json::Value;
use taskcluster_documents::escape;

use crate::context::Context;
use crate::engine::{Engine, Id, Members};

/// A step from a message to a part of it.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Member(String),
    /// Properties with names of one pattern.
    Pattern(Id),
    /// Properties with none of these names and patterns.
    Others(Members),
    /// The item with an index.
    Item(usize),
    /// The items from an index on.
    Items(usize),
}

/// The path as a JSON pointer, with `*` for unknown steps.
pub(crate) fn pointer(path: &[Step]) -> String {
    let steps = path.iter().map(|step| match step {
        Step::Member(name) => format!("/{}", escape(name)),
        Step::Item(index) => format!("/{index}"),
        Step::Pattern(_) | Step::Others(_) | Step::Items(_) => "/*".to_owned(),
    });
    steps.collect()
}

/// The formula of messages whose part at the end of `path` is in `formula`.
pub(crate) fn at(context: &mut Context, path: &[Step], formula: Id) -> Id {
    path.iter().rev().fold(formula, |formula, step| {
        let formulas = &mut context.engine.formulas;
        match step {
            Step::Member(name) => formulas.members(Members {
                named: [(name.clone(), formula)].into(),
                patterns: Vec::new(),
                additional: Id::ANYTHING,
            }),
            Step::Pattern(names) => formulas.members(Members {
                named: Default::default(),
                patterns: vec![(*names, formula)],
                additional: Id::ANYTHING,
            }),
            Step::Others(members) => formulas.members(Members {
                named: members
                    .named
                    .keys()
                    .map(|name| (name.clone(), Id::ANYTHING))
                    .collect(),
                patterns: members
                    .patterns
                    .iter()
                    .map(|&(names, _)| (names, Id::ANYTHING))
                    .collect(),
                additional: formula,
            }),
            Step::Item(index) => {
                let mut prefix = vec![Id::ANYTHING; *index];
                prefix.push(formula);
                formulas.items(prefix, Id::ANYTHING)
            }
            Step::Items(from) => formulas.items(vec![Id::ANYTHING; *from], formula),
        }
    })
}

/// A part of a message.
pub(crate) struct Place {
    pub(crate) pointer: String,
    pub(crate) value: Value,
    /// The name of the part, if it is a property.
    pub(crate) name: Option<String>,
}

/// The part of `message` at the end of `path` that breaks `formula`.
pub(crate) fn locate(
    context: &mut Context,
    path: &[Step],
    message: &Value,
    formula: Id,
) -> Option<Place> {
    let Some((step, rest)) = path.split_first() else {
        return Some(Place {
            pointer: String::new(),
            value: message.clone(),
            name: None,
        });
    };
    let inner = at(context, rest, formula);
    let (step, value) = follow(&context.engine, step, message, inner)?;
    let is_last = rest.is_empty();
    let place = locate(context, rest, &value, formula)?;
    Some(Place {
        pointer: format!("/{}{}", escape(&step), place.pointer),
        name: match is_last {
            true => Some(step),
            false => place.name,
        },
        ..place
    })
}

/// The first part of `value` at `step` that breaks `formula`, with its name or index; for
/// a single property or item, the part itself.
fn follow(engine: &Engine, step: &Step, value: &Value, formula: Id) -> Option<(String, Value)> {
    let breaks = |value: &Value| engine.holds(formula, value) == Some(false);
    Some(match step {
        Step::Member(name) => (name.clone(), value.get(name)?.clone()),
        Step::Item(index) => (index.to_string(), value.get(index)?.clone()),
        Step::Items(from) => {
            let mut items = value.as_array()?.iter().enumerate().skip(*from);
            let (index, item) = items.find(|(_, item)| breaks(item))?;
            (index.to_string(), item.clone())
        }
        Step::Pattern(names) => {
            let fits = |name: &str| engine.holds(*names, &name.into()) == Some(true);
            let mut members = value.as_object()?.iter();
            let (name, value) = members.find(|(name, value)| fits(name) && breaks(value))?;
            (name.clone(), value.clone())
        }
        Step::Others(known) => {
            let names: BTreeSet<&String> = known.named.keys().collect();
            let fits = |name: &str| {
                let name = Value::from(name);
                let mut patterns = known.patterns.iter();
                patterns.any(|&(names, _)| engine.holds(names, &name) != Some(false))
            };
            let mut members = value.as_object()?.iter();
            let (name, value) = members
                .find(|(name, value)| !names.contains(name) && !fits(name) && breaks(value))?;
            (name.clone(), value.clone())
        }
    })
}
