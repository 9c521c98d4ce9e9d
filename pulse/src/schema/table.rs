//! A JSON Schema of draft-06 or draft-07 as static data.

use crate::rule::{Matcher, StringRule};
use crate::value::OpenEnum;

/// A JSON Schema of draft-06 or draft-07: the keywords that it states.
///
/// A table mirrors the JSON one to one: a keyword of the schema is a [`Keyword`] of the
/// table, with the same meaning, including that it ignores instances of other types.
/// Annotations are left out, and so are keywords beside `$ref`. A reference is a Rust
/// reference to another table, so that recursive schemas are recursive statics:
///
/// ```
/// use taskcluster_pulse::__private::{Keyword, Schema, Type};
///
/// static TREE: Schema = Schema::named("trees::Tree", &[
///     Keyword::Type(&[Type::Object]),
///     Keyword::Properties(&[
///         ("label", &Schema::STRING),
///         ("left", &TREE),
///         ("right", &TREE),
///     ]),
///     Keyword::Required(&["label"]),
///     Keyword::AdditionalProperties(&Schema::NEVER),
/// ]);
/// ```
#[derive(Debug)]
pub struct Schema {
    /// Name of the schema among the definitions of a printed schema; empty if the
    /// schema is written where it is used. Each table that is part of a cycle has
    /// a name, and no two tables of a crate have the same.
    #[cfg_attr(
        not(feature = "schemars"),
        expect(dead_code, reason = "only printing needs it")
    )]
    pub(crate) name: &'static str,
    pub(crate) keywords: &'static [Keyword],
    /// One more keyword for strings. A list can't have it, because it is the argument of a
    /// constructor, not a constant.
    last: Option<Keyword>,
}

impl Schema {
    /// The schema `true`: every instance is valid.
    pub const ANY: Self = Self::new(&[]);

    /// The schema `false`: no instance is valid.
    pub const NEVER: Self = Self::new(&[Keyword::Never]);

    /// `{"type": "null"}`.
    pub const NULL: Self = Self::new(&[Keyword::Type(&[Type::Null])]);

    /// `{"type": "boolean"}`.
    pub const BOOLEAN: Self = Self::new(&[Keyword::Type(&[Type::Boolean])]);

    /// `{"type": "integer"}`.
    pub const INTEGER: Self = Self::new(&[Keyword::Type(&[Type::Integer])]);

    /// `{"type": "number"}`.
    pub const NUMBER: Self = Self::new(&[Keyword::Type(&[Type::Number])]);

    /// `{"type": "string"}`.
    pub const STRING: Self = Self::new(&[Keyword::Type(&[Type::String])]);

    /// `{"type": "string", "format": "date-time"}`.
    pub const DATE_TIME: Self = Self::new(&[Keyword::Type(&[Type::String]), Keyword::DateTime]);

    /// `{"type": "object"}`.
    pub const OBJECT: Self = Self::new(&[Keyword::Type(&[Type::Object])]);

    /// A schema with `keywords`, printed where it is used.
    pub const fn new(keywords: &'static [Keyword]) -> Self {
        Self::named("", keywords)
    }

    /// A schema with `keywords`, printed once, as the definition `name`.
    pub const fn named(name: &'static str, keywords: &'static [Keyword]) -> Self {
        Self {
            name,
            keywords,
            last: None,
        }
    }

    /// The strings of an enum: `{"type": "string", "enum": […]}`.
    pub const fn open_enum<E: OpenEnum>() -> Self {
        Self {
            last: Some(Keyword::Known(KnownStrings(known_string::<E>))),
            ..Self::STRING
        }
    }

    /// The strings that satisfy `rule`: `{"type": "string", …}`.
    pub const fn text(rule: &'static StringRule) -> Self {
        Self {
            last: Some(Keyword::String(rule)),
            ..Self::STRING
        }
    }

    /// All keywords.
    pub(crate) fn keywords(&self) -> impl Iterator<Item = &Keyword> {
        self.keywords.iter().chain(&self.last)
    }
}

fn known_string<E: OpenEnum>(index: usize) -> Option<&'static str> {
    E::KNOWN.get(index).map(|(text, _)| *text)
}

/// One keyword of a [`Schema`], with its value.
///
/// Numbers and other JSON values are given as their text, so that no digit is lost.
#[derive(Debug)]
pub enum Keyword {
    /// No instance is valid: the schema `false`.
    Never,
    /// `type`: the instance has one of these types.
    Type(&'static [Type]),
    /// `enum`: the instance equals one of these values.
    Enum(&'static [&'static str]),
    /// `enum` with the strings of an [`OpenEnum`]; see [`Schema::open_enum`].
    Known(KnownStrings),
    /// `const`: the instance equals this value.
    Const(&'static str),
    /// All keywords of a rule for strings: lengths, `pattern`, `format`, `enum` and `const`.
    /// Ignores instances that are not strings, also if the rule lists strings; see
    /// [`Schema::text`] for strings alone.
    String(&'static StringRule),
    /// `format` with the value `date-time`, checked by parsing a
    /// [`Timestamp`](crate::Timestamp).
    DateTime,
    /// `multipleOf`.
    MultipleOf(&'static str),
    /// `minimum`.
    Minimum(&'static str),
    /// `maximum`.
    Maximum(&'static str),
    /// `exclusiveMinimum`.
    ExclusiveMinimum(&'static str),
    /// `exclusiveMaximum`.
    ExclusiveMaximum(&'static str),
    /// `items` with one schema, for all items.
    Items(&'static Schema),
    /// `items` with a list of schemas, one for each of the first items.
    Tuple(&'static [&'static Schema]),
    /// `additionalItems`: the schema of the items after those of [`Self::Tuple`];
    /// ignored without it.
    AdditionalItems(&'static Schema),
    /// `contains`: at least one item is valid.
    Contains(&'static Schema),
    /// `minItems`.
    MinItems(u64),
    /// `maxItems`.
    MaxItems(u64),
    /// `uniqueItems` with the value `true`.
    UniqueItems,
    /// `properties`.
    Properties(&'static [(&'static str, &'static Schema)]),
    /// `patternProperties`: sources, compiled sources, schemas.
    PatternProperties(&'static [(&'static str, Matcher, &'static Schema)]),
    /// `additionalProperties`: the schema of the properties that neither
    /// [`Self::Properties`] nor [`Self::PatternProperties`] of the same table name.
    AdditionalProperties(&'static Schema),
    /// `required`.
    Required(&'static [&'static str]),
    /// `propertyNames`.
    PropertyNames(&'static Schema),
    /// `minProperties`.
    MinProperties(u64),
    /// `maxProperties`.
    MaxProperties(u64),
    /// `dependencies`: requirements for objects that have a property.
    Dependencies(&'static [(&'static str, Dependency)]),
    /// `allOf`.
    AllOf(&'static [&'static Schema]),
    /// `anyOf`.
    AnyOf(&'static [&'static Schema]),
    /// `oneOf`.
    OneOf(&'static [&'static Schema]),
    /// `not`.
    Not(&'static Schema),
    /// `if`, `then` and `else`; [`Schema::ANY`] for a missing branch.
    If {
        /// `if`.
        condition: &'static Schema,
        /// `then`.
        then: &'static Schema,
        /// `else`.
        otherwise: &'static Schema,
    },
}

/// The strings of an [`OpenEnum`], which are stored only once: the function returns the
/// one at an index.
#[derive(Clone, Copy, Debug)]
pub struct KnownStrings(fn(usize) -> Option<&'static str>);

impl KnownStrings {
    /// The strings, in the order of the schema.
    pub(super) fn iter(self) -> impl Iterator<Item = &'static str> {
        (0..).map_while(self.0)
    }
}

/// A type of JSON Schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Type {
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

/// A condition of `dependencies` for objects that have a certain property.
#[derive(Debug)]
pub enum Dependency {
    /// The object must also have these properties.
    Required(&'static [&'static str]),
    /// The object must be valid against this schema.
    Schema(&'static Schema),
}
