//! Checks that Taskcluster makes before it publishes an exchange reference.
//!
//! A reference that fails one of them was not published by Taskcluster's own library, or
//! can't be used: its messages would be ambiguous or impossible.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::document::{Document, publisher};
use crate::error::Error;
use crate::place::{Place, escape};

/// Longest name of an exchange, and longest routing key, in bytes: a short string
/// of AMQP.
pub(crate) const MAX_SHORT_STRING: usize = 255;

/// Maximum length of a service's name, and of its API version, in bytes. They become the
/// name of a module, which may get an underscore before each letter, and of a folder;
/// file systems allow 255 bytes.
const MAX_SERVICE: usize = 60;

/// The only type of exchange that a reference declares.
const TYPE: &str = "topic-exchange";

/// Checks a reference. Properties of the wrong type are reported by its reader.
pub(crate) fn check(document: &Document) -> Vec<Error> {
    let text = |name| document.root.get(name).and_then(Value::as_str);
    let prefix = text("exchangePrefix").unwrap_or_default();
    let entries = list(&document.root, "entries");
    let mut errors = Vec::new();
    let pointer = |index: usize| format!("/entries/{index}");
    errors.extend(long_service(document));
    errors.extend(same_names(document, entries, "", "entries"));
    for (index, entry) in entries.iter().enumerate() {
        let pointer = pointer(index);
        let place = document.place(&pointer);
        errors.extend(other_type(&place, entry));
        errors.extend(long_exchange(&place, entry, prefix));
        let key = list(entry, "routingKey");
        errors.extend(same_names(document, key, &pointer, "routingKey"));
        errors.extend(long_key(&place, key));
    }
    errors
}

/// The items of the property `name`.
fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    let list = value.get(name).and_then(Value::as_array);
    list.map(Vec::as_slice).unwrap_or_default()
}

fn name(entry: &Value) -> Option<&str> {
    entry.get("name").and_then(Value::as_str)
}

/// An error for each item of a list that has the name of an earlier one.
fn same_names(document: &Document, items: &[Value], above: &str, member: &str) -> Vec<Error> {
    let mut first = BTreeMap::new();
    let mut errors = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let Some(name) = name(item) else { continue };
        let below = format!("{above}/{}/{index}/name", escape(member));
        match first.get(name) {
            Some(other) => errors.push(document.place(&below).error(
                "",
                format!("{other} has the name {name:?}, too"),
                "give each entry its own name",
            )),
            None => {
                first.insert(name, document.place(&below).to_string());
            }
        }
    }
    errors
}

/// An error if the service's name or API version is too long for the name of a folder.
fn long_service(document: &Document) -> impl Iterator<Item = Error> {
    let (service, api_version) = publisher(&document.root);
    let stated = [("serviceName", service), ("apiVersion", api_version)];
    stated.into_iter().filter(|(_, name)| name.len() > MAX_SERVICE).map(|(member, name)| {
        let member = match document.root.get(member) {
            Some(_) => member,
            None => "exchangePrefix",
        };
        document.place("").error(
            &format!("/{member}"),
            format!("the name of the service or its version has {} bytes; a module of that name would be too long for a file system", name.len()),
            "give a name of at most 60 bytes",
        )
    })
}

fn other_type(place: &Place, entry: &Value) -> Option<Error> {
    let kind = entry.get("type").filter(|kind| !kind.is_null())?;
    (kind != TYPE).then(|| {
        place.error(
            "/type",
            format!("unknown type of exchange {kind}"),
            "give \"topic-exchange\", the only type that Taskcluster has",
        )
    })
}

fn long_exchange(place: &Place, entry: &Value, prefix: &str) -> Option<Error> {
    let exchange = entry.get("exchange")?.as_str()?;
    let length = prefix.len() + exchange.len();
    (length > MAX_SHORT_STRING).then(|| {
        place.error(
            "/exchange",
            format!("the exchange's name has {length} bytes with its prefix; AMQP allows 255"),
            "shorten `exchange` or `exchangePrefix`",
        )
    })
}

/// An error if even the shortest binding key is too long: a constant has its own length,
/// and every other entry at least one byte.
fn long_key(place: &Place, entries: &[Value]) -> Option<Error> {
    let constant = |entry: &Value| entry.get("constant").and_then(Value::as_str).map(str::len);
    let words: usize = entries
        .iter()
        .map(|entry| constant(entry).unwrap_or(1).max(1))
        .sum();
    let length = words + entries.len().saturating_sub(1);
    (length > MAX_SHORT_STRING).then(|| {
        place.error(
            "/routingKey",
            format!("every routing key has at least {length} bytes; AMQP allows 255"),
            "shorten the constants, or declare fewer entries",
        )
    })
}
