//! The keywords of draft-06 and draft-07, with two of later and earlier drafts.

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
}

use Keyword::{Constraint, Description, Identity, List, Named, Schema, SchemaOrList};

const KEYWORDS: &[(&str, Keyword)] = &[
    ("$comment", Description),
    ("$defs", Named),
    ("$id", Identity),
    ("$ref", Constraint),
    ("$schema", Identity),
    ("additionalItems", Schema),
    ("additionalProperties", Schema),
    ("allOf", List),
    ("anyOf", List),
    ("const", Constraint),
    ("contains", Schema),
    ("contentEncoding", Description),
    ("contentMediaType", Description),
    ("default", Description),
    ("definitions", Named),
    ("dependencies", Named),
    ("description", Description),
    ("else", Schema),
    ("enum", Constraint),
    ("examples", Description),
    ("exclusiveMaximum", Constraint),
    ("exclusiveMinimum", Constraint),
    ("format", Constraint),
    ("id", Identity),
    ("if", Schema),
    ("items", SchemaOrList),
    ("maxItems", Constraint),
    ("maxLength", Constraint),
    ("maxProperties", Constraint),
    ("maximum", Constraint),
    ("minItems", Constraint),
    ("minLength", Constraint),
    ("minProperties", Constraint),
    ("minimum", Constraint),
    ("multipleOf", Constraint),
    ("not", Schema),
    ("oneOf", List),
    ("pattern", Constraint),
    ("patternProperties", Named),
    ("properties", Named),
    ("propertyNames", Schema),
    ("readOnly", Description),
    ("required", Constraint),
    ("then", Schema),
    ("title", Description),
    ("type", Constraint),
    ("uniqueItems", Constraint),
    ("writeOnly", Description),
];

impl Keyword {
    /// The purpose of the keyword `name`; `None` if the drafts do not define it.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let known = KEYWORDS.binary_search_by_key(&name, |(known, _)| known);
        known.ok().map(|index| KEYWORDS[index].1)
    }
}

#[cfg(test)]
mod tests {
    use super::KEYWORDS;

    #[test]
    fn keywords_are_in_order() {
        assert!(KEYWORDS.is_sorted_by_key(|(name, _)| name));
    }
}
