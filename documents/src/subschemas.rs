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

impl Role {
    /// Whether the schema applies to the same instance as the schema that refers to it.
    fn is_in_place(self) -> bool {
        match self {
            Self::Combined | Self::Conditional | Self::Test => true,
            Self::Inside | Self::TestInside => false,
        }
    }
}

impl Schema {
    /// All schemas that this one refers to, each with its role.
    pub fn subschemas(&self) -> Vec<(Role, SchemaId)> {
        let mut found = Vec::new();
        of_objects(&self.object, &mut found);
        of_arrays(&self.array, &mut found);
        of_combinators(&self.combinators, &mut found);
        found
    }

    /// The schemas that apply to the same instance as this one.
    pub fn in_place(&self) -> impl Iterator<Item = SchemaId> {
        let all = self.subschemas().into_iter();
        all.filter(|(role, _)| role.is_in_place()).map(|(_, id)| id)
    }
}

fn of_objects(object: &ObjectKeywords, found: &mut Vec<(Role, SchemaId)>) {
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
    let patterns = pattern_properties.iter().map(|(_, id)| id);
    let inside = properties
        .values()
        .chain(patterns)
        .chain(additional_properties);
    let conditional = dependencies.values().filter_map(|it| match it {
        Dependency::Schema(id) => Some(id),
        Dependency::Required(_) => None,
    });
    found.extend(inside.map(|id| (Role::Inside, *id)));
    found.extend(conditional.map(|id| (Role::Conditional, *id)));
    found.extend(property_names.map(|id| (Role::TestInside, id)));
}

fn of_arrays(array: &ArrayKeywords, found: &mut Vec<(Role, SchemaId)>) {
    let ArrayKeywords {
        items,
        additional_items,
        min_items: _,
        max_items: _,
        unique_items: _,
        contains,
    } = array;
    let items = match items {
        Some(Items::Each(id)) => std::slice::from_ref(id),
        Some(Items::Tuple(ids)) => ids,
        None => &[],
    };
    let inside = items.iter().chain(additional_items);
    found.extend(inside.map(|id| (Role::Inside, *id)));
    found.extend(contains.map(|id| (Role::TestInside, id)));
}

fn of_combinators(combinators: &Combinators, found: &mut Vec<(Role, SchemaId)>) {
    let Combinators {
        all_of,
        any_of,
        one_of,
        not,
        condition,
    } = combinators;
    let combined = all_of.iter().chain(any_of).chain(one_of);
    found.extend(combined.map(|id| (Role::Combined, *id)));
    found.extend(not.map(|id| (Role::Test, id)));
    if let Some(Condition {
        condition,
        then,
        otherwise,
    }) = condition
    {
        found.push((Role::Test, *condition));
        found.extend(
            then.iter()
                .chain(otherwise)
                .map(|id| (Role::Conditional, *id)),
        );
    }
}
