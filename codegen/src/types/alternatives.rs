//! `anyOf`, `oneOf` and lists of types: values that may be of several types.

use std::collections::BTreeSet;

use taskcluster_documents::schema::SchemaId;
use taskcluster_documents::schema::{
    Combinators, General, JsonType, NumberKeywords, ObjectKeywords, Pattern, StringKeywords,
};

use super::ident::{self, Taken};
use super::strings::{text_rules, variants};
use super::{Types, Waiting};
use crate::combine::{Choice, Node, View, intersect, is_below};
use crate::model::{Branch, Kind, TypeShape, Value};
use crate::reading::Use;

/// What a choice between alternatives comes to.
enum Outcome {
    /// Any of these formats of strings.
    Formats(Vec<Pattern>),
    /// One of these strings.
    Strings(Vec<String>),
    /// The alternatives only constrain what is beside them.
    Beside,
    /// One of these nodes, or `null`.
    Nodes {
        nodes: Vec<Node>,
        nullable: bool,
        /// Whether a `null` fits several, of which one alone may fit.
        is_ambiguous: bool,
    },
}

impl Outcome {
    /// More alternatives than may be combined: a plain type.
    const TOO_MUCH: Self = Self::Nodes {
        nodes: Vec::new(),
        nullable: false,
        is_ambiguous: false,
    };
}

impl<'s> Types<'s> {
    /// The type of a node with a choice, the simplest that holds all alternatives;
    /// `None` if the choice makes no difference to it.
    pub(super) fn choice(&mut self, node: &Node, view: &View<'s>, subject: &str) -> Option<Value> {
        let (nodes, nullable, is_ambiguous) = match self.outcome(node, view)? {
            Outcome::Formats(formats) => {
                let rules = text_rules(node, view, &formats, subject);
                return Some(Value {
                    rules,
                    ..Value::plain(Kind::Text)
                });
            }
            Outcome::Strings(strings) => {
                let value = self.named(node);
                if let Kind::Named(named) = value.kind {
                    self.finish(named, TypeShape::Enum(variants(&strings)));
                }
                return Some(Value {
                    nullable: view.types().is_some_and(|it| it.contains(&JsonType::Null)),
                    ..value
                });
            }
            Outcome::Beside => {
                let value = self.of_types(node, view, subject);
                return Some(self.checked_by_table(value));
            }
            Outcome::Nodes {
                nodes,
                nullable,
                is_ambiguous,
            } => (nodes, nullable, is_ambiguous),
        };
        let value = match nodes.as_slice() {
            [] if nullable => Value::plain(Kind::Null),
            [] => Value::plain(Kind::Any).by_table(),
            [only] => self.value(only, subject),
            _ => self.union(node, view, nodes),
        };
        Some(Value {
            nullable: value.nullable || nullable && !matches!(value.kind, Kind::Null),
            by_table: value.by_table || is_ambiguous,
            ..value
        })
    }

    /// Leaves the check of a value to the table of its own type, or else of the
    /// type around it.
    pub(super) fn checked_by_table(&mut self, value: Value) -> Value {
        match value.kind {
            Kind::Named(named) => {
                self.definitions[named.0].by_table = true;
                value
            }
            _ => value.by_table(),
        }
    }

    /// A union of the types of `nodes`, to be made later; a plain value if that is too
    /// much.
    pub(super) fn union(&mut self, node: &Node, view: &View<'s>, nodes: Vec<Node>) -> Value {
        // The table of each type refers to one for everything beside the choice.
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

    /// The alternatives of a union, which are the types of `nodes`.
    pub(super) fn branches(&mut self, nodes: Vec<Node>) -> Vec<Branch> {
        let mut taken = Taken::new(["Unmatched"]);
        let branches = nodes.into_iter().map(|node| {
            let view = self.view(&node);
            let name = branch_name(&view, &mut taken);
            Branch {
                value: self.value(&node, &name),
                name,
                node,
            }
        });
        branches.collect()
    }

    fn outcome(&mut self, node: &Node, view: &View<'s>) -> Option<Outcome> {
        let (chooser, choice, branches) = view.choice()?;
        if let Some(formats) = self.any_of_formats(choice, branches) {
            return Some(Outcome::Formats(formats));
        }
        if !view.names().is_empty() && branches.iter().all(|id| self.is_condition(*id)) {
            return Some(Outcome::Beside);
        }
        let mut nodes = Vec::new();
        for &branch in branches {
            if self.budget.is_spent() {
                return Some(Outcome::TOO_MUCH);
            }
            let at = self.alternative(chooser, branch);
            let made = match is_bare(view, choice) {
                true => Node::at(at),
                false => node.choose(view, chooser.schema, choice, at, false),
            };
            let it = self.view(&made);
            if !it.is_never() && !self.possible(&it).is_some_and(|types| types.is_empty()) {
                nodes.push((branch, made, it));
            }
        }
        let is_null = |it: &View<'_>| it.types() == Some(BTreeSet::from([JsonType::Null]));
        let (nulls, others): (Vec<_>, Vec<_>) =
            nodes.into_iter().partition(|(_, _, it)| is_null(it));
        let takes_null = |it: &View<'_>| {
            it.types()
                .is_none_or(|types| types.contains(&JsonType::Null))
                && !it.has_keywords()
        };
        let again = others.iter().any(|(_, _, it)| takes_null(it));
        let is_ambiguous =
            choice == Choice::OneOf && (nulls.len() > 1 || !nulls.is_empty() && again);
        if nulls.is_empty()
            && let Some(strings) = strings(choice, others.iter().map(|it| &it.2))
        {
            return Some(Outcome::Strings(strings));
        }
        let nodes = match others.as_slice() {
            [(branch, _, _)] if self.describes(view, *branch) => {
                let at = self.alternative(chooser, *branch);
                vec![node.choose(view, chooser.schema, choice, at, true)]
            }
            _ => others.into_iter().map(|(_, node, _)| node).collect(),
        };
        Some(Outcome::Nodes {
            nodes,
            nullable: !nulls.is_empty(),
            is_ambiguous,
        })
    }

    /// The types that a node and the alternatives of its choices leave, where they
    /// are stated.
    fn possible(&mut self, view: &View<'s>) -> Option<BTreeSet<JsonType>> {
        let mut types = view.types();
        for (chooser, _, branches) in view.choices() {
            if self.budget.is_spent() {
                break;
            }
            let each = branches.iter().map(|id| {
                let at = self.alternative(chooser, *id);
                self.view(&Node::at(at)).types()
            });
            let any = each.collect::<Option<Vec<BTreeSet<JsonType>>>>();
            let any = any.map(|any| any.into_iter().flatten().collect());
            types = match (types, any) {
                (Some(own), Some(any)) => Some(intersect(&own, &any)),
                (own, any) => own.or(any),
            };
        }
        types
    }

    fn alternative(&self, chooser: Use, branch: SchemaId) -> Use {
        let reading = self.readings.combined(chooser.schema, chooser.reading);
        self.readings.at(branch, reading)
    }

    /// Whether the schema around its only alternative names and describes it.
    fn describes(&self, view: &View<'s>, branch: SchemaId) -> bool {
        let inner = &self.schemas[branch.0].home;
        let is_inline = view.first().is_some_and(|it| is_below(inner, &it.home));
        is_inline && (view.title().is_some() || view.description().is_some())
    }

    /// The formats of strings of which one is enough, where each alternative is one.
    fn any_of_formats(&self, choice: Choice, branches: &[SchemaId]) -> Option<Vec<Pattern>> {
        if choice != Choice::AnyOf {
            return None;
        }
        let formats = branches.iter().map(|id| {
            let schema = &self.schemas[id.0];
            let format = schema.string.format.clone()?;
            let alone = StringKeywords {
                format: Some(format.clone()),
                ..StringKeywords::default()
            };
            let is_only = schema.string == alone
                && schema.general == General::default()
                && schema.number == NumberKeywords::default()
                && schema.object == ObjectKeywords::default()
                && schema.combinators == Combinators::default();
            is_only.then_some(format)
        });
        formats.collect()
    }

    /// Whether a schema only restricts which properties an object has.
    fn is_condition(&self, id: SchemaId) -> bool {
        let schema = &self.schemas[id.0];
        let names_none = ObjectKeywords {
            required: schema.object.required.clone(),
            min_properties: schema.object.min_properties,
            max_properties: schema.object.max_properties,
            dependencies: schema.object.dependencies.clone(),
            ..ObjectKeywords::default()
        };
        let combinators = Combinators {
            not: schema.combinators.not,
            ..Combinators::default()
        };
        schema.object == names_none
            && schema.combinators == combinators
            && schema.general == General::default()
            && schema.string == StringKeywords::default()
            && schema.number == NumberKeywords::default()
    }
}

/// A node for each of the types of its instances, of which `null` is none.
pub(super) fn of_each_type(node: &Node, types: &BTreeSet<JsonType>) -> Vec<Node> {
    types.iter().map(|only| node.only(*only)).collect()
}

/// Whether there is nothing beside the choice of a view.
fn is_bare(view: &View<'_>, choice: Choice) -> bool {
    let [(_, schema)] = view.parts.as_slice() else {
        return false;
    };
    let mut combinators = schema.combinators.clone();
    match choice {
        Choice::AnyOf => combinators.any_of.clear(),
        Choice::OneOf => combinators.one_of.clear(),
    }
    combinators == Combinators::default()
        && schema.general == General::default()
        && !view.has_keywords()
}

/// The strings that alternatives list, where each does nothing else.
fn strings<'v, 's: 'v>(
    choice: Choice,
    views: impl Iterator<Item = &'v View<'s>>,
) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let mut twice = BTreeSet::new();
    for view in views {
        let is_plain = !view.has_keywords() && view.choice().is_none() && !view.has_conditions();
        for value in view.listed().filter(|_| is_plain)?.values {
            match value.as_str() {
                Some(text) if all.iter().any(|it| it == text) => {
                    twice.insert(text.to_owned());
                }
                Some(text) => all.push(text.to_owned()),
                None => return None,
            }
        }
    }
    if choice == Choice::OneOf {
        all.retain(|text| !twice.contains(text));
    }
    (all.len() > 1).then_some(all)
}

/// The name of one alternative: its title, or the type of its values.
fn branch_name(view: &View<'_>, taken: &mut Taken) -> String {
    let of_type = || match Vec::from_iter(view.types().unwrap_or_default()).as_slice() {
        [only] => ident::pascal(only.name()),
        _ => "Variant".to_owned(),
    };
    let title = view.title().and_then(|title| ident::variant(title));
    let wanted = title.unwrap_or_else(of_type);
    taken.claim(&wanted)
}
