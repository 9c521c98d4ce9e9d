//! The names of bindings, types and rules.
//!
//! Names are claimed in the order in which the published exchanges are walked,
//! each with everything that its payload reaches, so that an exchange that is
//! added later finds the earlier names taken and changes none of them.

use std::collections::{BTreeMap, BTreeSet};

use super::ident;
use crate::model::{
    Kind, Model, NamedRule, Rule, RuleUse, Service, TypeDef, TypeId, TypeShape, Value,
};

/// Names that generated modules use for other things than a schema's types.
const RESERVED: &[&str] = &[
    "Arbitrary",
    "BTreeMap",
    "Binding",
    "Box",
    "Branch",
    "Clone",
    "Copy",
    "Cow",
    "Debug",
    "DecodeError",
    "Default",
    "Deserialize",
    "Deserializer",
    "Display",
    "Drop",
    "Eq",
    "Err",
    "Event",
    "EventSet",
    "Exchange",
    "ExchangeInfo",
    "Flow",
    "Formatter",
    "Hash",
    "IntoWord",
    "ItemsRule",
    "JsonObject",
    "JsonSchema",
    "JsonText",
    "KeyReader",
    "KeyWriter",
    "Known",
    "Matcher",
    "Member",
    "Members",
    "MembersRule",
    "Message",
    "None",
    "ObjectSchema",
    "Ok",
    "OpenEnum",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "PatternWord",
    "PatternWords",
    "Payload",
    "PayloadObject",
    "PayloadSlot",
    "Pointer",
    "Positions",
    "Report",
    "Rest",
    "Result",
    "RoutingKey",
    "RoutingKeyEntry",
    "RoutingKeyError",
    "Rule",
    "Run",
    "ScalarRule",
    "Schema",
    "SchemaGenerator",
    "Self",
    "Serialize",
    "Serializer",
    "Shape",
    "Some",
    "Split",
    "String",
    "StringRule",
    "Table",
    "Timestamp",
    "Union",
    "Unknown",
    "Unstructured",
    "Validate",
    "Vec",
    "Violations",
    "Word",
    "Words",
];

/// How long a name may be that a title gives: a title that makes a longer one is
/// a description.
const LONGEST_TITLE: usize = 80;

/// Names everything in `model` that needs a name.
pub(super) fn name_everything(model: &mut Model) {
    let Model {
        services, types, ..
    } = model;
    let mut taken: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for service in services.iter_mut() {
        let names = taken.entry(service.module.clone()).or_insert_with(reserved);
        for exchange in &mut service.exchanges {
            exchange.name = claim(names, &[&ident::pascal(&exchange.wire_name)], "Exchange");
            exchange.key_name = claim(names, &[&format!("{}RoutingKey", exchange.name)], "");
            for id in reached(types, exchange.payload) {
                if types[id.0].module == service.module {
                    name_type(&mut types[id.0], id, names, &mut service.types);
                }
            }
        }
    }
    // Types that only other services reach come last: they take no name from a
    // service's own.
    for (index, definition) in types.iter_mut().enumerate() {
        if let Some(service) = services
            .iter_mut()
            .find(|it| it.module == definition.module)
        {
            let names = taken.entry(service.module.clone()).or_insert_with(reserved);
            name_type(definition, TypeId(index), names, &mut service.types);
        }
    }
    name_variants(services);
    for service in services.iter_mut() {
        name_constants(service, types);
        service.needs = needs(service, types);
        name_rules(service, types);
    }
}

fn reserved() -> BTreeSet<String> {
    RESERVED.iter().map(|name| (*name).to_owned()).collect()
}

/// Takes the first of `wanted` that is free, or numbers the last.
fn claim(taken: &mut BTreeSet<String>, wanted: &[&str], or_else: &str) -> String {
    let wanted: Vec<&str> = wanted
        .iter()
        .copied()
        .filter(|name| !name.is_empty())
        .collect();
    let last = wanted.last().copied().unwrap_or(or_else);
    let name = match wanted.iter().find(|name| !taken.contains(**name)) {
        Some(free) => (*free).to_owned(),
        None => ident::distinct(last, "", |name| taken.contains(name)),
    };
    taken.insert(name.clone());
    name
}

fn name_type(
    definition: &mut TypeDef,
    id: TypeId,
    taken: &mut BTreeSet<String>,
    order: &mut Vec<TypeId>,
) {
    if !definition.name.is_empty() {
        return;
    }
    let mut title = ident::pascal(definition.title.as_deref().unwrap_or(""));
    if title.len() > LONGEST_TITLE {
        title.clear();
    }
    let place = place_name(&definition.document, &definition.pointer);
    definition.name = claim(taken, &[&title, &place], "Payload");
    order.push(id);
}

/// The name of a schema after its file and its place in it.
fn place_name(document: &str, pointer: &str) -> String {
    let file = document.rsplit('/').next().unwrap_or(document);
    let stem = file.strip_suffix(".json").unwrap_or(file);
    let steps = pointer.split('/').filter_map(|step| match step {
        "properties" | "definitions" | "allOf" => None,
        "items" => Some("item".to_owned()),
        "additionalProperties" => Some("value".to_owned()),
        "anyOf" | "oneOf" => Some("variant".to_owned()),
        step => Some(step.replace("~1", "/").replace("~0", "~")),
    });
    let words: Vec<String> = std::iter::once(stem.to_owned()).chain(steps).collect();
    ident::pascal(&words.join(" "))
}

/// The types that a payload reaches, itself first, each before what it holds.
fn reached(types: &[TypeDef], payload: TypeId) -> Vec<TypeId> {
    let mut order = Vec::new();
    let mut waiting = vec![payload];
    while let Some(next) = waiting.pop() {
        if !order.contains(&next) {
            order.push(next);
            let mut inner = Vec::new();
            for value in types[next.0].shape.values() {
                named_in(value, &mut inner);
            }
            waiting.extend(inner.into_iter().rev());
        }
    }
    order
}

fn named_in(value: &Value, found: &mut Vec<TypeId>) {
    match &value.kind {
        Kind::Named(id) => found.push(*id),
        Kind::List(item) | Kind::Map(_, item) => named_in(item, found),
        _ => {}
    }
}

/// Names the constants that go with types: two types whose names differ in case
/// alone would share one, and a type with the name `A` would share its own.
fn name_constants(service: &Service, types: &mut [TypeDef]) {
    let names = service.types.iter().map(|id| types[id.0].name.clone());
    let mut taken: BTreeSet<String> = names.collect();
    for id in &service.types {
        let wanted = ident::shouty(&types[id.0].name);
        types[id.0].constant = claim(&mut taken, &[&wanted], "TYPE");
    }
}

/// Names the variants of the event: after their exchanges, with the service in
/// front where an earlier service has the name.
fn name_variants(services: &mut [Service]) {
    let mut taken = BTreeSet::new();
    for service in services {
        let prefix = ident::pascal(&service.module);
        for exchange in &mut service.exchanges {
            let qualified = format!("{prefix}{}", exchange.name);
            exchange.variant = claim(&mut taken, &[&exchange.name, &qualified], "");
        }
    }
}

/// The other modules whose types a service's payloads reach.
fn needs(service: &Service, types: &[TypeDef]) -> Vec<String> {
    let modules: BTreeSet<&String> = service
        .exchanges
        .iter()
        .flat_map(|exchange| reached(types, exchange.payload))
        .map(|id| &types[id.0].module)
        .filter(|module| **module != service.module)
        .collect();
    modules.into_iter().cloned().collect()
}

/// Names the rules that a service's types use. Two equal rules for values of
/// one name are one rule.
fn name_rules(service: &mut Service, types: &mut [TypeDef]) {
    let mut taken = BTreeSet::new();
    for id in service.types.clone() {
        let owner = types[id.0].name.clone();
        for value in types[id.0].shape.values_mut() {
            for_each_rule(value, &mut |rule| {
                name_rule(rule, &owner, &mut service.rules, &mut taken);
            });
        }
    }
}

fn for_each_rule(value: &mut Value, name: &mut impl FnMut(&mut RuleUse)) {
    value.rules.iter_mut().for_each(&mut *name);
    match &mut value.kind {
        Kind::List(item) => for_each_rule(item, name),
        Kind::Map(key, item) => {
            if let Some(key) = key {
                name(key);
            }
            for_each_rule(item, name);
        }
        _ => {}
    }
}

fn name_rule(
    used: &mut RuleUse,
    owner: &str,
    rules: &mut Vec<NamedRule>,
    taken: &mut BTreeSet<String>,
) {
    if matches!(used.rule, Rule::Items(_) | Rule::Members(_)) {
        return;
    }
    let subject = ident::shouty(&used.subject);
    let same = |known: &&NamedRule| known.subject == subject && known.rule == used.rule;
    if let Some(known) = rules.iter().find(same) {
        used.name.clone_from(&known.name);
        return;
    }
    let owned = ident::shouty(&format!("{owner} {}", used.subject));
    used.name = claim(taken, &[&subject, &owned], "VALUE");
    rules.push(NamedRule {
        place: used.place.clone(),
        name: used.name.clone(),
        subject,
        rule: used.rule.clone(),
    });
}

impl TypeShape {
    /// The values that the type is made of.
    pub(crate) fn values(&self) -> Vec<&Value> {
        match self {
            Self::Struct(it) => it
                .fields
                .iter()
                .chain(it.rest.as_deref())
                .map(|field| &field.value)
                .collect(),
            Self::Union(it) => it.branches.iter().map(|branch| &branch.value).collect(),
            Self::Wrapper(value) => vec![value],
            Self::Enum(_) => Vec::new(),
        }
    }

    fn values_mut(&mut self) -> Vec<&mut Value> {
        match self {
            Self::Struct(it) => {
                let fields = it.fields.iter_mut().chain(it.rest.as_deref_mut());
                fields.map(|field| &mut field.value).collect()
            }
            Self::Union(it) => it
                .branches
                .iter_mut()
                .map(|branch| &mut branch.value)
                .collect(),
            Self::Wrapper(value) => vec![value],
            Self::Enum(_) => Vec::new(),
        }
    }
}
