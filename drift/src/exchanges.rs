//! The exchanges of a set of documents, and their names.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::Resolved;
use taskcluster_documents::reference::{Entry, Reference};

use crate::error::ExchangeError;

/// An exchange of a service.
#[derive(Clone, Copy)]
pub(crate) struct Exchange<'r> {
    pub(crate) service: &'r Reference,
    pub(crate) entry: &'r Entry,
}

/// The exchanges, by their names on the broker.
pub(crate) fn exchanges(resolved: &Resolved) -> BTreeMap<&str, Exchange<'_>> {
    let mut exchanges = BTreeMap::new();
    for service in &resolved.references {
        for entry in &service.entries {
            exchanges.insert(entry.exchange.as_str(), Exchange { service, entry });
        }
    }
    exchanges
}

/// The exchange of a name given by a user: `queue/task-completed`, or the full name.
pub(crate) fn find<'r>(resolved: &'r Resolved, name: &str) -> Result<Exchange<'r>, ExchangeError> {
    match named(resolved, name).as_slice() {
        [only] => Ok(*only),
        [] => Err(unknown(name, &[resolved])),
        _ => Err(ExchangeError::Ambiguous {
            name: name.to_owned(),
        }),
    }
}

/// All exchanges of a name given by a user: a service can have several versions.
pub(crate) fn named<'r>(resolved: &'r Resolved, name: &str) -> Vec<Exchange<'r>> {
    let is_named = |it: &Exchange<'_>| {
        let (service, short) = name.split_once('/').unwrap_or(("", name));
        let is_short = last(it) == short || it.entry.name == short;
        it.entry.exchange == name || it.service.service == service && is_short
    };
    let all = exchanges(resolved).into_values();
    all.filter(is_named).collect()
}

/// The error of a name that no exchange in `sides` has.
pub(crate) fn unknown(name: &str, sides: &[&Resolved]) -> ExchangeError {
    let service = name.split('/').next().unwrap_or(name);
    let all = sides.iter().flat_map(|side| exchanges(side).into_values());
    let all: Vec<Exchange<'_>> = all.collect();
    let of_service = all.iter().filter(|it| it.service.service == service);
    let mut known: BTreeSet<String> = of_service
        .map(|it| format!("{service}/{}", last(it)))
        .collect();
    if known.is_empty() {
        let services = all.iter().map(|it| &it.service.service);
        known = services.map(|service| format!("{service}/…")).collect();
    }
    ExchangeError::Unknown {
        name: name.to_owned(),
        known: known.into_iter().collect(),
    }
}

/// The last part of an exchange's name on the broker.
fn last<'r>(exchange: &Exchange<'r>) -> &'r str {
    let name = &exchange.entry.exchange;
    name.rsplit('/').next().unwrap_or_default()
}
