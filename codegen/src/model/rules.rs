//! Rules: what a validated payload keeps beside its types.

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
    Scalar(Scalar, ScalarRule),
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
    pub(crate) one_of: Option<OneOf>,
}

/// The types of numbers and booleans.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scalar {
    Boolean,
    /// An integer of 64 bits, not negative.
    Unsigned,
    /// An integer of 64 bits.
    Signed,
    /// An integer that holds all signed and unsigned ones of 64 bits.
    Integer,
    Number,
}

/// A constraint on a number or a boolean, with all values as they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ScalarRule {
    pub(crate) minimum: Option<String>,
    pub(crate) maximum: Option<String>,
    pub(crate) exclusive_minimum: Option<String>,
    pub(crate) exclusive_maximum: Option<String>,
    pub(crate) multiple_of: Option<String>,
    pub(crate) one_of: Option<OneOf>,
}

/// The values of an `enum`, or the one of a `const`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOf {
    pub(crate) constant: bool,
    pub(crate) values: Vec<String>,
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
