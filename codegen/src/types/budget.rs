//! Limits on the cost of combining schemas.
//!
//! Combinations multiply: each of a hundred alternatives may stand beside each of a
//! hundred properties. So work and output are bounded by the size of the input; values
//! beyond the bounds get a plain type, and their table checks them.

use taskcluster_documents::schema::{
    Annotations, General, ObjectKeywords, Schema, SchemaId, StringKeywords,
};

use crate::combine::View;

/// How often the keywords of the input may be visited. Without combinations each is
/// visited less than ten times.
const STEPS: usize = 32;

/// How many properties and alternatives the types of combined schemas may have, for each
/// keyword of the input, and in addition for every input.
const MEMBERS: usize = 1;
const FREE_MEMBERS: usize = 1000;

/// How often the texts of the input may be repeated, and the number of bytes that may
/// always be repeated.
const TEXTS: usize = 4;
const SHORT_TEXT: usize = 200;

/// Bytes of text that count as one keyword.
const TEXT_WEIGHT: usize = 32;

/// The remaining budget.
#[derive(Debug)]
pub(super) struct Budget {
    /// The weight of each schema.
    weights: Vec<usize>,
    steps: usize,
    members: usize,
    text: usize,
}

impl Budget {
    /// The budget for an input of these schemas.
    pub(super) fn new(schemas: &[Schema]) -> Self {
        let weights: Vec<usize> = schemas.iter().map(weight).collect();
        let total = weights.iter().sum::<usize>();
        Self {
            weights,
            steps: total * STEPS,
            members: total * MEMBERS + FREE_MEMBERS,
            text: total * TEXTS * TEXT_WEIGHT,
        }
    }

    /// The weight of the schemas of a view.
    pub(super) fn weight(&self, view: &View<'_>) -> usize {
        let ids = view.parts.iter().map(|(part, _)| part.at.schema);
        ids.map(|SchemaId(index)| self.weights[index]).sum()
    }

    /// Counts a visit of the schemas of `view`.
    pub(super) fn look_at(&mut self, view: &View<'_>) {
        self.steps = self.steps.saturating_sub(self.weight(view));
    }

    /// Whether the budget is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// Reserves `members` properties of combined types; false if there is no budget left.
    pub(super) fn may_combine(&mut self, members: usize) -> bool {
        let left = self.members.checked_sub(members);
        self.members = left.unwrap_or_default();
        left.is_some()
    }

    /// `text`, if it is short or may be repeated once more.
    pub(super) fn text(&mut self, text: &str) -> Option<String> {
        if text.len() > SHORT_TEXT {
            self.text = self.text.checked_sub(text.len())?;
        }
        Some(text.to_owned())
    }
}

/// The weight of a schema without those it refers to.
fn weight(schema: &Schema) -> usize {
    let Annotations {
        title, description, ..
    } = &schema.annotations;
    let General {
        enumeration,
        constant,
        ..
    } = &schema.general;
    let StringKeywords { pattern, .. } = &schema.string;
    let ObjectKeywords {
        properties,
        pattern_properties,
        required,
        dependencies,
        ..
    } = &schema.object;
    let texts = [title.as_ref(), description.as_ref()].into_iter().flatten();
    let text = texts.map(String::len).sum::<usize>()
        + pattern.as_ref().map_or(0, |pattern| pattern.source.len());
    let values = enumeration.iter().flatten().chain(constant);
    1 + text / TEXT_WEIGHT
        + values.map(size).sum::<usize>()
        + properties.len()
        + pattern_properties.len()
        + required.len()
        + dependencies.len()
        + schema.in_place().count()
}

/// The number of values in a value, itself included.
fn size(value: &serde_json::Value) -> usize {
    match value {
        serde_json::Value::String(text) => 1 + text.len() / TEXT_WEIGHT,
        serde_json::Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        serde_json::Value::Object(members) => {
            let members = members.iter();
            1 + members
                .map(|(name, value)| name.len() / TEXT_WEIGHT + size(value))
                .sum::<usize>()
        }
        _ => 1,
    }
}
