//! `anyOf`, `oneOf` and lists of types: values that may be of several types.

use taskcluster_documents::schema::SchemaId;

use super::builder::{TypeBuilder, Waiting, key};
use super::choices::Outcome;
use super::strings::text_rules;
use crate::combine::{Node, View};
use crate::ident::{self, Taken};
use crate::model::{Branch, Kind, TypeId, Value};

impl<'s> TypeBuilder<'s> {
    /// The type of a node with a choice: the simplest one that holds all alternatives;
    /// `None` if the choice does not affect the type.
    pub(super) fn choice(&mut self, node: &Node, view: &View<'s>, subject: &str) -> Option<Value> {
        let (nodes, nullable, is_null_unsure) = match self.outcome(view)? {
            Outcome::Formats(formats) => {
                let rules = text_rules(node, view, &formats, subject);
                return Some(Value {
                    rules,
                    ..Value::plain(Kind::Text)
                });
            }
            Outcome::Strings { strings, .. } if !self.budget.may_combine(strings.len()) => {
                return Some(Value::plain(Kind::Any).by_table());
            }
            Outcome::Strings { strings, nullable } => {
                return Some(Value {
                    nullable,
                    ..self.enumeration(node, &strings)
                });
            }
            Outcome::Beside => {
                let value = self.of_types(node, view, subject);
                return Some(self.checked_by_table(value));
            }
            Outcome::Nodes {
                nodes,
                nullable,
                is_null_unsure,
            } => (nodes, nullable, is_null_unsure),
        };
        let value = match nodes.as_slice() {
            [] if nullable => Value::plain(Kind::Null),
            [] => Value::plain(Kind::Any).by_table(),
            [only] => self.value(only, subject),
            _ => self.union(node, view, nodes),
        };
        Some(Value {
            nullable: value.nullable || nullable && !matches!(value.kind, Kind::Null),
            by_table: value.by_table || is_null_unsure,
            ..value
        })
    }

    /// Has a value checked by the table of its own type, or else of the enclosing type. A
    /// `null` is no value of the type.
    pub(super) fn checked_by_table(&mut self, value: Value) -> Value {
        match value.kind {
            Kind::Named(named) => {
                self.definitions[named.0].by_table = true;
                match value.nullable {
                    true => value.by_table(),
                    false => value,
                }
            }
            _ => value.by_table(),
        }
    }

    /// A union of the types of `nodes`, to be completed later; a plain value if the
    /// budget is exceeded.
    pub(super) fn union(&mut self, node: &Node, view: &View<'s>, nodes: Vec<Node>) -> Value {
        // The table of each type refers to one for all keywords beside the choice.
        let beside = match nodes.iter().any(|node| node.parts.len() > 1) {
            true => self.budget.weight(view),
            false => 0,
        };
        let parts = nodes.iter().map(|node| node.parts.len()).sum::<usize>();
        if !self.budget.may_combine(parts + beside) {
            return Value::plain(Kind::Any).by_table();
        }
        let value = self.named(node);
        if let Kind::Named(named) = value.kind {
            self.definitions[named.0].by_table = true;
            self.waiting.push((named, Waiting::Union(nodes)));
        }
        value
    }

    /// The alternatives of the union `named`: the types of `nodes`.
    pub(super) fn branches(&mut self, named: TypeId, nodes: Vec<Node>) -> Vec<Branch> {
        let own = &self.definitions[named.0].node;
        // Of a list of types, all alternatives have the place of the union.
        let own = own.parts.first().filter(|_| !own.is_choice).copied();
        let mut labels = Taken::default().separated_by(" ");
        let branches = nodes.into_iter().map(|node| {
            let view = self.view(&node);
            let ty = match Vec::from_iter(view.types().unwrap_or_default()).as_slice() {
                [only] => ident::pascal(only.name()),
                _ => "Variant".to_owned(),
            };
            let title = view.title().filter(|title| !title.is_empty());
            let words = title.unwrap_or(&ty);
            let first = node.parts.first().filter(|it| own != Some(**it));
            let place = first.and_then(|it| self.stable_place(it.at.schema));
            let (label, words) = match place.filter(|place| labels.insert(place)) {
                Some(place) => (place, words.clone()),
                None => {
                    let label = labels.claim(words);
                    (label.clone(), label)
                }
            };
            let name = ident::variant(&words).unwrap_or(ty);
            Branch {
                value: self.value(&node, &name),
                name,
                label,
                node,
            }
        });
        branches.collect()
    }

    /// The place of an alternative, if it has no number, which another could get.
    fn stable_place(&self, branch: SchemaId) -> Option<String> {
        let home = &self.schemas[self.plain(branch).0].home;
        let is_number = |it: &str| it.parse::<usize>().is_ok();
        let is_numbered = home.pointer.split('/').any(is_number);
        (!is_numbered).then(|| key(&[home]))
    }
}
