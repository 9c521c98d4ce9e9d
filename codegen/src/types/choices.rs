//! Analyses choices between alternatives.

use std::collections::BTreeSet;

use taskcluster_documents::pattern::Format;
use taskcluster_documents::reading::Use;
use taskcluster_documents::schema::{
    Combinators, General, JsonType, NumberKeywords, ObjectKeywords, SchemaId, StringKeywords,
};

use super::builder::TypeBuilder;
use crate::combine::{Choice, Node, View, intersect, is_below};

/// The result of a choice between alternatives.
pub(super) enum Outcome {
    /// Any of these formats of strings.
    Formats(Vec<Format>),
    /// One of these strings, or `null` if they are `nullable`.
    Strings {
        strings: Vec<String>,
        nullable: bool,
    },
    /// The alternatives only constrain the schema beside them.
    Beside,
    /// One of these nodes, or `null`.
    Nodes {
        nodes: Vec<Node>,
        nullable: bool,
        /// Whether `null` may be invalid nevertheless.
        is_null_unsure: bool,
    },
}

impl Outcome {
    /// More alternatives than may be combined: a plain type.
    const TOO_MUCH: Self = Self::Nodes {
        nodes: Vec::new(),
        nullable: false,
        is_null_unsure: false,
    };
}

/// An alternative: its schema, and the node and view of its instances.
type Alternative<'s> = (SchemaId, Node, View<'s>);

impl<'s> TypeBuilder<'s> {
    /// The outcome of the first choice of a view; `None` if there is none.
    pub(super) fn outcome(&mut self, view: &View<'s>) -> Option<Outcome> {
        let stated = view.choice()?;
        let (chooser, choice, branches) = stated;
        if !view.names().is_empty() && branches.iter().all(|id| self.is_condition(*id)) {
            return Some(Outcome::Beside);
        }
        let Some(nodes) = self.possible_nodes(view, stated) else {
            return Some(Outcome::TOO_MUCH);
        };
        if let Some(formats) = self.formats(choice, &nodes) {
            return Some(Outcome::Formats(formats));
        }
        let (nulls, others): (Vec<_>, Vec<_>) = nodes
            .into_iter()
            .partition(|(_, _, it)| it.is_only(JsonType::Null));
        let is_null_unsure = is_null_unsure(choice, &nulls, &others);
        let nullable = !nulls.is_empty();
        if !is_null_unsure && let Some(strings) = strings(choice, others.iter().map(|it| &it.2)) {
            return Some(Outcome::Strings { strings, nullable });
        }
        let nodes = match others.as_slice() {
            [(branch, _, _)] if self.describes(view, *branch) => {
                let at = self.alternative(chooser, *branch);
                vec![view.choose(chooser.schema, choice, at, true)]
            }
            _ => others.into_iter().map(|(_, node, _)| node).collect(),
        };
        Some(Outcome::Nodes {
            nodes,
            nullable,
            is_null_unsure,
        })
    }

    /// The alternatives of a choice of the view that have instances, each with all
    /// keywords beside it; `None` if that exceeds the budget.
    fn possible_nodes(
        &mut self,
        view: &View<'s>,
        (chooser, choice, branches): (Use, Choice, &[SchemaId]),
    ) -> Option<Vec<Alternative<'s>>> {
        let mut nodes = Vec::new();
        for &branch in branches {
            if self.budget.is_spent() {
                return None;
            }
            let at = self.alternative(chooser, branch);
            let made = match is_bare(view, choice) {
                true => Node::at(at),
                false => view.choose(chooser.schema, choice, at, false),
            };
            let it = self.view(&made);
            if !it.is_never() && !self.possible(&it).is_some_and(|types| types.is_empty()) {
                nodes.push((branch, made, it));
            }
        }
        Some(nodes)
    }

    /// The types that a node and the alternatives of its choices allow, if they are
    /// stated.
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

    /// Whether the schema around its only alternative provides the name and description.
    fn describes(&self, view: &View<'s>, branch: SchemaId) -> bool {
        let inner = &self.schemas[self.plain(branch).0].home;
        let is_inline = view.first().is_some_and(|it| is_below(inner, &it.home));
        is_inline && (view.title().is_some() || view.description().is_some())
    }

    /// The formats of alternatives that each are strings of a single format.
    fn formats(&self, choice: Choice, nodes: &[Alternative<'s>]) -> Option<Vec<Format>> {
        if choice != Choice::AnyOf || nodes.is_empty() {
            return None;
        }
        let formats = nodes.iter().map(|(branch, _, view)| {
            let schema = &self.schemas[self.plain(*branch).0];
            let format = schema.string.format.clone()?;
            let alone = StringKeywords {
                format: Some(format.clone()),
                ..StringKeywords::default()
            };
            let is_only = schema.string == alone
                && schema.general == General::default()
                && schema.combinators == Combinators::default();
            (is_only && view.is_only(JsonType::String) && view.choice().is_none()).then_some(format)
        });
        formats.collect()
    }

    /// Whether a schema only restricts the set of an object's properties.
    fn is_condition(&self, id: SchemaId) -> bool {
        let schema = &self.schemas[self.plain(id).0];
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

/// Whether `null` may be invalid although one of `nulls` takes it: several alternatives of
/// a `oneOf` do, or the one has more keywords.
fn is_null_unsure(choice: Choice, nulls: &[Alternative<'_>], others: &[Alternative<'_>]) -> bool {
    let takes_null = |it: &View<'_>| {
        let types = it.types();
        types.is_none_or(|types| types.contains(&JsonType::Null))
    };
    let is_shared = nulls.len() > 1 || others.iter().any(|(_, _, it)| takes_null(it));
    choice == Choice::OneOf && !nulls.is_empty() && is_shared
        || nulls
            .iter()
            .any(|(_, _, it)| it.has_conditions() || it.choice().is_some())
}

/// Whether the choice of a view stands alone.
fn is_bare(view: &View<'_>, choice: Choice) -> bool {
    let [(_, schema)] = view.parts.as_slice() else {
        return false;
    };
    let mut alone = Combinators::default();
    match choice {
        Choice::AnyOf => alone.any_of.clone_from(&schema.combinators.any_of),
        Choice::OneOf => alone.one_of.clone_from(&schema.combinators.one_of),
    }
    schema.has_only(&alone)
}

/// The strings that alternatives list, if all of them only list strings.
fn strings<'v, 's: 'v>(
    choice: Choice,
    views: impl Iterator<Item = &'v View<'s>>,
) -> Option<Vec<String>> {
    let mut all: Vec<String> = Vec::new();
    let (mut seen, mut twice) = (BTreeSet::new(), BTreeSet::new());
    for view in views {
        let is_plain = !view.has_keywords() && view.choice().is_none() && !view.has_conditions();
        for value in view.listed().filter(|_| is_plain)?.values {
            let text = value.as_str()?.to_owned();
            match seen.insert(text.clone()) {
                true => all.push(text),
                false => drop(twice.insert(text)),
            }
        }
    }
    if choice == Choice::OneOf {
        all.retain(|text| !twice.contains(text));
    }
    (all.len() > 1).then_some(all)
}
