//! Payload types as JSON Schemas, for the feature `schemars`.
//!
//! The schema of a generated type lets the same values pass as the schema that
//! the type was generated from; these functions build it from the same rules
//! that validate.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use crate::payload::{OpenEnum, RawJson, RawJsonObject, Timestamp};
use crate::rule::{ItemsRule, MembersRule, Scalar, ScalarRule, StringRule};

impl StringRule {
    /// The schema of the strings that keep this rule.
    pub fn schema(&self) -> Schema {
        let mut schema = json_schema!({ "type": "string" });
        self.keywords(|keyword, limit| drop(schema.insert(keyword.to_owned(), limit)));
        schema
    }
}

impl<T: Scalar> ScalarRule<T> {
    /// The schema of the values that keep this rule.
    pub fn schema(&self) -> Schema {
        let mut schema = json_schema!({ "type": T::SCHEMA_TYPE });
        if let Some(least) = T::LEAST {
            schema.insert("minimum".to_owned(), least.into());
        }
        self.keywords(|keyword, limit| drop(schema.insert(keyword.to_owned(), limit)));
        schema
    }
}

/// The schema of an enum over strings.
pub fn open_enum<E: OpenEnum>() -> Schema {
    let known: Vec<&str> = E::KNOWN.iter().map(|(text, _)| *text).collect();
    json_schema!({ "type": "string", "enum": known })
}

/// The schema of values that keep all of `schemas`.
pub fn all_of<const N: usize>(schemas: [Schema; N]) -> Schema {
    combination("allOf", &schemas)
}

/// The schema of values that keep any of `schemas`.
pub fn any_of<const N: usize>(schemas: [Schema; N]) -> Schema {
    combination("anyOf", &schemas)
}

/// The schema of values that keep exactly one of `schemas`.
pub fn one_of<const N: usize>(schemas: [Schema; N]) -> Schema {
    combination("oneOf", &schemas)
}

fn combination(keyword: &str, schemas: &[Schema]) -> Schema {
    json_schema!({ keyword: schemas })
}

/// The schema of `null` and of the values that keep `schema`.
pub fn nullable(schema: Schema) -> Schema {
    any_of([json_schema!({ "type": "null" }), schema])
}

/// The schema of arrays that keep `rule`, of items that keep `item`.
pub fn array<T>(item: Schema, rule: &ItemsRule<T>) -> Schema {
    let mut schema = json_schema!({ "type": "array", "items": item });
    rule.keywords(|keyword, limit| drop(schema.insert(keyword.to_owned(), limit)));
    schema
}

/// The schema of objects that keep `rule`, with members of any name that keep
/// `value`.
pub fn map(value: Schema, rule: &MembersRule) -> Schema {
    let mut schema = json_schema!({ "type": "object", "additionalProperties": value });
    rule.keywords(|keyword, limit| drop(schema.insert(keyword.to_owned(), limit)));
    schema
}

/// The schema of objects as [`map`] has them, with names that keep `names`.
pub fn map_with_names(names: Schema, value: Schema, rule: &MembersRule) -> Schema {
    let mut schema = map(value, rule);
    schema.insert("propertyNames".to_owned(), names.into());
    schema
}

/// An object schema in the making.
#[derive(Debug)]
pub struct ObjectSchema {
    properties: Map<String, Value>,
    required: Vec<&'static str>,
    schema: Schema,
}

impl ObjectSchema {
    /// Objects with no other members than those that will be added.
    pub fn closed() -> Self {
        Self::with_rest(Schema::from(false))
    }

    /// Objects that may have more members, which keep `rest`.
    pub fn open(rest: Schema) -> Self {
        Self::with_rest(rest)
    }

    fn with_rest(rest: Schema) -> Self {
        Self {
            properties: Map::new(),
            required: Vec::new(),
            schema: json_schema!({ "type": "object", "additionalProperties": rest }),
        }
    }

    /// Adds a member that must be there.
    #[must_use]
    pub fn required(mut self, name: &'static str, schema: Schema) -> Self {
        self.required.push(name);
        self.optional(name, schema)
    }

    /// Adds a member that may be missing.
    #[must_use]
    pub fn optional(mut self, name: &'static str, schema: Schema) -> Self {
        self.properties.insert(name.to_owned(), schema.into());
        self
    }

    /// Limits how many members there are.
    #[must_use]
    pub fn limited(mut self, rule: &MembersRule) -> Self {
        rule.keywords(|keyword, limit| drop(self.schema.insert(keyword.to_owned(), limit)));
        self
    }

    /// The schema.
    pub fn build(mut self) -> Schema {
        self.schema
            .insert("properties".to_owned(), self.properties.into());
        self.schema
            .insert("required".to_owned(), self.required.into());
        self.schema
    }
}

macro_rules! implement {
    ($($name:ident: $schema:tt)*) => {
        $(
            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    json_schema!($schema)
                }
            }
        )*
    };
}

implement! {
    Timestamp: { "type": "string", "format": "date-time" }
    RawJsonObject: { "type": "object" }
    RawJson: {}
}
