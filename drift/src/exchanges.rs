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
    let all = exchanges(resolved);
    let is_named = |it: &Exchange<'_>| {
        let (service, short) = name.split_once('/').unwrap_or(("", name));
        let is_short = last(it) == short || it.entry.name == short;
        it.entry.exchange == name || it.service.service == service && is_short
    };
    let found: Vec<Exchange<'_>> = all.values().copied().filter(is_named).collect();
    match found.as_slice() {
        [only] => Ok(*only),
        [] => Err(ExchangeError::Unknown {
            name: name.to_owned(),
            known: names_like(name, all.values()),
        }),
        _ => Err(ExchangeError::Ambiguous {
            name: name.to_owned(),
        }),
    }
}

/// The names of the exchanges of the service in `name`, or of the services if it is unknown.
fn names_like<'e, 'r: 'e>(
    name: &str,
    all: impl Iterator<Item = &'e Exchange<'r>> + Clone,
) -> Vec<String> {
    let service = name.split('/').next().unwrap_or(name);
    let mut of_service = all
        .clone()
        .filter(|it| it.service.service == service)
        .peekable();
    if of_service.peek().is_none() {
        let services: BTreeSet<&str> = all.map(|it| it.service.service.as_str()).collect();
        return services.iter().map(|it| format!("{it}/…")).collect();
    }
    of_service
        .map(|it| format!("{service}/{}", last(it)))
        .collect()
}

/// The last part of an exchange's name on the broker.
fn last<'r>(exchange: &Exchange<'r>) -> &'r str {
    let name = &exchange.entry.exchange;
    name.rsplit('/').next().unwrap_or_default()
}
