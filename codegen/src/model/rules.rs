//! Rules: what a validated payload keeps beside its types.

use std::fmt;
use std::rc::Rc;

use taskcluster_documents::schema::{Pattern, SchemaId};

/// A rule where it is used.
#[derive(Clone, Debug)]
pub(crate) struct RuleUse {
    pub(crate) rule: Rc<Rule>,
    /// The name of the value that the rule is for.
    pub(crate) subject: String,
    /// Its name in the module of the type that uses it; empty until then.
    pub(crate) name: String,
    /// The schema whose keywords for strings are this rule, where it is one.
    pub(crate) schema: Option<SchemaId>,
}

/// A rule with its name.
#[derive(Clone, Debug)]
pub(crate) struct NamedRule {
    /// What had the name first: the key of a type, and a value in it.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) rule: Rc<Rule>,
}

/// A constraint that is checked when a payload is validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Text(TextRule),
    Unsigned(ScalarRule<u64>),
    Signed(ScalarRule<i64>),
    Integer(ScalarRule<i128>),
    Number(ScalarRule<Decimal>),
    Boolean(ScalarRule<bool>),
    Items(ItemsRule),
    Members(MembersRule),
}

/// A constraint on a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextRule {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<Pattern>,
    /// Formats of which the string has at least one; empty where any will do.
    pub(crate) formats: Vec<Pattern>,
    pub(crate) one_of: Option<OneOf<String>>,
}

/// A constraint on a number or a boolean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScalarRule<T> {
    pub(crate) minimum: Option<T>,
    pub(crate) maximum: Option<T>,
    pub(crate) exclusive_minimum: Option<T>,
    pub(crate) exclusive_maximum: Option<T>,
    pub(crate) multiple_of: Option<T>,
    pub(crate) one_of: Option<OneOf<T>>,
}

/// A number as its schema writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decimal(pub(crate) String);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The values of an `enum`, or the one of a `const`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOf<T> {
    pub(crate) constant: bool,
    pub(crate) values: Vec<T>,
}

/// A constraint on an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemsRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
    pub(crate) unique: bool,
}

/// A constraint on the number of an object's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MembersRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
}

impl<T> Default for ScalarRule<T> {
    fn default() -> Self {
        Self {
            minimum: None,
            maximum: None,
            exclusive_minimum: None,
            exclusive_maximum: None,
            multiple_of: None,
            one_of: None,
        }
    }
}
