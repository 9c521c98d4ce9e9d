//! The messages that decode in generated code: types and required members count,
//! rules don't.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use taskcluster_documents::SchemaId;
use taskcluster_documents::resolve::{JsonType, Resolved};

use crate::build::{Build, Memo};
use crate::engine::{Id, Members, NumberLimit};
use crate::reading::{self, Reading, Rest, Struct, Type};
use crate::translate::{Context, required_member};

/// The formulas of what decodes, for one set of documents.
#[derive(Debug)]
pub(crate) struct Tolerant<'r> {
    resolved: &'r Resolved,
    memo: Memo,
}

impl<'r> Tolerant<'r> {
    pub(crate) fn new(resolved: &'r Resolved) -> Self {
        Self {
            resolved,
            memo: Memo::default(),
        }
    }
}

impl Build for Tolerant<'_> {
    fn memo(&mut self) -> &mut Memo {
        &mut self.memo
    }

    fn build(&mut self, context: &mut Context, id: SchemaId) -> Id {
        let Reading {
            rust,
            nullable,
            suggested,
            limited,
        } = reading::read(self.resolved, id);
        let (json_type, inside) = self.of_type(context, &rust, limited);
        let Some(json_type) = json_type else {
            return context.engine.formulas.anything();
        };
        // Of a schema without `type`, an instance of another type is valid on both
        // sides, so that it is no difference between them.
        if suggested {
            return context.engine.formulas.all(inside);
        }
        let null = nullable.then_some(JsonType::Null);
        let types = context.types([json_type].into_iter().chain(null));
        context
            .engine
            .formulas
            .all(inside.into_iter().chain([types]))
    }
}

impl Tolerant<'_> {
    /// The JSON type that is read into a Rust type, unless any is, and what is
    /// asked of its values.
    fn of_type(
        &mut self,
        context: &mut Context,
        rust: &Type,
        limited: (bool, bool),
    ) -> (Option<JsonType>, Vec<Id>) {
        match rust {
            Type::Any | Type::Union(_) => (None, Vec::new()),
            Type::Null => (Some(JsonType::Null), Vec::new()),
            Type::Boolean => (Some(JsonType::Boolean), Vec::new()),
            Type::Unsigned => (
                Some(JsonType::Integer),
                within(context, 0, u64::MAX, limited),
            ),
            Type::Signed => (
                Some(JsonType::Integer),
                within(context, i64::MIN, i64::MAX, limited),
            ),
            Type::Float => (Some(JsonType::Number), Vec::new()),
            Type::Text | Type::Enum(_) => (Some(JsonType::String), Vec::new()),
            Type::Timestamp => {
                let times = context.language("format", "date-time");
                (Some(JsonType::String), vec![times])
            }
            Type::List(each) => {
                let each = each.map(|each| self.visit(context, each));
                let items = each.map(|each| context.engine.formulas.items(Vec::new(), each));
                (Some(JsonType::Array), items.into_iter().collect())
            }
            Type::Map(each) => {
                let additional = match each {
                    Some(each) => self.visit(context, *each),
                    None => context.engine.formulas.anything(),
                };
                let members = Members {
                    named: BTreeMap::new(),
                    patterns: Vec::new(),
                    additional,
                };
                let members = context.engine.formulas.members(members);
                (Some(JsonType::Object), vec![members])
            }
            Type::Struct(fields) => (Some(JsonType::Object), self.fields(context, fields)),
        }
    }

    fn fields(&mut self, context: &mut Context, fields: &Struct) -> Vec<Id> {
        let required = fields.fields.iter().filter(|(_, field)| field.required);
        let mut parts: Vec<Id> = required
            .map(|(name, _)| required_member(context, name))
            .collect();
        let mut named = BTreeMap::new();
        for (name, field) in &fields.fields {
            let value = match (field.schema, fields.rest) {
                (Some(schema), _) | (None, Some(Rest::Each(schema))) => self.visit(context, schema),
                (None, _) => context.engine.formulas.anything(),
            };
            named.insert(name.clone(), value);
        }
        let additional = match fields.rest {
            Some(Rest::Each(each)) => self.visit(context, each),
            Some(Rest::Any) | None => context.engine.formulas.anything(),
        };
        let anything = context.engine.formulas.anything();
        let patterns = fields
            .patterns
            .iter()
            .map(|it| (context.language("pattern", it), anything));
        let members = Members {
            named,
            patterns: patterns.collect(),
            additional,
        };
        parts.push(context.engine.formulas.members(members));
        parts
    }
}

/// Integers that a Rust type holds. A schema without a limit allows others, on
/// both sides: they are no difference between them.
fn within(
    context: &mut Context,
    least: impl Into<BigInt> + ToString,
    most: impl Into<BigInt> + ToString,
    (below, above): (bool, bool),
) -> Vec<Id> {
    let (low, high) = (least.to_string(), most.to_string());
    let mut limits = Vec::new();
    if below {
        let limit = NumberLimit::Minimum(BigRational::from_integer(least.into()));
        limits.push(context.number_limit(limit, &low));
    }
    if above {
        let limit = NumberLimit::Maximum(BigRational::from_integer(most.into()));
        limits.push(context.number_limit(limit, &high));
    }
    limits
}
