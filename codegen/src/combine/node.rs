//! Sets of schemas.

use taskcluster_documents::schema::{JsonType, SchemaId};

use super::View;
use crate::reading::{Reading, Use};

/// One schema of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Part {
    pub(crate) at: Use,
    /// Whether its `anyOf` is left out, since one of the alternatives is chosen.
    pub(crate) without_any_of: bool,
    /// The same for `oneOf`.
    pub(crate) without_one_of: bool,
    /// Whether it is beside an alternative, which it does not describe.
    pub(crate) beside: bool,
}

/// Schemas that apply together; the first one is where they meet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Node {
    pub(crate) parts: Vec<Part>,
    /// The only type of instances, of those that the schemas allow.
    pub(crate) only: Option<JsonType>,
    /// Whether the schemas are alternatives, between which the schema around decides.
    pub(crate) is_choice: bool,
}

/// `anyOf` or `oneOf`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    AnyOf,
    OneOf,
}

impl Part {
    /// All of a schema.
    pub(crate) fn whole(at: Use) -> Self {
        Self {
            at,
            without_any_of: false,
            without_one_of: false,
            beside: false,
        }
    }

    /// Whether nothing of the schema is left out.
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

    /// The node of several schemas, of which there is at least one, and of which each
    /// describes values.
    pub(crate) fn all(ids: &[SchemaId]) -> Self {
        Self::together(ids.iter().map(|&schema| Use {
            schema,
            reading: Reading::Described,
        }))
    }

    /// The node of one schema where it is used.
    pub(crate) fn at(at: Use) -> Self {
        Self::together([at])
    }

    /// The node of several schemas where they are used.
    pub(crate) fn together(parts: impl IntoIterator<Item = Use>) -> Self {
        Self::new(parts.into_iter().map(Part::whole).collect())
    }

    fn new(mut parts: Vec<Part>) -> Self {
        // All but the first are in order, so that equal sets are equal nodes.
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
        }
    }

    /// The node of alternatives, of which each describes values.
    pub(crate) fn any_of(ids: &[SchemaId]) -> Self {
        Self {
            is_choice: true,
            ..Self::all(ids)
        }
    }

    /// The use of a schema that the node is, if it is one.
    pub(crate) fn only_use(&self) -> Option<Use> {
        match (self.parts.as_slice(), self.only) {
            ([part], None) if part.is_whole() && !self.is_choice => Some(part.at),
            _ => None,
        }
    }

    /// The schemas of all parts.
    pub(crate) fn schemas(&self) -> Vec<SchemaId> {
        self.parts.iter().map(|part| part.at.schema).collect()
    }

    /// The schema of the node, if it is one.
    pub(crate) fn schema(&self) -> Option<SchemaId> {
        self.only_use().map(|it| it.schema)
    }

    /// The same node, for instances of one type only.
    pub(crate) fn only(&self, only: JsonType) -> Self {
        Self {
            only: Some(only),
            ..self.clone()
        }
    }

    /// The node without one choice, which the part at `chooser` of its view makes,
    /// and with one of its alternatives. That comes first, unless the node
    /// `describes` it.
    pub(crate) fn choose(
        &self,
        view: &View<'_>,
        chooser: SchemaId,
        choice: Choice,
        branch: Use,
        describes: bool,
    ) -> Self {
        let without = view.parts.iter().map(|(part, _)| {
            let chosen = part.at.schema == chooser;
            Part {
                without_any_of: part.without_any_of || chosen && choice == Choice::AnyOf,
                without_one_of: part.without_one_of || chosen && choice == Choice::OneOf,
                beside: part.beside || !describes,
                ..*part
            }
        });
        let alternative = std::iter::once(Part::whole(branch));
        let parts = match describes {
            true => without.chain(alternative).collect(),
            false => alternative.chain(without).collect(),
        };
        Self {
            only: self.only,
            ..Self::new(parts)
        }
    }
}
