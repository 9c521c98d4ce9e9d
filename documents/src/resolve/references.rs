//! Reads exchange references.
//!
//! A reference with an error was not published by Taskcluster's own library, or can't be
//! used: its messages would be ambiguous or impossible.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::schemas;
use super::unknown::unknown_property;
use super::walk::Walk;
use crate::document::{self, Document};
use crate::error::{Error, Reason};
use crate::id;
use crate::place::Place;
use crate::reference::{Entry, KeyEntry, Reference};

/// Longest name of an exchange, and longest routing key, in bytes: a short string
/// of AMQP.
const MAX_SHORT_STRING: usize = 255;

/// Maximum length of a service's name, and of its API version, in bytes. They become the
/// name of a module, which may get an underscore before each letter, and of a folder;
/// file systems allow 255 bytes.
const MAX_SERVICE: usize = 60;

/// The only type of exchange that a reference declares.
const TYPE: &str = "topic-exchange";

/// The properties of a reference, of an entry, and of an entry of a routing key.
const REFERENCE: &[&str] = &[
    "$comment",
    "$id",
    "$schema",
    "apiVersion",
    "description",
    "entries",
    "exchangePrefix",
    "id",
    "serviceName",
    "title",
    "version",
];
const ENTRY: &[&str] = &[
    "$comment",
    "description",
    "exchange",
    "name",
    "routingKey",
    "schema",
    "title",
    "type",
];
const KEY_ENTRY: &[&str] = &[
    "$comment",
    "constant",
    "multipleWords",
    "name",
    "required",
    "summary",
];

/// Reads an exchange reference of any release since 2018: the oldest name no service, and
/// refer to schemas by absolute ids. Entries with errors are left out.
pub(super) fn read(document: &Document, walk: &mut Walk<'_>) -> Reference {
    let mut root = ObjectReader::new(&document.root, document.place(""), REFERENCE);
    let (service, api_version) = document::publisher(&document.root);
    // `load` read these two.
    root.optional_text("apiVersion");
    let name = root.optional_text("serviceName");
    let prefix = root.present_text("exchangePrefix");
    if root.errors.is_empty() && name.is_empty() && prefix.is_empty() {
        root.expected("serviceName", "a string");
    }
    let title = root.optional_text("title").to_owned();
    let description = root.optional_text("description").to_owned();
    root.long_service(service, api_version);
    let mut entries = Vec::new();
    let listed = root.list("entries");
    root.same_names("entries", listed);
    for (index, entry) in listed.iter().enumerate() {
        let mut reader =
            ObjectReader::new(entry, document.place(&format!("/entries/{index}")), ENTRY);
        let entry = read_entry(&mut reader, prefix, service, walk);
        entries.extend(entry.filter(|_| reader.errors.is_empty()));
        walk.errors.append(&mut reader.errors);
        walk.ignored.append(&mut reader.unknown);
    }
    walk.errors.append(&mut root.errors);
    walk.ignored.append(&mut root.unknown);
    Reference {
        service: service.to_owned(),
        api_version: api_version.to_owned(),
        title,
        description,
        entries,
    }
}

/// An error for each entry with the exchange of an earlier one: a message on it would
/// have two types.
pub(super) fn shared_exchanges(references: &[Reference]) -> Vec<Error> {
    let mut seen = BTreeSet::new();
    let entries = references.iter().flat_map(|reference| &reference.entries);
    entries
        .filter(|entry| !seen.insert(&entry.exchange))
        .map(|entry| {
            entry.place.error(
                "/exchange",
                format!("another entry describes the exchange {:?}", entry.exchange),
                "keep one of the two",
            )
        })
        .collect()
}

/// The entry in `reader`; incomplete if there are errors.
fn read_entry(
    reader: &mut ObjectReader<'_>,
    prefix: &str,
    service: &str,
    walk: &mut Walk<'_>,
) -> Option<Entry> {
    if !reader.is_object() {
        return None;
    }
    let name = reader.text("name").to_owned();
    reader.other_type();
    let exchange = format!("{prefix}{}", reader.text("exchange"));
    if exchange.len() > MAX_SHORT_STRING {
        reader.error(
            "/exchange",
            format!(
                "the exchange's name has {} bytes with its prefix; AMQP allows {MAX_SHORT_STRING}",
                exchange.len()
            ),
            "shorten `exchange` or `exchangePrefix`",
        );
    }
    let title = reader.optional_text("title").to_owned();
    let description = reader.optional_text("description").to_owned();
    let routing_key = read_routing_key(reader);
    let schema = reader.text("schema");
    if schema.is_empty() {
        return None;
    }
    // A relative id is relative to the service's folder, not to the reference.
    let base = format!("{}/exchanges.json", id::segment(service));
    let payload = schemas::reach(walk, &base, schema);
    let payload = payload.and_then(|payload| Ok((payload, id::path(&base, schema)?)));
    let help = "add the schema to the input, or correct the id";
    let (payload, schema) = payload
        .map_err(|why| reader.error("/schema", why, help))
        .ok()?;
    Some(Entry {
        place: reader.place.clone(),
        name,
        exchange,
        title,
        description,
        schema,
        payload,
        routing_key,
    })
}

fn read_routing_key(reader: &mut ObjectReader<'_>) -> Vec<KeyEntry> {
    let mut entries = Vec::new();
    let listed = reader.list("routingKey");
    reader.same_names("routingKey", listed);
    for (index, entry) in listed.iter().enumerate() {
        let place = Place {
            pointer: format!("{}/routingKey/{index}", reader.place.pointer),
            ..reader.place.clone()
        };
        let mut inner = ObjectReader::new(entry, place, KEY_ENTRY);
        if inner.is_object() {
            entries.push(read_key_entry(&mut inner));
        }
        reader.errors.append(&mut inner.errors);
        reader.unknown.append(&mut inner.unknown);
    }
    if entries.iter().filter(|entry| entry.multiple_words).count() > 1 {
        reader.error(
            "/routingKey",
            "more than one routing-key entry has `multipleWords`, so keys cannot be parsed",
            "set `multipleWords` on one entry only",
        );
    }
    // Even of the shortest key: a constant has its own length, and every other entry at
    // least one byte.
    let constants = entries.iter().map(|entry| entry.constant.as_deref());
    let words: usize = constants.map(|it| it.map_or(1, str::len).max(1)).sum();
    let length = words + entries.len().saturating_sub(1);
    if length > MAX_SHORT_STRING {
        reader.error(
            "/routingKey",
            format!(
                "every routing key has at least {length} bytes; AMQP allows {MAX_SHORT_STRING}"
            ),
            "shorten the constants, or declare fewer entries",
        );
    }
    entries
}

fn read_key_entry(reader: &mut ObjectReader<'_>) -> KeyEntry {
    let multiple_words = reader.flag("multipleWords");
    let constant = match reader.optional_text("constant") {
        "" if reader
            .value
            .get("constant")
            .is_none_or(|it| !it.is_string()) =>
        {
            None
        }
        word => Some(word.to_owned()),
    };
    if let Some(word) = &constant {
        check_constant(word, multiple_words, reader);
    }
    KeyEntry {
        name: reader.text("name").to_owned(),
        summary: reader.optional_text("summary").to_owned(),
        constant,
        required: reader.flag("required"),
        multiple_words,
    }
}

/// Reports a constant that is not one word of a routing key: no message could have it.
fn check_constant(word: &str, multiple_words: bool, reader: &mut ObjectReader<'_>) {
    if multiple_words {
        reader.error(
            "/constant",
            "an entry with `multipleWords` has a `constant`, which is one word",
            "remove `constant` or `multipleWords`",
        );
    }
    if word.is_empty() || word.len() > MAX_SHORT_STRING || word.contains(['.', '*', '#']) {
        reader.error(
            "/constant",
            format!("{word:?} is not a word of a routing key"),
            &format!("use 1 to {MAX_SHORT_STRING} bytes without `.`, `*` and `#`"),
        );
    }
}

/// A JSON object of a reference, its place, its errors, and its unknown properties.
struct ObjectReader<'a> {
    value: &'a Value,
    place: Place,
    errors: Vec<Error>,
    unknown: Vec<Error>,
}

impl<'a> ObjectReader<'a> {
    fn new(value: &'a Value, place: Place, known: &[&str]) -> Self {
        let members = value.as_object().into_iter().flatten();
        let unknown = members.filter(|(name, _)| !known.contains(&name.as_str()));
        Self {
            unknown: unknown
                .map(|(name, _)| unknown_property(&place, name))
                .collect(),
            value,
            place,
            errors: Vec::new(),
        }
    }

    /// Whether it is an object; reports it otherwise.
    fn is_object(&mut self) -> bool {
        let is_object = self.value.is_object();
        if !is_object {
            let what = "expected an object as an entry of an exchange reference";
            self.error(
                "",
                what,
                "describe an exchange or an entry of its routing key",
            );
        }
        is_object
    }

    /// The property `name`: a required string that is not empty.
    fn text(&mut self, name: &str) -> &'a str {
        match self.value.get(name) {
            Some(Value::String(text)) => {
                if text.is_empty() {
                    self.error(
                        &format!("/{name}"),
                        format!("`{name}` is empty"),
                        "give a text",
                    );
                }
                text
            }
            _ => {
                self.expected(name, "a string");
                ""
            }
        }
    }

    /// The property `name`: a required string that may be empty.
    fn present_text(&mut self, name: &str) -> &'a str {
        match self.value.get(name) {
            Some(Value::String(text)) => text,
            _ => self.text(name),
        }
    }

    /// The property `name`: an optional string; empty by default.
    fn optional_text(&mut self, name: &str) -> &'a str {
        self.member(name, "a string", Value::as_str)
            .unwrap_or_default()
    }

    /// The property `name`: a required array.
    fn list(&mut self, name: &str) -> &'a [Value] {
        match self.value.get(name) {
            Some(Value::Array(items)) => items,
            _ => {
                self.expected(name, "an array");
                &[]
            }
        }
    }

    /// The property `name`: an optional flag; `false` by default.
    fn flag(&mut self, name: &str) -> bool {
        self.member(name, "`true` or `false`", Value::as_bool)
            .unwrap_or_default()
    }

    /// The property `name`, which must have the right type if it is present.
    fn member<T>(&mut self, name: &str, kind: &str, read: fn(&'a Value) -> Option<T>) -> Option<T> {
        let value = self.value.get(name).filter(|value| !value.is_null())?;
        let read = read(value);
        if read.is_none() {
            self.expected(name, kind);
        }
        read
    }

    /// Reports a name of the service, or of its API version, that is too long for the name
    /// of a folder.
    fn long_service(&mut self, service: &str, api_version: &str) {
        for (member, name) in [("serviceName", service), ("apiVersion", api_version)] {
            if name.len() > MAX_SERVICE {
                let member = match self.value.get(member) {
                    Some(_) => member,
                    None => "exchangePrefix",
                };
                self.error(
                    &format!("/{member}"),
                    format!(
                        "the name of the service or its version has {} bytes; a module of that name \
                         would be too long for a file system",
                        name.len()
                    ),
                    &format!("give a name of at most {MAX_SERVICE} bytes"),
                );
            }
        }
    }

    /// Reports a `type` of exchange that Taskcluster does not have.
    fn other_type(&mut self) {
        let kind = self.value.get("type").filter(|kind| !kind.is_null());
        if let Some(kind) = kind.filter(|kind| **kind != *TYPE) {
            self.error(
                "/type",
                format!("unknown type of exchange {kind}"),
                &format!("give {TYPE:?}, the only type that Taskcluster has"),
            );
        }
    }

    /// Reports each item of the property `member` that has the name of an earlier one.
    fn same_names(&mut self, member: &str, items: &[Value]) {
        let mut first = BTreeMap::new();
        for (index, item) in items.iter().enumerate() {
            let Some(name) = item.get("name").and_then(Value::as_str) else {
                continue;
            };
            let below = format!("/{member}/{index}/name");
            match first.get(name) {
                Some(other) => {
                    let other = Place {
                        pointer: format!("{}{other}", self.place.pointer),
                        ..self.place.clone()
                    };
                    let what = format!("{other} has the name {name:?}, too");
                    self.error(&below, what, "give each entry its own name");
                }
                None => drop(first.insert(name, below)),
            }
        }
    }

    fn expected(&mut self, name: &str, kind: &str) {
        self.error(
            &format!("/{name}"),
            format!("expected {kind} as `{name}` of an exchange reference"),
            "add it, as Taskcluster's exchanges-reference schema requires",
        );
    }

    fn error(&mut self, below: &str, what: impl Into<Reason>, help: &str) {
        self.errors.push(self.place.error(below, what, help));
    }
}
