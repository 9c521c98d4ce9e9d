//! A schema as it was written, keyword by keyword.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Number, Value};

use super::Mark;
use taskcluster_documents::Place;

/// Which document a schema belongs to, and where in it: what names are made of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Home {
    /// The normalised id, `queue/v1/task.json` for instance.
    pub(crate) document: String,
    /// The JSON pointer in it.
    pub(crate) pointer: String,
}

/// The number of a schema in [`Resolved::schemas`](super::Resolved::schemas).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SchemaId(pub(crate) usize);

/// The kinds of JSON values, with integers apart from other numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum JsonKind {
    Null,
    Boolean,
    Integer,
    Number,
    String,
    Array,
    Object,
}

/// A keyword's value, and its entry in the ledger.
#[derive(Clone, Debug)]
pub(crate) struct Marked<T> {
    pub(crate) value: T,
    pub(crate) mark: Mark,
}

/// One schema. Everything is optional, and an empty schema allows any value.
#[derive(Clone, Debug)]
pub(crate) struct Schema {
    pub(crate) place: Place,
    pub(crate) home: Home,
    /// What a schema was merged with that is used elsewhere, too: tells the types
    /// apart that are made of it.
    pub(crate) beside: Vec<Home>,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// The schema `false`, which allows no value.
    pub(crate) never: Option<Mark>,
    pub(crate) kinds: Option<Marked<BTreeSet<JsonKind>>>,
    /// `enum` and `const`; a value must be in every list.
    pub(crate) values: Vec<Marked<Vec<Value>>>,
    /// Which of `values` is a `const`, to be told apart from an `enum` of one.
    pub(crate) constant: Option<Mark>,
    pub(crate) text: TextWords,
    pub(crate) number: NumberWords,
    pub(crate) array: ArrayWords,
    pub(crate) object: ObjectWords,
    /// `allOf`: the schemas that must hold besides.
    pub(crate) parts: Vec<SchemaId>,
    pub(crate) parts_mark: Option<Mark>,
    pub(crate) alternatives: Vec<Combination>,
}

/// `anyOf` or `oneOf`.
#[derive(Clone, Debug)]
pub(crate) struct Combination {
    pub(crate) keyword: &'static str,
    pub(crate) branches: Marked<Vec<SchemaId>>,
}

/// The keywords for strings.
#[derive(Clone, Debug, Default)]
pub(crate) struct TextWords {
    pub(crate) min_length: Option<Marked<u64>>,
    pub(crate) max_length: Option<Marked<u64>>,
    pub(crate) patterns: Vec<Marked<String>>,
    /// For each `format` that must hold, the formats of which one is enough.
    pub(crate) formats: Vec<Marked<Vec<String>>>,
}

/// The keywords for numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct NumberWords {
    pub(crate) minimum: Option<Marked<Number>>,
    pub(crate) maximum: Option<Marked<Number>>,
    pub(crate) exclusive_minimum: Option<Marked<Number>>,
    pub(crate) exclusive_maximum: Option<Marked<Number>>,
    pub(crate) multiple_of: Option<Marked<Number>>,
}

/// The keywords for arrays.
#[derive(Clone, Debug, Default)]
pub(crate) struct ArrayWords {
    pub(crate) items: Option<Marked<SchemaId>>,
    pub(crate) min_items: Option<Marked<u64>>,
    pub(crate) max_items: Option<Marked<u64>>,
    pub(crate) unique_items: Option<Mark>,
}

/// The keywords for objects.
#[derive(Clone, Debug, Default)]
pub(crate) struct ObjectWords {
    pub(crate) properties: BTreeMap<String, SchemaId>,
    pub(crate) properties_mark: Option<Mark>,
    pub(crate) required: BTreeSet<String>,
    pub(crate) required_marks: Vec<Mark>,
    pub(crate) additional: Option<Marked<Additional>>,
    pub(crate) property_names: Option<Marked<SchemaId>>,
    pub(crate) min_properties: Option<Marked<u64>>,
    pub(crate) max_properties: Option<Marked<u64>>,
}

/// `additionalProperties`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Additional {
    Forbidden,
    Allowed,
    Each(SchemaId),
}

impl Schema {
    /// Where the schema stands, and everything that it was merged with.
    pub(crate) fn homes(&self) -> impl Iterator<Item = &Home> {
        std::iter::once(&self.home).chain(&self.beside)
    }

    /// The schema that allows any value.
    pub(crate) fn any(place: Place, home: Home) -> Self {
        Self {
            place,
            home,
            beside: Vec::new(),
            title: None,
            description: None,
            never: None,
            kinds: None,
            values: Vec::new(),
            constant: None,
            text: TextWords::default(),
            number: NumberWords::default(),
            array: ArrayWords::default(),
            object: ObjectWords::default(),
            parts: Vec::new(),
            parts_mark: None,
            alternatives: Vec::new(),
        }
    }
}
