//! Compares the items that the generator makes of both sides: whether code that compiles
//! against the crate of OLD compiles against NEW's.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_codegen::{Api, ApiExchange, Member};
use taskcluster_documents::Errors;

use crate::report::{Answer, ApiEffect, Finding};
use crate::side::Side;

/// The items of both sides that users depend on.
pub(crate) struct Apis<'s> {
    old: &'s Result<Api, Errors>,
    new: Result<Api, Errors>,
}

impl<'s> Apis<'s> {
    /// Reads the items of both sides. Those of NEW have the names of OLD, as if code was
    /// generated over older code.
    pub(crate) fn new(old: &'s Side, new: &Side) -> Self {
        let old = old.api();
        let names = old.as_ref().ok().map(|old| &old.names);
        let new = Api::of(&new.resolved, names);
        Self { old, new }
    }

    /// The items of OLD, if code is generated from it.
    pub(crate) fn old(&self) -> Option<&'s Api> {
        self.old.as_ref().ok()
    }

    /// The answer for an exchange.
    pub(crate) fn compare(&self, exchange: &str) -> Answer<ApiEffect> {
        let (old, new) = match (self.old, &self.new) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(errors), _) => {
                return Answer::none(format!("no code is generated from OLD: {}", first(errors)));
            }
            (Ok(_), Err(errors)) => {
                let reason = format!("no code is generated: {}", first(errors));
                let finding = finding(ApiEffect::Major, exchange.to_owned(), &reason);
                return Answer::of(vec![finding], "");
            }
        };
        let found = match (old.exchanges.get(exchange), new.exchanges.get(exchange)) {
            (Some(was), Some(is)) => without_setters(differences((old, was), (new, is)), is),
            (Some(was), None) => vec![with_all(ApiEffect::Major, was, "removed")],
            (None, Some(is)) => vec![with_all(ApiEffect::Minor, is, "added")],
            (None, None) => Vec::new(),
        };
        Answer::of(found, "the items are the same")
    }
}

fn first(errors: &Errors) -> String {
    errors
        .iter()
        .next()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn with_all(effect: ApiEffect, exchange: &ApiExchange, what: &str) -> Finding<ApiEffect> {
    let reason = format!("{what}, with all items that only it uses");
    finding(effect, exchange.binding.clone(), &reason)
}

/// The differences of the items of an exchange. An item that another exchange uses, too,
/// still exists without this one.
fn differences(
    (old, was): (&Api, &ApiExchange),
    (new, is): (&Api, &ApiExchange),
) -> Vec<Finding<ApiEffect>> {
    let mut found = Vec::new();
    for path in items(old, was) {
        match (old.items.get(path), new.items.get(path)) {
            (Some(was), Some(is)) if was.definition != is.definition => {
                found.push(changed(path.to_owned(), &was.definition, &is.definition));
            }
            (Some(was), Some(is)) => members(path, &was.members, &is.members, &mut found),
            _ => found.push(finding(ApiEffect::Major, path.to_owned(), "removed")),
        }
    }
    for path in items(new, is) {
        if !old.items.contains_key(path) {
            found.push(finding(ApiEffect::Minor, path.to_owned(), "added"));
        }
    }
    found
}

/// The paths of the items of an exchange, in order.
fn items<'a>(api: &'a Api, exchange: &'a ApiExchange) -> BTreeSet<&'a str> {
    let own = [&exchange.binding, &exchange.routing_key, &exchange.event];
    let mut paths: BTreeSet<&str> = own.into_iter().map(String::as_str).collect();
    let mut seen = BTreeSet::new();
    let mut open = vec![exchange.payload];
    while let Some(id) = open.pop() {
        if let Some(of_type) = api.types.get(id).filter(|_| seen.insert(id)) {
            paths.extend(of_type.items.iter().map(String::as_str));
            open.extend(&of_type.inner);
        }
    }
    paths
}

/// The setter of an entry appears and disappears with its field, whose finding suffices.
fn without_setters(
    mut found: Vec<Finding<ApiEffect>>,
    exchange: &ApiExchange,
) -> Vec<Finding<ApiEffect>> {
    let fields = found.iter().filter_map(|it| {
        let field = it.item.as_ref()?.strip_prefix(&exchange.routing_key)?;
        field.strip_prefix('.')
    });
    let setters: BTreeSet<String> = fields
        .map(|field| format!("{}::{field}()", exchange.binding))
        .collect();
    found.retain(|it| it.item.as_ref().is_none_or(|item| !setters.contains(item)));
    found
}

type Members = BTreeMap<String, Member>;

fn members(path: &str, old: &Members, new: &Members, found: &mut Vec<Finding<ApiEffect>>) {
    for (name, was) in old {
        let item = format!("{path}{name}");
        match new.get(name) {
            None => found.push(finding(ApiEffect::Major, item, "removed")),
            Some(is) if was.definition != is.definition => {
                found.push(changed(item, &was.definition, &is.definition));
            }
            // The type can be the same, if a required property may be null.
            Some(is) if was.required != is.required => {
                let reason = match is.required {
                    true => "required, so `new` takes it",
                    false => "no longer required, so `new` does not take it",
                };
                found.push(finding(ApiEffect::Major, item, reason));
            }
            Some(_) => {}
        }
    }
    for (name, is) in new.iter().filter(|(name, _)| !old.contains_key(*name)) {
        let (effect, reason) = match is.required {
            true => (ApiEffect::Major, "added, and `new` takes it"),
            false => (ApiEffect::Minor, "added"),
        };
        found.push(finding(effect, format!("{path}{name}"), reason));
    }
}

fn changed(item: String, was: &str, is: &str) -> Finding<ApiEffect> {
    finding(ApiEffect::Major, item, &format!("`{was}` becomes `{is}`"))
}

fn finding(effect: ApiEffect, item: String, reason: &str) -> Finding<ApiEffect> {
    let reason = format!("`{item}`: {reason}");
    Finding {
        item: Some(item),
        ..Finding::new(effect, reason)
    }
}
