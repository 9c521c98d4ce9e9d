//! Rules: constraints of a payload that its types do not express.

use std::rc::Rc;

use taskcluster_documents::pattern::Format;
use taskcluster_documents::schema::{Pattern, SchemaId};

/// A rule with the place that uses it.
#[derive(Clone, Debug)]
pub(crate) struct RuleUse {
    pub(crate) rule: Rc<Rule>,
    /// The name of the value that the rule constrains.
    pub(crate) subject: String,
    /// Its name in the module of the type that uses it; set by `types::naming`.
    pub(crate) name: String,
    /// The schema whose string keywords are exactly this rule, if any.
    pub(crate) schema: Option<SchemaId>,
}

/// A rule with its name.
#[derive(Clone, Debug)]
pub(crate) struct NamedRule {
    /// The key of the type and the value in it that had the name first.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) rule: Rc<Rule>,
}

/// A constraint that is checked when a payload is validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Text(TextRule),
    Scalar(Scalar, ScalarRule),
    /// The number of an array's items, and whether all of them differ.
    Items {
        counts: Counts,
        unique: bool,
    },
    /// The number of an object's properties.
    Properties(Counts),
}

/// A constraint on a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextRule {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<Pattern>,
    /// Alternative formats, one of which the string has; empty if it has no format.
    pub(crate) formats: Vec<Format>,
    pub(crate) one_of: Option<OneOf>,
}

/// The types of numbers and booleans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Boolean,
    /// An unsigned integer of 64 bits.
    Unsigned,
    /// A signed integer of 64 bits.
    Signed,
    /// An integer that holds all signed and unsigned integers of 64 bits.
    Integer,
    Number,
}

/// A constraint on a number or a boolean; its values are kept as written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScalarRule {
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) exclusive_minimum: Option<String>,
    pub(crate) exclusive_maximum: Option<String>,
    pub(crate) multiple_of: Option<String>,
    pub(crate) one_of: Option<OneOf>,
}

/// The values of an `enum`, or the value of a `const`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOf {
    pub(crate) constant: bool,
    pub(crate) values: Vec<String>,
}

/// Limits on a number of items or properties.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
}

impl RuleUse {
    /// A rule without a name yet, which constrains the value `subject`.
    pub(crate) fn new(rule: Rule, subject: &str) -> Self {
        Self {
            rule: Rc::new(rule),
            subject: subject.to_owned(),
            name: String::new(),
            schema: None,
        }
    }
}

impl Counts {
    /// Whether there is a limit.
    pub(crate) fn is_limited(self) -> bool {
        self != Self::default()
    }
}
