//! What combining schemas may cost.
//!
//! Schemas multiply: each of a hundred alternatives may stand beside each of a hundred
//! properties. So work and output are bounded by the size of the input; what is beyond
//! gets a plain type, and its table checks it.

use taskcluster_documents::schema::{
    Annotations, General, ObjectKeywords, Schema, SchemaId, StringKeywords,
};

use crate::combine::View;

/// How often the keywords of the input may be looked at. Without combinations each is
/// looked at less than ten times.
const STEPS: usize = 32;

/// How many members and alternatives the types of combined schemas may have, for each
/// keyword of the input, and for every input.
const MEMBERS: usize = 1;
const FREE_MEMBERS: usize = 1000;

/// How often the texts of the input may be repeated, and how many bytes are always
/// repeated.
const TEXTS: usize = 4;
const SHORT_TEXT: usize = 200;

/// Bytes of text that weigh as much as a keyword.
const TEXT_WEIGHT: usize = 32;

/// What is left of the bounds.
#[derive(Debug)]
pub(super) struct Budget {
    /// How much each schema states.
    weights: Vec<usize>,
    steps: usize,
    members: usize,
    text: usize,
}

impl Budget {
    /// The bounds for an input of these schemas.
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

    /// How much the schemas of a view state together.
    pub(super) fn weight(&self, view: &View<'_>) -> usize {
        let ids = view.parts.iter().map(|(part, _)| part.at.schema);
        ids.map(|SchemaId(index)| self.weights[index]).sum()
    }

    /// Counts that the schemas of `view` are looked at.
    pub(super) fn look_at(&mut self, view: &View<'_>) {
        self.steps = self.steps.saturating_sub(self.weight(view));
    }

    /// Whether nothing more may be combined.
    pub(super) fn is_spent(&self) -> bool {
        self.steps == 0
    }

    /// Whether there may be so many more members of types of combined schemas.
    pub(super) fn may_combine(&mut self, members: usize) -> bool {
        let left = self.members.checked_sub(members);
        self.members = left.unwrap_or_default();
        left.is_some()
    }

    /// `text`, if it is short or may be written down once more.
    pub(super) fn text(&mut self, text: &str) -> Option<String> {
        if text.len() > SHORT_TEXT {
            self.text = self.text.checked_sub(text.len())?;
        }
        Some(text.to_owned())
    }
}

/// How much a schema states itself.
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

/// How many values there are in a value.
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
