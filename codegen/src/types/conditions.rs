//! Properties that only `then` and `else` name.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::schema::SchemaId;

use super::builder::TypeBuilder;
use crate::combine::{Node, View};
use crate::model::{Kind, Value};

/// The schemas of one property in the branches of conditions.
#[derive(Debug, Default)]
pub(super) struct Conditional {
    /// The schemas that it may have, the first of which describes it.
    pub(super) schemas: Vec<SchemaId>,
    /// The same, each without what only describes it.
    plain: BTreeSet<SchemaId>,
    /// Whether one of them applies in any case; otherwise the property may have any
    /// value.
    is_certain: bool,
}

/// The schema of a property in one branch.
enum InBranch {
    /// A schema, and the same without what only describes it.
    Schema(SchemaId, SchemaId),
    Never,
    /// No schema, or more than one.
    Anything,
}

impl<'s> TypeBuilder<'s> {
    /// The properties that only branches of conditions name.
    pub(super) fn conditional(&mut self, view: &View<'s>) -> BTreeMap<&'s String, Conditional> {
        let named = view.names();
        let mut properties: BTreeMap<&String, Conditional> = BTreeMap::new();
        for (part, schema) in &view.parts {
            let Some(condition) = &schema.combinators.condition else {
                continue;
            };
            let branches = [condition.then, condition.otherwise].map(|branch| {
                let at = self.readings.at(branch?, part.at.reading.part());
                Some(self.view(&Node::at(at)))
            });
            let names = branches.iter().flatten().flat_map(View::named);
            for name in names.filter(|name| !named.contains(name)) {
                let stated = branches.each_ref().map(|it| self.stated(it.as_ref(), name));
                properties.entry(name).or_default().add(&stated);
            }
        }
        properties
    }

    fn stated(&self, branch: Option<&View<'s>>, name: &str) -> InBranch {
        let Some(branch) = branch else {
            return InBranch::Anything;
        };
        let mut own = branch.objects().filter_map(|it| it.properties.get(name));
        let forbids = |id: &SchemaId| self.forbids(*id);
        match (own.next(), own.next()) {
            (Some(id), None) if forbids(id) => InBranch::Never,
            (Some(id), None) => InBranch::Schema(*id, self.plain(*id)),
            (None, None) if branch.additional().iter().any(forbids) => InBranch::Never,
            _ => InBranch::Anything,
        }
    }

    /// The type of a conditional property: that of its schema, or a union that keeps
    /// values of no branch.
    pub(super) fn conditional_value(&mut self, property: &Conditional, name: &str) -> Value {
        match property.schemas.as_slice() {
            [] => Value::plain(Kind::Any),
            [only] if property.is_certain => self.value(&Node::of(*only), name),
            ids => {
                let node = Node::any_of(ids, !property.is_certain);
                if let Some(known) = self.values.get(&node) {
                    return known.clone();
                }
                let view = self.view(&node);
                let nodes = ids.iter().map(|id| Node::of(*id)).collect();
                self.union(&node, &view, nodes)
            }
        }
    }
}

impl Conditional {
    fn add(&mut self, stated: &[InBranch; 2]) {
        if self.is_certain {
            return;
        }
        self.is_certain = !stated.iter().any(|it| matches!(it, InBranch::Anything));
        if self.is_certain {
            self.schemas.clear();
            self.plain.clear();
        }
        for stated in stated {
            if let InBranch::Schema(id, plain) = stated
                && self.plain.insert(*plain)
            {
                self.schemas.push(*id);
            }
        }
    }
}
