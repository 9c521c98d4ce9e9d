//! The keywords of JSON Schema, and those of OpenAPI.

use serde_json::Value;

/// The purpose of a keyword.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keyword {
    /// Distinguishes a schema from others, or from other documents.
    Identity,
    /// Describes values.
    Description,
    /// Constrains values.
    Constraint,
    /// Holds a schema.
    Schema,
    /// Holds a list of schemas.
    List,
    /// Holds a schema or a list of schemas.
    SchemaOrList,
    /// Holds schemas under names that the author chose.
    Named,
    /// Constrains values in a way that is not supported.
    Unsupported,
}

use Keyword::{Constraint, Description, Identity, List, Named, Schema, SchemaOrList, Unsupported};

const KEYWORDS: &[(&str, Keyword)] = &[
    ("$anchor", Identity),
    ("$comment", Description),
    ("$defs", Named),
    ("$dynamicAnchor", Identity),
    ("$dynamicRef", Unsupported),
    ("$id", Identity),
    ("$recursiveAnchor", Identity),
    ("$recursiveRef", Unsupported),
    ("$ref", Constraint),
    ("$schema", Identity),
    ("$vocabulary", Identity),
    ("additionalItems", Schema),
    ("additionalProperties", Schema),
    ("allOf", List),
    ("anyOf", List),
    ("const", Constraint),
    ("contains", Schema),
    ("contentEncoding", Description),
    ("contentMediaType", Description),
    ("contentSchema", Description),
    ("default", Description),
    ("definitions", Named),
    ("dependencies", Named),
    ("dependentRequired", Named),
    ("dependentSchemas", Named),
    ("deprecated", Description),
    ("description", Description),
    ("discriminator", Description),
    ("else", Schema),
    ("enum", Constraint),
    ("example", Description),
    ("examples", Description),
    ("exclusiveMaximum", Constraint),
    ("exclusiveMinimum", Constraint),
    ("externalDocs", Description),
    ("format", Constraint),
    ("id", Identity),
    ("if", Schema),
    ("items", SchemaOrList),
    ("maxContains", Unsupported),
    ("maxItems", Constraint),
    ("maxLength", Constraint),
    ("maxProperties", Constraint),
    ("maximum", Constraint),
    ("minContains", Unsupported),
    ("minItems", Constraint),
    ("minLength", Constraint),
    ("minProperties", Constraint),
    ("minimum", Constraint),
    ("multipleOf", Constraint),
    ("not", Schema),
    ("nullable", Constraint),
    ("oneOf", List),
    ("pattern", Constraint),
    ("patternProperties", Named),
    ("prefixItems", List),
    ("properties", Named),
    ("propertyNames", Schema),
    ("readOnly", Description),
    ("required", Constraint),
    ("then", Schema),
    ("title", Description),
    ("type", Constraint),
    ("unevaluatedItems", Unsupported),
    ("unevaluatedProperties", Unsupported),
    ("uniqueItems", Constraint),
    ("writeOnly", Description),
    ("xml", Description),
];

/// Keywords that draft-07 does not define.
const LATE: &[&str] = &[
    "$anchor",
    "$dynamicAnchor",
    "$dynamicRef",
    "$recursiveAnchor",
    "$recursiveRef",
    "$vocabulary",
    "contentSchema",
    "dependentRequired",
    "dependentSchemas",
    "maxContains",
    "minContains",
    "prefixItems",
    "unevaluatedItems",
    "unevaluatedProperties",
];

/// Whether the keyword `name` belongs to drafts after 07.
pub(crate) fn is_late(name: &str) -> bool {
    LATE.contains(&name)
}

impl Keyword {
    /// The purpose of the keyword `name`; `None` if no draft defines it.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let known = KEYWORDS.binary_search_by_key(&name, |(known, _)| known);
        known.ok().map(|index| KEYWORDS[index].1)
    }
}

/// The `$ref`s in `schema` and in all schemas inside it. Those in values, such as an
/// example of a schema, are none.
#[must_use]
pub fn references(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut waiting = vec![(schema, true)];
    while let Some((value, has_keywords)) = waiting.pop() {
        match value {
            Value::Array(items) => waiting.extend(items.iter().map(|item| (item, true))),
            Value::Object(members) => {
                found.extend(members.get("$ref").and_then(Value::as_str));
                for (name, member) in members {
                    let is_value = matches!(
                        name.as_str(),
                        "const" | "default" | "enum" | "example" | "examples" if has_keywords
                    );
                    // An unknown keyword may hold schemas that a `$ref` leads to, under any
                    // names.
                    let named = matches!(Keyword::of(name), Some(Named) | None);
                    if !is_value {
                        waiting.push((member, !(has_keywords && named)));
                    }
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{KEYWORDS, references};

    #[test]
    fn references_in_values_are_none() {
        let reference = |to: &str| json!({"$ref": to});
        let schema = json!({
            "properties": {"a": reference("1"), "default": reference("2"), "$ref": reference("3")},
            "items": [reference("4"), {"not": reference("5")}],
            "x-shared": {"enum": {"dependencies": {"const": reference("6")}}},
            "default": reference("none"),
            "const": {"properties": {"a": reference("none")}},
            "enum": [reference("none")],
            "additionalProperties": {"examples": [reference("none")]},
        });
        let mut found = references(&schema);
        found.sort_unstable();
        assert_eq!(found, ["1", "2", "3", "4", "5", "6"]);
    }

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, _)| name));
        assert!(
            super::LATE
                .iter()
                .all(|name| super::Keyword::of(name).is_some())
        );
    }
}
