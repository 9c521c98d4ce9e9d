//! Formulas of the messages that decode in the code generated from a schema: types and
//! required properties matter, rules do not.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use num_rational::BigRational;
use serde_json::Value;
use taskcluster_codegen::{Api, Decoded, DecodedKind, DecodedMember, DecodedType};
use taskcluster_documents::Resolved;
use taskcluster_documents::reading::{Reading, Use};
use taskcluster_documents::schema::{JsonType, Pattern};

use crate::build::{Build, Memo};
use crate::context::Context;
use crate::engine::{Formula, Id, Members, NumberLimit, Outcome};
use crate::translate::Translator;

/// The formulas of the values that decode, for one set of documents.
///
/// A type may refuse values that its schema allows, for example because the schema has no
/// limit for integers, or, as the drafts read it, no `type`. These are not a difference
/// between two sides, so a formula has them, too.
#[derive(Debug)]
pub(crate) struct Tolerant<'r> {
    /// `None` if no code is generated.
    api: Option<&'r Api>,
    pub(crate) strict: Translator<'r>,
    /// The reading of the current payload.
    reading: Reading,
    memo: Memo<(usize, Reading)>,
}

impl<'r> Tolerant<'r> {
    pub(crate) fn new(api: Option<&'r Api>, resolved: &'r Resolved) -> Self {
        Self {
            api,
            strict: Translator::new(resolved),
            reading: Reading::Described,
            memo: Memo::default(),
        }
    }

    /// The messages of an exchange that decode.
    pub(crate) fn payload(&mut self, context: &mut Context, exchange: &str, schema: Use) -> Id {
        let exchange = self.api.and_then(|api| api.exchanges.get(exchange));
        let Some(exchange) = exchange else {
            return Id::ANYTHING;
        };
        self.reading = schema.reading;
        let payload = exchange.payload;
        let inside = self.formula(context, (payload, self.reading));
        let types = self.types(context, &DecodedKind::Type(payload), false, &[schema]);
        context
            .engine
            .formulas
            .all([inside].into_iter().chain(types))
    }

    fn value(&mut self, context: &mut Context, value: &Decoded) -> Id {
        let Decoded {
            kind,
            nullable,
            schemas,
        } = value;
        let inside = self.inside(context, kind, schemas);
        let types = self.types(context, kind, *nullable, schemas);
        context.engine.formulas.all(inside.into_iter().chain(types))
    }

    /// Restricts values to a type that decodes.
    fn types(
        &mut self,
        context: &mut Context,
        kind: &DecodedKind,
        nullable: bool,
        schemas: &[Use],
    ) -> Option<Id> {
        let mut types = self.json_types(kind)?;
        types.extend(nullable.then_some(JsonType::Null));
        let types = context.types(types);
        Some(self.or_valid(context, schemas, types))
    }

    /// The types that decode; `None` if all do.
    fn json_types(&self, kind: &DecodedKind) -> Option<Vec<JsonType>> {
        let only = match kind {
            DecodedKind::Any => return None,
            DecodedKind::Null => JsonType::Null,
            DecodedKind::Boolean => JsonType::Boolean,
            DecodedKind::Integer { .. } => JsonType::Integer,
            DecodedKind::Number => JsonType::Number,
            DecodedKind::Text | DecodedKind::Timestamp => JsonType::String,
            DecodedKind::List(_) | DecodedKind::Tuple(_) => JsonType::Array,
            DecodedKind::Map(_) => JsonType::Object,
            DecodedKind::Type(id) => match &self.api?.types.get(*id)?.decoded {
                DecodedType::Struct { .. } => JsonType::Object,
                DecodedType::Value(value) => {
                    let mut types = self.json_types(&value.kind)?;
                    types.extend(value.nullable.then_some(JsonType::Null));
                    return Some(types);
                }
            },
        };
        Some(vec![only])
    }

    /// The constraints of decoding on the values inside a type.
    fn inside(&mut self, context: &mut Context, kind: &DecodedKind, schemas: &[Use]) -> Vec<Id> {
        match kind {
            DecodedKind::Integer { least, most } => self.within(context, *least, *most, schemas),
            DecodedKind::Timestamp => vec![context.language("format", "date-time")],
            DecodedKind::List(each) => {
                let each = self.value(context, each);
                vec![context.engine.formulas.items(Vec::new(), each)]
            }
            DecodedKind::Tuple(items) => {
                let count = items.len() as u64;
                let items = items.iter().map(|item| self.value(context, item)).collect();
                let formulas = &mut context.engine.formulas;
                let items = formulas.items(items, Id::ANYTHING);
                let least = context.size(Some(count), Formula::MinItems);
                let most = context.size(Some(count), Formula::MaxItems);
                [Some(items), least, most].into_iter().flatten().collect()
            }
            DecodedKind::Map(each) => {
                let additional = self.value(context, each);
                vec![context.engine.formulas.members(Members {
                    named: BTreeMap::new(),
                    patterns: Vec::new(),
                    additional,
                })]
            }
            DecodedKind::Type(id) => vec![self.visit(context, (*id, self.reading))],
            DecodedKind::Any
            | DecodedKind::Null
            | DecodedKind::Boolean
            | DecodedKind::Number
            | DecodedKind::Text => Vec::new(),
        }
    }

    /// Restricts integers to the range of a type.
    fn within(
        &mut self,
        context: &mut Context,
        least: i128,
        most: i128,
        schemas: &[Use],
    ) -> Vec<Id> {
        let rational = |limit: i128| BigRational::from_integer(BigInt::from(limit));
        let low = NumberLimit::Minimum(rational(least));
        let high = NumberLimit::Maximum(rational(most));
        let limits = [low, high].map(|limit| context.number_limit(limit));
        limits
            .map(|limit| self.or_valid(context, schemas, limit))
            .into()
    }

    /// The values in `formula` or `schemas`.
    fn or_valid(&mut self, context: &mut Context, schemas: &[Use], formula: Id) -> Id {
        let schemas = schemas.iter().map(|&it| {
            let it = match self.reading {
                Reading::Exact => self.strict.at(it.schema, Reading::Exact),
                _ => it,
            };
            self.strict.formula(context, it)
        });
        let schemas: Vec<Id> = schemas.collect();
        let schemas = context.engine.formulas.all(schemas);
        match context.engine.difference(schemas, formula) {
            Outcome::Empty => formula,
            _ => context.engine.formulas.any([formula, schemas]),
        }
    }

    fn fields(
        &mut self,
        context: &mut Context,
        members: &BTreeMap<String, DecodedMember>,
        rest: Option<&Decoded>,
        pattern: Option<&Pattern>,
    ) -> Id {
        let required = members.iter().filter(|(_, member)| member.required);
        let mut parts: Vec<Id> = required
            .map(|(name, _)| context.required_member(name))
            .collect();
        let named = members.iter();
        let named = named.map(|(name, it)| (name.clone(), self.value(context, &it.value)));
        let named = named.collect();
        let rest = rest.map_or(Id::ANYTHING, |rest| self.value(context, rest));
        let (patterns, additional) = match pattern {
            Some(pattern) => {
                let names = unnamed(context, members.keys(), pattern);
                (vec![(names, rest)], Id::ANYTHING)
            }
            None => (Vec::new(), rest),
        };
        parts.push(context.engine.formulas.members(Members {
            named,
            patterns,
            additional,
        }));
        context.engine.formulas.all(parts)
    }
}

/// The names that match `pattern` and are not `known`.
fn unnamed<'n>(
    context: &mut Context,
    known: impl Iterator<Item = &'n String>,
    pattern: &Pattern,
) -> Id {
    let matching = context.language("pattern", &pattern.source);
    let formulas = &mut context.engine.formulas;
    let known = formulas.listed(known.cloned().map(Value::String));
    let unknown = formulas.not(known);
    formulas.all([matching, unknown])
}

impl Build for Tolerant<'_> {
    type Key = (usize, Reading);

    fn memo(&mut self) -> &mut Memo<Self::Key> {
        &mut self.memo
    }

    /// The constraints of decoding on the values of a named type.
    fn build(&mut self, context: &mut Context, (id, _): Self::Key) -> Id {
        let definition = self.api.and_then(|api| api.types.get(id));
        match definition.map(|it| &it.decoded) {
            Some(DecodedType::Struct {
                members,
                rest,
                pattern,
            }) => self.fields(context, members, rest.as_ref(), pattern.as_ref()),
            Some(DecodedType::Value(value)) => {
                let inside = self.inside(context, &value.kind, &value.schemas);
                context.engine.formulas.all(inside)
            }
            None => Id::ANYTHING,
        }
    }
}
