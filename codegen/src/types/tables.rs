//! Chooses the schemas with a named table, and the names.
//!
//! Most tables are written inline where they are used. A table has a name if it belongs
//! to a type, if several tables refer to it, as in a cycle, or if it would be nested too
//! deeply.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::reading::{Readings, Use};
use taskcluster_documents::schema::{JsonType, Schema, SchemaId, StringKeywords};

use super::naming::{Claims, place_names};
use crate::combine::Node;
use crate::ident;
use crate::model::{Constant, Model, TypeDef, TypeShape};

/// Maximum nesting of inline tables.
const MAX_DEPTH: usize = 12;

/// Maximum number of listed values or names in a table that is repeated.
const FEW_VALUES: usize = 4;

/// Names the tables of `model`, whose rules have names already.
pub(super) fn name_tables(model: &mut Model) {
    model.text_rules = text_rules(&model.types);
    let mut tables = TableNames {
        schemas: &model.schemas,
        readings: &model.readings,
        rules: &model.text_rules,
        names: BTreeMap::new(),
        claims: BTreeMap::new(),
    };
    tables.name_types(&model.types);
    let mut seen = BTreeSet::new();
    for definition in model.types.iter().filter(|it| it.replaced_by.is_none()) {
        tables.walk_type(definition, &mut seen);
    }
    model.tables = tables.names;
}

struct TableNames<'m> {
    schemas: &'m [Schema],
    readings: &'m Readings,
    rules: &'m BTreeMap<SchemaId, Constant>,
    names: BTreeMap<Use, Constant>,
    /// The names of statics in each module.
    claims: BTreeMap<&'m str, Claims>,
}

impl<'m> TableNames<'m> {
    /// Names the tables of types after the types.
    fn name_types(&mut self, types: &'m [TypeDef]) {
        // A static could hide a type of its name, such as `V1`.
        for definition in types {
            let claims = self.claims.entry(&definition.module).or_default();
            claims.take(&definition.name);
        }
        for definition in types {
            // A merged enum has the table of the enum that replaces it.
            let kept = definition.replaced_by.map(|kept| &types[kept.0]);
            let owner = kept.unwrap_or(definition);
            let claims = self.claims.entry(&owner.module).or_default();
            claims.take(&owner.constant);
            if kept.is_none_or(|kept| self.is_alone(kept))
                && let Some(at) = definition.node.only_use()
            {
                self.names.entry(at).or_insert_with(|| owner.table());
            }
        }
    }

    /// Whether the table of a type refers to no other for the same value, which could be
    /// one that it replaces.
    fn is_alone(&self, definition: &TypeDef) -> bool {
        let only = definition.node.only_use();
        only.is_some_and(|it| self.schemas[it.schema.0].in_place().next().is_none())
    }

    /// Visits all tables that those of a type refer to.
    fn walk_type(&mut self, definition: &'m TypeDef, seen: &mut BTreeSet<Use>) {
        self.walk(&definition.node, &definition.module, seen);
        if let TypeShape::Union(branches) = &definition.shape {
            for branch in branches {
                self.walk(&branch.node, &definition.module, seen);
            }
        }
    }

    /// Visits all tables that the table of `node` refers to.
    fn walk(&mut self, node: &Node, module: &'m str, seen: &mut BTreeSet<Use>) {
        let parts = node.parts.iter().rev();
        let mut waiting: Vec<(Use, usize)> = parts.map(|part| (part.at, 0)).collect();
        while let Some((it, depth)) = waiting.pop() {
            let schema = &self.schemas[it.schema.0];
            let is_named = self.names.contains_key(&it);
            let is_again = !seen.insert(it);
            let depth = match is_named {
                true => 0,
                false if is_again && !self.is_small(it.schema) || depth > MAX_DEPTH => {
                    self.name(it, module);
                    0
                }
                false => depth,
            };
            if !is_again {
                let before = waiting.len();
                let inner = self.readings.tables(schema, it);
                waiting.extend(inner.map(|inner| (inner, depth + 1)));
                waiting[before..].reverse();
            }
        }
    }

    fn name(&mut self, it: Use, module: &'m str) {
        let home = &self.schemas[it.schema.0].home;
        let wanted = place_names(&home.document, &home.pointer).map(|it| ident::shouty(&it));
        let claims = self.claims.entry(module).or_default();
        let name = Constant {
            module: module.to_owned(),
            constant: claims.claim_free(&wanted.each_ref().map(String::as_str), "SCHEMA"),
        };
        self.names.insert(it, name);
    }

    /// Whether a table is short, and refers to no other.
    fn is_small(&self, id: SchemaId) -> bool {
        let schema = &self.schemas[id.0];
        let values = schema.general.enumeration.as_ref().map_or(0, Vec::len);
        let names = schema.object.required.len() + schema.object.dependencies.len();
        let is_plain = schema.string == StringKeywords::default()
            && schema.general.constant.is_none()
            && values <= FEW_VALUES;
        // Only the rule of a schema for strings has the listed values, too.
        let is_string = schema.general.is_only(JsonType::String);
        let is_ruled = self.rules.contains_key(&id) && (is_string || values <= FEW_VALUES);
        schema.subschemas().is_empty() && names <= FEW_VALUES && (is_plain || is_ruled)
    }
}

/// The rules that cover all keywords for strings of a schema.
fn text_rules(types: &[TypeDef]) -> BTreeMap<SchemaId, Constant> {
    let mut rules = BTreeMap::new();
    for definition in types {
        for used in definition.shape.parts().flat_map(|value| &value.rules) {
            if let Some(schema) = used.schema.filter(|_| !used.name.is_empty()) {
                rules.entry(schema).or_insert_with(|| Constant {
                    module: definition.module.clone(),
                    constant: used.name.clone(),
                });
            }
        }
    }
    rules
}
