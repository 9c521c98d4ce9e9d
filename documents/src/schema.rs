//! Schemas as written, keyword by keyword.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Number, Value};

use crate::pattern::{Form, Format};
use crate::place::Place;

/// The place of a schema: its document, and a pointer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Home {
    /// The normalised id, such as `queue/v1/task.json`.
    pub document: String,
    /// The JSON pointer in the document.
    pub pointer: String,
}

/// Index of a schema in [`Resolved::schemas`](crate::Resolved::schemas).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub usize);

/// A type of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum JsonType {
    /// `null`.
    Null,
    /// `boolean`.
    Boolean,
    /// `integer`: a number without a fraction, `1.0` included.
    Integer,
    /// `number`.
    Number,
    /// `string`.
    String,
    /// `array`.
    Array,
    /// `object`.
    Object,
}

impl JsonType {
    const ALL: [Self; 7] = [
        Self::Null,
        Self::Boolean,
        Self::Integer,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    /// The type named `name`.
    pub(crate) fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|it| it.name() == name)
    }

    /// The name of the type.
    pub fn name(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::String => "string",
            Self::Array => "array",
            Self::Object => "object",
        }
    }
}

/// One schema of draft-06 or draft-07, by groups of keywords.
///
/// `$ref` is followed: a [`SchemaId`] is that of the schema it leads to. To prove
/// that all keywords are handled, take the groups apart without `..`.
#[derive(Clone, Debug)]
pub struct Schema {
    /// The location of the schema in the input.
    pub place: Place,
    /// The location of the schema among the documents.
    pub home: Home,
    /// `title`, `description` and `default`.
    pub annotations: Annotations,
    /// Keywords for instances of every type.
    pub general: General,
    /// Keywords for strings.
    pub string: StringKeywords,
    /// Keywords for numbers.
    pub number: NumberKeywords,
    /// Keywords for arrays.
    pub array: ArrayKeywords,
    /// Keywords for objects.
    pub object: ObjectKeywords,
    /// Keywords that combine schemas.
    pub combinators: Combinators,
}

/// Keywords that constrain nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Annotations {
    /// `title`.
    pub title: Option<String>,
    /// `description`.
    pub description: Option<String>,
    /// `default`.
    pub default: Option<Value>,
}

/// Keywords for instances of every type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct General {
    /// Whether this is the schema `false`.
    pub never: bool,
    /// `type`.
    pub types: Option<BTreeSet<JsonType>>,
    /// `enum`.
    pub enumeration: Option<Vec<Value>>,
    /// `const`.
    pub constant: Option<Value>,
}

impl General {
    /// Whether `type` states only this type.
    pub fn is_only(&self, only: JsonType) -> bool {
        self.types == Some([only].into())
    }
}

/// A `pattern`, and the strings it matches.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The pattern.
    pub source: String,
    /// The strings it matches.
    pub form: Arc<Form>,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.source == other.source
    }
}

impl Eq for Pattern {}

/// Keywords for strings.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct StringKeywords {
    /// `minLength`, in code points.
    pub min_length: Option<u64>,
    /// `maxLength`, in code points.
    pub max_length: Option<u64>,
    /// `pattern`.
    pub pattern: Option<Pattern>,
    /// `format`, of those that constrain strings.
    pub format: Option<Format>,
}

/// Keywords for numbers. The boolean exclusive bounds of draft-04 are read, too.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NumberKeywords {
    /// `minimum`.
    pub minimum: Option<Number>,
    /// `maximum`.
    pub maximum: Option<Number>,
    /// `exclusiveMinimum`.
    pub exclusive_minimum: Option<Number>,
    /// `exclusiveMaximum`.
    pub exclusive_maximum: Option<Number>,
    /// `multipleOf`.
    pub multiple_of: Option<Number>,
}

/// Keywords for arrays.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArrayKeywords {
    /// `items`.
    pub items: Option<Items>,
    /// `additionalItems`; without effect unless `items` is a list.
    pub additional_items: Option<SchemaId>,
    /// `minItems`.
    pub min_items: Option<u64>,
    /// `maxItems`.
    pub max_items: Option<u64>,
    /// `uniqueItems`.
    pub unique_items: bool,
    /// `contains`.
    pub contains: Option<SchemaId>,
}

/// `items`.
#[derive(Clone, Debug, PartialEq)]
pub enum Items {
    /// One schema for all items.
    Each(SchemaId),
    /// A schema for each of the first items.
    Tuple(Vec<SchemaId>),
}

/// Keywords for objects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ObjectKeywords {
    /// `properties`.
    pub properties: BTreeMap<String, SchemaId>,
    /// `patternProperties`.
    pub pattern_properties: Vec<(Pattern, SchemaId)>,
    /// `additionalProperties`.
    pub additional_properties: Option<SchemaId>,
    /// `required`.
    pub required: BTreeSet<String>,
    /// `propertyNames`.
    pub property_names: Option<SchemaId>,
    /// `minProperties`.
    pub min_properties: Option<u64>,
    /// `maxProperties`.
    pub max_properties: Option<u64>,
    /// `dependencies`.
    pub dependencies: BTreeMap<String, Dependency>,
}

/// A value of `dependencies`.
#[derive(Clone, Debug, PartialEq)]
pub enum Dependency {
    /// Properties that must be present, too.
    Required(BTreeSet<String>),
    /// A schema that must hold, too.
    Schema(SchemaId),
}

/// Keywords that combine schemas.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Combinators {
    /// `allOf`.
    pub all_of: Vec<SchemaId>,
    /// `anyOf`; empty if absent.
    pub any_of: Vec<SchemaId>,
    /// `oneOf`; empty if absent.
    pub one_of: Vec<SchemaId>,
    /// `not`.
    pub not: Option<SchemaId>,
    /// `if` with `then` or `else`.
    pub condition: Option<Condition>,
}

/// `if`, with `then` or `else` or both.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// `if`.
    pub condition: SchemaId,
    /// `then`.
    pub then: Option<SchemaId>,
    /// `else`.
    pub otherwise: Option<SchemaId>,
}

impl Schema {
    /// The schema that is valid for every instance.
    pub fn any(place: Place, home: Home) -> Self {
        Self {
            place,
            home,
            annotations: Annotations::default(),
            general: General::default(),
            string: StringKeywords::default(),
            number: NumberKeywords::default(),
            array: ArrayKeywords::default(),
            object: ObjectKeywords::default(),
            combinators: Combinators::default(),
        }
    }

    /// The types that the keywords for instances of one type are for, and whether such a
    /// keyword restricts anything: many tools write "any value" as
    /// `additionalProperties: true`.
    pub fn kinds(&self, schemas: &[Self]) -> impl Iterator<Item = (JsonType, bool)> {
        let is_any = |id: &SchemaId| schemas[id.0].has_only(&Combinators::default());
        let zero = |count: Option<u64>| count.filter(|count| *count == 0);
        let string = StringKeywords {
            min_length: zero(self.string.min_length),
            ..StringKeywords::default()
        };
        let items = self.array.items.as_ref();
        let array = ArrayKeywords {
            items: items
                .filter(|it| matches!(it, Items::Each(id) if is_any(id)))
                .cloned(),
            min_items: zero(self.array.min_items),
            ..ArrayKeywords::default()
        };
        let object = ObjectKeywords {
            additional_properties: self.object.additional_properties.filter(is_any),
            property_names: self.object.property_names.filter(is_any),
            min_properties: zero(self.object.min_properties),
            ..ObjectKeywords::default()
        };
        let number = NumberKeywords::default();
        let has_string = self.string != StringKeywords::default();
        let has_array = self.array != ArrayKeywords::default();
        let has_object = self.object != ObjectKeywords::default();
        let kinds = [
            has_string.then_some((JsonType::String, self.string != string)),
            (self.number != number).then_some((JsonType::Number, true)),
            has_array.then_some((JsonType::Array, self.array != array)),
            has_object.then_some((JsonType::Object, self.object != object)),
        ];
        kinds.into_iter().flatten()
    }

    /// Whether all keywords of the schema that are no annotations are `combinators`.
    pub fn has_only(&self, combinators: &Combinators) -> bool {
        self.general == General::default()
            && self.string == StringKeywords::default()
            && self.number == NumberKeywords::default()
            && self.array == ArrayKeywords::default()
            && self.object == ObjectKeywords::default()
            && self.combinators == *combinators
    }

    /// The annotations of the schema `id`; if it only wraps another and has no texts, those
    /// of that one.
    pub fn annotations(schemas: &[Self], id: SchemaId) -> &Annotations {
        let it = &schemas[id.0];
        let has_texts = it.annotations.title.is_some() || it.annotations.description.is_some();
        let part = it.only_part().filter(|_| !has_texts);
        &schemas[part.unwrap_or(id).0].annotations
    }

    /// The only schema of `allOf`, if there is no other constraint.
    pub fn only_part(&self) -> Option<SchemaId> {
        let [only] = *self.combinators.all_of.as_slice() else {
            return None;
        };
        let alone = Combinators {
            all_of: vec![only],
            ..Combinators::default()
        };
        self.has_only(&alone).then_some(only)
    }
}
