//! The schemas that apply to one value, and their keywords.

use serde_json::Value;

use super::lengths::Lengths;
use crate::rule::StringRule;
use crate::schema::{Keyword, Schema, Type};

/// Schemas that apply to one value.
#[derive(Default)]
pub(super) struct Parts(pub(super) Vec<&'static Schema>);

/// All types, the simplest first.
const TYPES: [Type; 7] = [
    Type::Null,
    Type::Boolean,
    Type::Integer,
    Type::Number,
    Type::String,
    Type::Array,
    Type::Object,
];

impl Parts {
    /// The keywords of all schemas.
    pub(super) fn keywords(&self) -> impl Iterator<Item = &'static Keyword> {
        self.0.iter().flat_map(|schema| schema.keywords())
    }

    /// The results of `find` for the keywords.
    pub(super) fn find_all<T>(
        &self,
        find: impl FnMut(&'static Keyword) -> Option<T>,
    ) -> impl Iterator<Item = T> {
        self.keywords().filter_map(find)
    }

    /// Whether there is a keyword that `is` accepts.
    pub(super) fn has(&self, is: impl Fn(&Keyword) -> bool) -> bool {
        self.keywords().any(is)
    }

    /// The values that an `enum` or `const` lists.
    pub(super) fn listed(&self) -> Option<Vec<Value>> {
        self.find_all(Keyword::listed).next()
    }

    /// The types that a value may have.
    pub(super) fn types(&self) -> Vec<Type> {
        let mut types = TYPES.to_vec();
        for keyword in self.keywords() {
            if let Keyword::Type(stated) = keyword {
                types.retain(|it| {
                    stated.contains(it) || *it == Type::Integer && stated.contains(&Type::Number)
                });
            }
        }
        types
    }

    /// Whether a string is a `date-time`.
    pub(super) fn has_time(&self) -> bool {
        self.has(|keyword| matches!(keyword, Keyword::DateTime))
    }

    /// The rules for strings.
    pub(super) fn rules(&self) -> Vec<&'static StringRule> {
        let rules = self.find_all(|keyword| match keyword {
            Keyword::String(rule) => Some(*rule),
            _ => None,
        });
        rules.collect()
    }

    /// The schemas of the item at `index`.
    pub(super) fn of_item(&self, index: usize) -> Vec<&'static Schema> {
        let parts = self.0.iter();
        parts.flat_map(|schema| schema.of_item(index)).collect()
    }

    /// The schemas of the property `name`.
    pub(super) fn of_property(&self, name: &str) -> Vec<&'static Schema> {
        let parts = self.0.iter();
        parts.flat_map(|schema| schema.of_property(name)).collect()
    }

    /// The names of the required properties.
    pub(super) fn required(&self) -> Vec<&'static str> {
        let lists = self.find_all(|keyword| match keyword {
            Keyword::Required(names) => Some(names.iter().copied()),
            _ => None,
        });
        lists.flatten().collect()
    }

    /// The names of the properties that have schemas of their own.
    pub(super) fn properties(&self) -> impl Iterator<Item = &'static str> {
        let lists = self.find_all(|keyword| match keyword {
            Keyword::Properties(properties) => Some(properties.iter().map(|(name, _)| *name)),
            _ => None,
        });
        lists.flatten()
    }

    /// Whether types keep properties that the schemas do not name. Each schema must have
    /// a subschema for them, or neither `properties` nor `additionalProperties`.
    pub(super) fn have_others(&self) -> bool {
        self.0.iter().all(|schema| {
            let states = |is: fn(&Keyword) -> bool| schema.keywords.iter().any(is);
            states(|it| matches!(it, Keyword::PatternProperties(_)))
                || states(|it| match it {
                    Keyword::AdditionalProperties(schema) => !schema.is_never(),
                    _ => false,
                })
                || !states(|it| {
                    matches!(
                        it,
                        Keyword::Properties(_) | Keyword::AdditionalProperties(_)
                    )
                })
        })
    }
}

impl Lengths {
    /// The allowed numbers of items in an array.
    pub(super) fn of_items(parts: &Parts) -> Self {
        Self::of(parts, |keyword| match keyword {
            Keyword::MinItems(limit) => (Some(*limit), None),
            Keyword::MaxItems(limit) => (None, Some(*limit)),
            _ => (None, None),
        })
    }

    /// The allowed numbers of properties in an object.
    pub(super) fn of_properties(parts: &Parts) -> Self {
        Self::of(parts, |keyword| match keyword {
            Keyword::MinProperties(limit) => (Some(*limit), None),
            Keyword::MaxProperties(limit) => (None, Some(*limit)),
            _ => (None, None),
        })
    }

    fn of(parts: &Parts, limits: fn(&Keyword) -> (Option<u64>, Option<u64>)) -> Self {
        parts.keywords().fold(Self::ANY, |lengths, keyword| {
            let (least, most) = limits(keyword);
            lengths.and(least, most)
        })
    }
}
