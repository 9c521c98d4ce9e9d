//! Objects: structs, maps, and arbitrary objects.

use std::collections::BTreeMap;

use taskcluster_documents::reading::Reading;
use taskcluster_documents::schema::{Pattern, Schema, SchemaId};

use super::builder::{TypeBuilder, Waiting};
use super::conditions::Conditional;
use super::strings::text_rules;
use crate::combine::{Node, StatedProperty, View};
use crate::ident;
use crate::model::{Counts, Field, Kind, REST, Rule, RuleUse, Struct, TextRule, Value};

impl<'s> TypeBuilder<'s> {
    pub(super) fn object(&mut self, node: &Node, view: &View<'s>, subject: &str) -> Value {
        let by_table = view.listed().is_some() || has_more(view);
        let is_closed = match self.rest_of(view) {
            Some(rest) => rest.pattern.is_some(),
            None => !has_patterns(view),
        };
        let has_properties = !view.names().is_empty() || !self.conditional_of(view).is_empty();
        if is_closed || has_properties {
            if view.parts.len() > 1 && !self.budget.may_combine(view.names().len() + 1) {
                return Value::plain(Kind::Any).by_table();
            }
            let value = self.named(node);
            if let Kind::Named(named) = value.kind {
                self.definitions[named.0].by_table |= by_table || has_names(view);
                self.waiting.push((named, Waiting::Struct(node.clone())));
            }
            return value;
        }
        let value = self.map(view, subject);
        Value {
            by_table: value.by_table || by_table,
            ..value
        }
    }

    /// An object without named properties.
    fn map(&mut self, view: &View<'s>, subject: &str) -> Value {
        let counts = counts(view);
        let names = self.name_rule(view, subject);
        let rest = self.rest_of(view);
        let has_patterns = has_patterns(view);
        let (names, by_table) = match names {
            Ok(names) => (names, has_patterns),
            Err(NoRule) => (None, true),
        };
        let rest = rest.filter(|rest| !rest.schemas.is_empty());
        let subject_of_each = format!("{subject} value");
        let each = rest.map(|rest| self.value(&Node::all(&rest.schemas), &subject_of_each));
        let inner = each.as_ref().is_some_and(|each| each.by_table);
        let kind = match each {
            None if !counts.is_limited() && names.is_none() => Kind::Object,
            each => Kind::map(names, each.unwrap_or_else(|| Value::plain(Kind::Any))),
        };
        let rule = counts
            .is_limited()
            .then(|| RuleUse::new(Rule::Properties(counts), subject));
        Value {
            rules: rule.into_iter().collect(),
            by_table: by_table || inner,
            ..Value::plain(kind)
        }
    }

    /// The rule for property names, from `propertyNames`.
    fn name_rule(&mut self, view: &View<'s>, subject: &str) -> Result<Option<RuleUse>, NoRule> {
        let ids: Vec<SchemaId> = view.objects().filter_map(|it| it.property_names).collect();
        if ids.is_empty() {
            return Ok(None);
        }
        let parts = ids.iter().map(|id| self.readings.at(*id, Reading::Exact));
        let node = Node::together(parts);
        let names = self.view(&node);
        let is_string = names.types().is_none_or(|types| types.len() == 1);
        let is_plain = !names.is_never() && names.choice().is_none() && !names.has_conditions();
        if !is_string || !is_plain {
            return Err(NoRule);
        }
        match text_rules(&node, &names, &[], &format!("{subject} name")).as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only.clone())),
            _ => Err(NoRule),
        }
    }

    /// The fields of a struct, ordered by the names of the properties.
    pub(super) fn fields(&mut self, node: &Node) -> Struct {
        let view = &self.view(node);
        let mut conditional = self.conditional_of(view);
        if !self.budget.may_combine(conditional.len()) {
            conditional.clear();
        }
        let stated = view.properties().into_iter();
        let stated = stated.map(|(name, it)| (name, Property::Stated(it)));
        let conditional = conditional.into_iter();
        let conditional = conditional.map(|(name, it)| (name, Property::Conditional(it)));
        let properties: BTreeMap<&String, Property> = stated.chain(conditional).collect();
        let fields = properties.into_iter();
        let fields = fields.map(|(name, property)| self.field(name, &property));
        let fields = fields.collect();
        let rest = self.rest_of(view);
        let rest = rest.map(|rest| self.rest_field(&rest));
        Struct {
            fields,
            rest: rest.map(Box::new),
            counts: counts(view),
        }
    }

    /// The field of the properties that have no field of their own.
    fn rest_field(&mut self, rest: &Rest<'s>) -> Field {
        let rule = rest.pattern.map(|pattern| TextRule {
            pattern: Some(pattern.clone()),
            ..TextRule::default()
        });
        let names = rule.map(|rule| RuleUse::new(Rule::Text(rule), "rest name"));
        let each = match rest.schemas.as_slice() {
            [] => Value::plain(Kind::Any),
            ids => self.value(&Node::all(ids), "rest value"),
        };
        Field {
            name: REST.to_owned(),
            wire_name: String::new(),
            title: None,
            description: None,
            required: true,
            value: Value {
                by_table: each.by_table,
                ..Value::plain(Kind::map(names, each))
            },
        }
    }

    fn field(&mut self, name: &str, property: &Property) -> Field {
        let (described, required) = match property {
            Property::Stated(it) => (it.own, it.required),
            Property::Conditional(it) => (it.schemas.first().copied(), false),
        };
        let described = described.map(|id| Schema::annotations(self.schemas, id));
        Field {
            name: ident::snake_or(name, "value"),
            wire_name: name.to_owned(),
            title: described.and_then(|it| self.budget.text(it.title.as_ref()?)),
            description: described.and_then(|it| self.budget.text(it.description.as_ref()?)),
            required,
            value: match property {
                Property::Stated(it) if it.schemas.is_empty() => Value::plain(Kind::Any),
                Property::Stated(it) => self.value(&Node::all(&it.schemas), name),
                Property::Conditional(it) => self.conditional_value(it, name),
            },
        }
    }

    /// The properties that only `then` and `else` name, if the object may have them.
    fn conditional_of(&mut self, view: &View<'s>) -> BTreeMap<&'s String, Conditional> {
        let is_open = |rest: Rest<'_>| rest.schemas.is_empty();
        match self.rest_of(view).is_some_and(is_open) && !has_patterns(view) {
            true => self.conditional(view),
            false => BTreeMap::new(),
        }
    }

    /// The properties that the schema does not name; `None` if they are forbidden.
    fn rest_of(&mut self, view: &View<'s>) -> Option<Rest<'s>> {
        let mut schemas = view.additional();
        if schemas.iter().any(|id| self.forbids(*id)) {
            return None;
        }
        let mut names = None;
        if let Some((pattern, each, additional)) = view.only_pattern() {
            let is_everything = pattern.form.is_everything();
            if is_everything || additional.is_some_and(|id| self.forbids(id)) {
                schemas.insert(0, each);
                names = (!is_everything).then_some(pattern);
            }
        }
        // `true` constrains nothing.
        schemas.retain(|id| !self.is_any(*id));
        Some(Rest {
            pattern: names,
            schemas,
        })
    }

    /// Whether a schema states no constraint.
    fn is_any(&mut self, id: SchemaId) -> bool {
        let view = self.view(&Node::of(id));
        let is_plain = view.types().is_none() && !view.has_keywords();
        is_plain && !self.forbids(id) && view.choice().is_none() && !view.has_conditions()
    }
}

/// The properties that a schema does not name.
struct Rest<'s> {
    /// The pattern of their names, if no others are allowed.
    pattern: Option<&'s Pattern>,
    /// The schemas of their values.
    schemas: Vec<SchemaId>,
}

/// A property of a struct.
enum Property {
    Stated(StatedProperty),
    Conditional(Conditional),
}

/// `propertyNames` that a single rule can't express.
struct NoRule;

/// Whether there are keywords for objects that no Rust type expresses.
fn has_more(view: &View<'_>) -> bool {
    has_patterns(view) || view.objects().any(|it| !it.dependencies.is_empty())
}

fn has_patterns(view: &View<'_>) -> bool {
    view.objects().any(|it| !it.pattern_properties.is_empty())
}

/// Whether there is a constraint on names, which a struct does not check.
fn has_names(view: &View<'_>) -> bool {
    view.objects().any(|it| it.property_names.is_some())
}

/// The limits on the number of properties.
fn counts(view: &View<'_>) -> Counts {
    let (minimum, maximum) = view.property_limits();
    Counts { minimum, maximum }
}
