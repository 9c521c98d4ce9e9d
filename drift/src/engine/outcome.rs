//! Answers of the engine.

use serde_json::Value;

use super::budget::Exhausted;
use super::limits::{MAX_EVALUATED_NESTING, MAX_STEPS, MAX_STEPS_OF_ALL};

/// Whether a set of constraints has an instance.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outcome {
    /// An instance.
    Found(Value),
    /// No instance exists.
    Empty,
    /// Not known, for this reason.
    Unknown(String),
}

impl Outcome {
    /// The outcome for formulas that nest too deeply to be evaluated.
    pub(super) fn too_deep() -> Self {
        Self::Unknown(format!(
            "schemas nest more than {MAX_EVALUATED_NESTING} deep"
        ))
    }

    /// The outcome of a choice between this and `other`.
    pub(super) fn or(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Found(_) => self,
            Self::Empty => other(),
            Self::Unknown(_) => match other() {
                Self::Empty => self,
                better => better,
            },
        }
    }

    /// The outcome of a choice between this and `other`, the smaller of two instances.
    pub(super) fn or_smaller(self, other: Self) -> Self {
        let size = |value: &Value| {
            let text = value.to_string();
            (text.len(), text)
        };
        match (&self, &other) {
            (Self::Found(this), Self::Found(that)) if size(that) < size(this) => other,
            _ => self.or(|| other),
        }
    }
}

impl From<Exhausted> for Outcome {
    fn from(Exhausted: Exhausted) -> Self {
        Self::Unknown(format!(
            "the comparison takes more than {MAX_STEPS} steps, or all together more than \
             {MAX_STEPS_OF_ALL}"
        ))
    }
}
