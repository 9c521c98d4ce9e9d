//! The schemas that a schema refers to.
//!
//! Each group of keywords is destructured in full, so none can be left out.

use crate::schema::{
    ArrayKeywords, Combinators, Condition, Dependency, Items, ObjectKeywords, Schema, SchemaId,
};

/// The role of a subschema in the schema that refers to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Describes values inside the instance: in `properties`, `items` and the like.
    Inside,
    /// Tests values inside the instance: in `contains` and `propertyNames`.
    TestInside,
    /// Describes the instance: in `allOf`, `anyOf` and `oneOf`.
    Combined,
    /// Describes the instance under a condition: in `then`, `else` and `dependencies`.
    Conditional,
    /// Tests the instance: in `if` and `not`.
    Test,
}

/// The keyword that refers to a subschema, with the name or index if it refers to several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slot<'s> {
    /// A property of `properties`, by its name.
    Property(&'s str),
    /// A pattern of `patternProperties`.
    Pattern(&'s str),
    /// `additionalProperties`.
    AdditionalProperties,
    /// `propertyNames`.
    PropertyNames,
    /// A property of `dependencies`, by its name.
    Dependency(&'s str),
    /// `items`, one schema for all items.
    Items,
    /// An item of `items`, by its index.
    Item(usize),
    /// `additionalItems`.
    AdditionalItems,
    /// `contains`.
    Contains,
    /// A schema of `allOf`, by its index.
    AllOf(usize),
    /// A schema of `anyOf`, by its index.
    AnyOf(usize),
    /// A schema of `oneOf`, by its index.
    OneOf(usize),
    /// `not`.
    Not,
    /// `if`.
    If,
    /// `then`.
    Then,
    /// `else`.
    Else,
}

impl Slot<'_> {
    /// The role of a subschema there.
    pub fn role(self) -> Role {
        match self {
            Self::Property(_)
            | Self::Pattern(_)
            | Self::AdditionalProperties
            | Self::Items
            | Self::Item(_)
            | Self::AdditionalItems => Role::Inside,
            Self::PropertyNames | Self::Contains => Role::TestInside,
            Self::AllOf(_) | Self::AnyOf(_) | Self::OneOf(_) => Role::Combined,
            Self::Dependency(_) | Self::Then | Self::Else => Role::Conditional,
            Self::Not | Self::If => Role::Test,
        }
    }

    /// Whether a schema there applies to the same instance as the schema that refers to it.
    fn is_in_place(self) -> bool {
        match self.role() {
            Role::Combined | Role::Conditional | Role::Test => true,
            Role::Inside | Role::TestInside => false,
        }
    }
}

impl Schema {
    /// All schemas that this one refers to, each with the keyword that does.
    pub fn subschemas(&self) -> Vec<(Slot<'_>, SchemaId)> {
        let mut found = Vec::new();
        of_objects(&self.object, &mut found);
        of_arrays(&self.array, &mut found);
        of_combinators(&self.combinators, &mut found);
        found
    }

    /// The schemas that apply to the same instance as this one.
    pub fn in_place(&self) -> impl Iterator<Item = SchemaId> {
        let all = self.subschemas().into_iter();
        all.filter(|(slot, _)| slot.is_in_place()).map(|(_, id)| id)
    }
}

fn of_objects<'s>(object: &'s ObjectKeywords, found: &mut Vec<(Slot<'s>, SchemaId)>) {
    let ObjectKeywords {
        properties,
        pattern_properties,
        additional_properties,
        required: _,
        property_names,
        min_properties: _,
        max_properties: _,
        dependencies,
    } = object;
    let properties = properties.iter();
    found.extend(properties.map(|(name, id)| (Slot::Property(name), *id)));
    let patterns = pattern_properties.iter();
    found.extend(patterns.map(|(pattern, id)| (Slot::Pattern(&pattern.source), *id)));
    found.extend(additional_properties.map(|id| (Slot::AdditionalProperties, id)));
    found.extend(dependencies.iter().filter_map(|(name, it)| match it {
        Dependency::Schema(id) => Some((Slot::Dependency(name), *id)),
        Dependency::Required(_) => None,
    }));
    found.extend(property_names.map(|id| (Slot::PropertyNames, id)));
}

fn of_arrays<'s>(array: &'s ArrayKeywords, found: &mut Vec<(Slot<'s>, SchemaId)>) {
    let ArrayKeywords {
        items,
        additional_items,
        min_items: _,
        max_items: _,
        unique_items: _,
        contains,
    } = array;
    match items {
        Some(Items::Each(id)) => found.push((Slot::Items, *id)),
        Some(Items::Tuple(ids)) => found.extend(numbered(ids, Slot::Item)),
        None => {}
    }
    found.extend(additional_items.map(|id| (Slot::AdditionalItems, id)));
    found.extend(contains.map(|id| (Slot::Contains, id)));
}

fn of_combinators(combinators: &Combinators, found: &mut Vec<(Slot<'_>, SchemaId)>) {
    let Combinators {
        all_of,
        any_of,
        one_of,
        not,
        condition,
    } = combinators;
    found.extend(numbered(all_of, Slot::AllOf));
    found.extend(numbered(any_of, Slot::AnyOf));
    found.extend(numbered(one_of, Slot::OneOf));
    found.extend(not.map(|id| (Slot::Not, id)));
    if let Some(Condition {
        condition,
        then,
        otherwise,
    }) = condition
    {
        found.push((Slot::If, *condition));
        found.extend(then.map(|id| (Slot::Then, id)));
        found.extend(otherwise.map(|id| (Slot::Else, id)));
    }
}

fn numbered<'s>(
    ids: &[SchemaId],
    slot: fn(usize) -> Slot<'s>,
) -> impl Iterator<Item = (Slot<'s>, SchemaId)> {
    let ids = ids.iter().enumerate();
    ids.map(move |(index, id)| (slot(index), *id))
}
