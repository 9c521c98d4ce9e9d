//! The drafts of JSON Schema that documents state.

use serde_json::Value;

/// Parts of `$schema` that name a draft after 07, or an extension of one.
const LATE: &[&str] = &[
    "json-schema.org/draft/",
    "spec.openapis.org/oas/3.1/",
    "spec.openapis.org/oas/3.2/",
];

/// The draft that a schema states with `$schema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Draft {
    /// A draft up to 07, or a schema of schemas that extends one.
    Early,
    /// None. The schema is read as draft-07, and with the keywords of later drafts.
    Unstated,
    /// 2019-09 or later.
    Late,
}

impl Draft {
    /// The draft that a value of `$schema` names.
    pub(crate) fn of(stated: Option<&Value>) -> Self {
        match stated.and_then(Value::as_str) {
            Some(stated) if LATE.iter().any(|late| stated.contains(late)) => Self::Late,
            Some(_) => Self::Early,
            None => Self::Unstated,
        }
    }
}
