//! The names of bindings, types and rules.
//!
//! Items keep the names of an earlier run. New names are claimed in the order of the
//! published exchanges, each with all that its payload reaches. So even without an
//! earlier run, an exchange that is added at the end changes no other name.

mod claims;
mod members;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

pub(super) use claims::Claims;
use claims::MAX_NAME;

use taskcluster_documents::Error;

use crate::ident;
use crate::model::{Model, Service, TypeDef, TypeId, Value};
use crate::names::{Names, Namespace};
use crate::runtime;

/// Maximum length of a name from a title; a longer title is a description.
const MAX_TITLE: usize = 80;

/// Names everything in `model` that needs a name. Returns an error for each item that had
/// the name of another one before.
pub(super) fn name_everything(model: &mut Model, names: &Names) -> Vec<Error> {
    let Model {
        services,
        types,
        payloads,
        members,
        ..
    } = model;
    *members = members::name_members(services, types, names);
    move_home(services, types, names);
    let mut spaces = namespaces(services, types, names);
    for service in services.iter_mut() {
        let claims = spaces.entry(service.module.clone()).or_default();
        name_exchanges(service, types, payloads, claims);
    }
    // Types that only other services reach come last, so they take no name from the
    // service's own types.
    let modules: BTreeMap<String, usize> = services
        .iter()
        .enumerate()
        .map(|(index, service)| (service.module.clone(), index))
        .collect();
    let types_kept = types.iter_mut().enumerate();
    for (index, definition) in types_kept.filter(|(_, it)| it.replaced_by.is_none()) {
        if let Some(&service) = modules.get(&definition.module) {
            let (id, order) = (TypeId(index), &mut services[service].types);
            let claims = spaces.entry(definition.module.clone()).or_default();
            name_type(definition, id, payloads, claims, order);
        }
    }
    let spaces = spaces.into_values();
    let mut errors: Vec<Error> = spaces.flat_map(|it| it.clashes(names)).collect();
    name_variants(services, names);
    for service in services.iter_mut() {
        name_constants(service, types);
        errors.extend(rules::name_rules(service, types, names));
    }
    errors
}

/// The end of the names of routing keys.
const KEY: &str = "RoutingKey";

/// Names the bindings and routing keys of a service, and those of its own types that its
/// payloads reach.
fn name_exchanges(
    service: &mut Service,
    types: &mut [TypeDef],
    payloads: &BTreeSet<TypeId>,
    claims: &mut Claims,
) {
    let mut seen = BTreeSet::new();
    for exchange in &mut service.exchanges {
        let owner = &exchange.exchange;
        let wanted = ident::pascal(&exchange.wire_name);
        let wanted = [wanted.as_str(), &ending(&wanted, "Exchange")];
        exchange.name = claims.claim(Namespace::Binding, owner, &wanted, "Exchange");
        let most = exchange.name.floor_char_boundary(MAX_NAME - KEY.len());
        let wanted = format!("{}{KEY}", &exchange.name[..most]);
        exchange.key_name = claims.claim(Namespace::RoutingKey, owner, &[&wanted], "");
        for id in reached(types, exchange.payload, &mut seen) {
            if types[id.0].module == service.module {
                name_type(&mut types[id.0], id, payloads, claims, &mut service.types);
            }
        }
    }
}

/// Moves types to the modules of the earlier run: a schema outside of every service's
/// folder would otherwise belong to the first service that reaches it.
fn move_home(services: &[Service], types: &mut [TypeDef], names: &Names) {
    let modules: BTreeSet<&str> = services.iter().map(|it| it.module.as_str()).collect();
    for definition in types.iter_mut().filter(|it| it.replaced_by.is_none()) {
        let before = names.payload(&definition.key).map(|(module, _)| module);
        if let Some(module) = before.and_then(|it| modules.get(it)) {
            definition.module = (*module).to_owned();
        }
    }
}

/// The namespaces of all modules, with the earlier names of their items reserved.
fn namespaces(services: &[Service], types: &[TypeDef], names: &Names) -> BTreeMap<String, Claims> {
    let mut spaces = BTreeMap::new();
    for service in services {
        let mut claims = Claims::new(runtime::reserved());
        for exchange in &service.exchanges {
            for namespace in [Namespace::Binding, Namespace::RoutingKey] {
                let owner = &exchange.exchange;
                claims.keep(namespace, owner, names.get(namespace, owner));
            }
        }
        spaces.insert(service.module.clone(), claims);
    }
    for TypeDef { key, .. } in types {
        if let Some((module, name)) = names.payload(key)
            && let Some(claims) = spaces.get_mut(module)
        {
            claims.keep(Namespace::Payload, key, Some(name));
        }
    }
    spaces
}

fn name_type(
    definition: &mut TypeDef,
    id: TypeId,
    payloads: &BTreeSet<TypeId>,
    claims: &mut Claims,
    order: &mut Vec<TypeId>,
) {
    if !definition.name.is_empty() {
        return;
    }
    let mut title = ident::pascal(definition.title.as_deref().unwrap_or(""));
    if title.len() > MAX_TITLE {
        title.clear();
    }
    let [place, full] = place_names(&definition.document, &definition.pointer);
    let last = match payloads.contains(&id) {
        // Often the schema, and so its file, has the name of the exchange.
        true => ending(&place, "Message"),
        false => full,
    };
    let wanted = [title.as_str(), &place, &last];
    definition.name = claims.claim(Namespace::Payload, &definition.key, &wanted, "Payload");
    order.push(id);
}

/// `name` with `word` at its end, unless it is empty or has it.
fn ending(name: &str, word: &str) -> String {
    match name.is_empty() || name.ends_with(word) {
        true => name.to_owned(),
        false => format!("{name}{word}"),
    }
}

/// `owner`, numbered from its second occurrence on.
pub(super) fn numbered(owner: String, counts: &mut BTreeMap<String, usize>) -> String {
    let count = counts.entry(owner.clone()).or_default();
    *count += 1;
    match count {
        1 => owner,
        count => format!("{owner} {count}"),
    }
}

/// The names of a schema, derived from its file and its place in it: without the words
/// that a step repeats of those before it, and in full.
pub(super) fn place_names(document: &str, pointer: &str) -> [String; 2] {
    let file = document.rsplit('/').next().unwrap_or(document);
    let stem = file.strip_suffix(".json").unwrap_or(file);
    let mut parts = vec![stem.to_owned()];
    let mut steps = pointer.split('/');
    let name = |step: &str| step.replace("~1", "/").replace("~0", "~");
    while let Some(step) = steps.next() {
        parts.push(match step {
            "allOf" => continue,
            "properties" | "definitions" | "$defs" => steps.next().map_or(String::new(), name),
            // A pattern may change, and is no name.
            "patternProperties" => steps.next().map_or("", |_| "value").to_owned(),
            "additionalProperties" => "value".to_owned(),
            "items" | "prefixItems" => "item".to_owned(),
            "anyOf" | "oneOf" => "variant".to_owned(),
            step => name(step),
        });
    }
    let mut words: Vec<String> = Vec::new();
    for part in &parts {
        let part = ident::words(part);
        // All further ones would be cut off.
        let part = &part[..part.len().min(MAX_NAME)];
        let mut ends = (0..=part.len()).rev();
        let repeated = ends.find(|&end| words.ends_with(&part[..end]));
        words.extend_from_slice(&part[repeated.unwrap_or(0)..]);
        if words.len() > MAX_NAME {
            break;
        }
    }
    [words, parts].map(|it| ident::pascal(&it.join(" ")))
}

/// The types that a type reaches, itself first, each before its contents; without those
/// already in `seen`.
fn reached(types: &[TypeDef], payload: TypeId, seen: &mut BTreeSet<TypeId>) -> Vec<TypeId> {
    let mut order = Vec::new();
    let mut waiting = vec![payload];
    while let Some(next) = waiting.pop() {
        if seen.insert(next) {
            order.push(next);
            let values = types[next.0].shape.values().into_iter();
            let inner: Vec<TypeId> = values.flat_map(Value::named).collect();
            waiting.extend(inner.into_iter().rev());
        }
    }
    order
}

/// Names the constants of types: two types whose names differ only in case would share
/// one, and a type named `A` would share its own.
fn name_constants(service: &Service, types: &mut [TypeDef]) {
    let mut claims = Claims::new(service.types.iter().map(|id| types[id.0].name.clone()));
    for id in &service.types {
        let wanted = ident::shouty(&types[id.0].name);
        types[id.0].constant = claims.claim_free(&[&wanted], "TYPE");
    }
}

/// Names the variants of the event after their exchanges, with the service as prefix if
/// an earlier service has the name.
fn name_variants(services: &mut [Service], names: &Names) {
    let mut claims = Claims::default();
    for exchange in services.iter().flat_map(|service| &service.exchanges) {
        let owner = &exchange.exchange;
        claims.keep(Namespace::Event, owner, names.get(Namespace::Event, owner));
    }
    for service in services {
        let prefix = ident::pascal(&service.module);
        for exchange in &mut service.exchanges {
            let qualified = format!("{prefix}{}", exchange.name);
            let wanted = [exchange.name.as_str(), &qualified];
            exchange.variant = claims.claim(Namespace::Event, &exchange.exchange, &wanted, "");
        }
    }
}
