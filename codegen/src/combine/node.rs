//! Sets of schemas.

use taskcluster_documents::reading::{Reading, Use};
use taskcluster_documents::schema::{JsonType, SchemaId};

/// One schema of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) at: Use,
    /// Whether its `anyOf` is left out, because one of the alternatives is chosen.
    pub(crate) without_any_of: bool,
    /// The same, for `oneOf`.
    pub(crate) without_one_of: bool,
    /// Whether it stands beside an alternative, whose values it does not describe.
    pub(crate) beside: bool,
}

/// Schemas that apply together; the first one is the place where they are used.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub(crate) parts: Vec<Part>,
    /// Restricts instances to one of the types that the schemas allow.
    pub(crate) only: Option<JsonType>,
    /// Whether the schemas are alternatives, between which the enclosing schema decides.
    pub(crate) is_choice: bool,
    /// Whether values of none of the alternatives are valid, too.
    pub(crate) is_open: bool,
}

/// `anyOf` or `oneOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    AnyOf,
    OneOf,
}

impl Part {
    /// All keywords of a schema.
    pub(crate) fn whole(at: Use) -> Self {
        Self {
            at,
            without_any_of: false,
            without_one_of: false,
            beside: false,
        }
    }

    /// Whether all keywords of the schema apply.
    pub(crate) fn is_whole(&self) -> bool {
        !self.without_any_of && !self.without_one_of
    }

    pub(super) fn has(&self, choice: Choice) -> bool {
        match choice {
            Choice::AnyOf => !self.without_any_of,
            Choice::OneOf => !self.without_one_of,
        }
    }
}

impl Node {
    /// The node of one schema, which describes values.
    pub(crate) fn of(id: SchemaId) -> Self {
        Self::all(&[id])
    }

    /// The node of several schemas, at least one, each of which describes values.
    pub(crate) fn all(ids: &[SchemaId]) -> Self {
        Self::together(ids.iter().map(|&schema| Use {
            schema,
            reading: Reading::Described,
        }))
    }

    /// The node of one schema, as it is used.
    pub(crate) fn at(at: Use) -> Self {
        Self::together([at])
    }

    /// The node of several schemas, as they are used.
    pub(crate) fn together(parts: impl IntoIterator<Item = Use>) -> Self {
        Self::new(parts.into_iter().map(Part::whole).collect())
    }

    pub(super) fn new(mut parts: Vec<Part>) -> Self {
        // All but the first are sorted, so equal sets are equal nodes.
        if let [first, rest @ ..] = parts.as_mut_slice() {
            rest.sort_unstable();
            let first = *first;
            let mut index = 0;
            parts.retain(|part| {
                index += 1;
                index == 1 || *part != first
            });
            parts.dedup();
        }
        Self {
            parts,
            only: None,
            is_choice: false,
            is_open: false,
        }
    }

    /// The node of alternatives, each of which describes values.
    pub(crate) fn any_of(ids: &[SchemaId], is_open: bool) -> Self {
        Self {
            is_choice: true,
            is_open,
            ..Self::all(ids)
        }
    }

    /// The single schema of the node with its use, if it has no other parts.
    pub(crate) fn only_use(&self) -> Option<Use> {
        match (self.parts.as_slice(), self.only) {
            ([part], None) if part.is_whole() && !self.is_choice => Some(part.at),
            _ => None,
        }
    }

    /// The schemas of all parts, as they are used.
    pub(crate) fn uses(&self) -> Vec<Use> {
        self.parts.iter().map(|part| part.at).collect()
    }

    /// The single schema of the node, if it has no other parts.
    pub(crate) fn schema(&self) -> Option<SchemaId> {
        self.only_use().map(|it| it.schema)
    }

    /// The same node, restricted to instances of one type.
    pub(crate) fn only(&self, only: JsonType) -> Self {
        Self {
            only: Some(only),
            ..self.clone()
        }
    }
}
