//! The drafts of JSON Schema that documents state.

use serde_json::{Map, Value};

/// Parts of `$schema` that name a draft in which ids have the keyword `id`.
const OLDEST: &[&str] = &[
    "json-schema.org/draft-03/",
    "json-schema.org/draft-04/",
    "json-schema.org/draft-05/",
];

/// Parts of `$schema` that name a draft after 07, or an extension of one.
const LATE: &[&str] = &[
    "json-schema.org/draft/",
    "spec.openapis.org/oas/3.1/",
    "spec.openapis.org/oas/3.2/",
];

/// The draft that a schema states with `$schema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Draft {
    /// A draft before 06.
    Oldest,
    /// Draft-06 or 07, or a schema of schemas that extends one.
    Early,
    /// None. The schema is read as draft-07, and with the keywords of later drafts.
    Unstated,
    /// 2019-09 or later.
    Late,
}

impl Draft {
    /// The draft that a value of `$schema` names.
    pub(crate) fn of(stated: Option<&Value>) -> Self {
        let Some(stated) = stated.and_then(Value::as_str) else {
            return Self::Unstated;
        };
        let names = |parts: &[&str]| parts.iter().any(|part| stated.contains(part));
        if names(LATE) {
            Self::Late
        } else if names(OLDEST) {
            Self::Oldest
        } else {
            Self::Early
        }
    }

    /// Whether it is draft-07 or an earlier one.
    pub(crate) fn is_early(self) -> bool {
        matches!(self, Self::Oldest | Self::Early)
    }

    /// The id of a schema with these keywords, in a document of this draft.
    pub(crate) fn id_of(self, keywords: &Map<String, Value>) -> Option<&str> {
        let text = |keyword| keywords.get(keyword).and_then(Value::as_str);
        match self {
            Self::Oldest => text("id"),
            Self::Early | Self::Late => text("$id"),
            Self::Unstated => text("$id").or_else(|| text("id")),
        }
    }
}
