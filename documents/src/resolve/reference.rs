//! Exchange references, as they were published.

use std::collections::BTreeSet;

use serde_json::Value;

use super::SchemaId;
use super::walk::Walk;
use crate::load::{self, Document};
use crate::{Error, Place, Reason, id};

/// The exchanges of one service.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The name of the service.
    pub service: String,
    /// The version of its API, `v1` for instance.
    pub api_version: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: String,
    /// Its exchanges, in the order of the reference.
    pub entries: Vec<Entry>,
}

/// One exchange.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Where the entry is in the input.
    pub place: Place,
    /// `name`.
    pub name: String,
    /// The full name on the broker.
    pub exchange: String,
    /// `title`.
    pub title: String,
    /// `description`.
    pub description: String,
    /// The id of the payload's schema, as a path from the root of a deployment.
    pub schema: String,
    /// The schema of the payload.
    pub payload: SchemaId,
    /// The entries of the routing key.
    pub routing_key: Vec<KeyEntry>,
}

/// One entry of a routing key.
#[derive(Clone, Debug)]
pub struct KeyEntry {
    /// `name`.
    pub name: String,
    /// `summary`.
    pub summary: String,
    /// `constant`, one word.
    pub constant: Option<String>,
    /// `required`.
    pub required: bool,
    /// `multipleWords`.
    pub multiple_words: bool,
}

/// Reads an exchange reference of any release since 2018: the oldest name no
/// service, and give schemas by absolute ids.
pub(super) fn read(document: &Document, walk: &mut Walk<'_>) -> Result<Reference, Vec<Error>> {
    let root = Reader::new(&document.root, document.place(""));
    let head = read_head(&root).map_err(|error| vec![error])?;
    let (service, api_version) = load::publisher(&document.root);
    let mut errors = Vec::new();
    let mut entries = Vec::new();
    for (index, entry) in head.entries.iter().enumerate() {
        let reader = Reader::new(entry, document.place(&format!("/entries/{index}")));
        match read_entry(&reader, head.prefix, service, walk) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Reference {
        service: service.to_owned(),
        api_version: api_version.to_owned(),
        title: head.title.to_owned(),
        description: head.description.to_owned(),
        entries,
    })
}

/// An error for each entry with the exchange of an earlier one: a message on it
/// would be of two types.
pub(super) fn shared_exchanges(references: &[Reference]) -> Vec<Error> {
    let mut seen = BTreeSet::new();
    let entries = references.iter().flat_map(|reference| &reference.entries);
    entries
        .filter(|entry| !seen.insert(&entry.exchange))
        .map(|entry| {
            entry.place.error(
                "/exchange",
                format!("another entry is about the exchange {:?}", entry.exchange),
                "keep one of the two",
            )
        })
        .collect()
}

/// The members of a reference beside its entries.
struct Head<'a> {
    prefix: &'a str,
    title: &'a str,
    description: &'a str,
    entries: &'a [Value],
}

fn read_head<'a>(root: &Reader<'a>) -> Result<Head<'a>, Error> {
    // The values of these two were read when the document was loaded.
    root.optional_text("apiVersion")?;
    let service = root.optional_text("serviceName")?;
    let prefix = root.present_text("exchangePrefix")?;
    if service.is_empty() && prefix.is_empty() {
        return Err(root.missing("serviceName", "a text"));
    }
    Ok(Head {
        prefix,
        title: root.optional_text("title")?,
        description: root.optional_text("description")?,
        entries: root.list("entries")?,
    })
}

fn read_entry(
    reader: &Reader<'_>,
    prefix: &str,
    service: &str,
    walk: &mut Walk<'_>,
) -> Result<Entry, Error> {
    let schema = reader.text("schema")?;
    // A relative id is relative to the service's folder, not to the reference.
    let base = format!("{}/exchanges.json", id::segment(service));
    let invalid = |why: Reason| {
        let help = "add the schema to the input, or correct the id";
        reader.place.error("/schema", why, help)
    };
    let payload = walk.reach(&base, schema).map_err(invalid)?;
    Ok(Entry {
        place: reader.place.clone(),
        name: reader.text("name")?.to_owned(),
        exchange: format!("{prefix}{}", reader.text("exchange")?),
        title: reader.optional_text("title")?.to_owned(),
        description: reader.optional_text("description")?.to_owned(),
        schema: id::path(&base, schema).map_err(|why| invalid(why.into()))?,
        payload,
        routing_key: read_routing_key(reader)?,
    })
}

fn read_routing_key(reader: &Reader<'_>) -> Result<Vec<KeyEntry>, Error> {
    let entries: Vec<KeyEntry> = reader
        .list("routingKey")?
        .iter()
        .enumerate()
        .map(|(index, entry)| {
            let place = Place {
                pointer: format!("{}/routingKey/{index}", reader.place.pointer),
                ..reader.place.clone()
            };
            read_key_entry(&Reader::new(entry, place))
        })
        .collect::<Result<_, _>>()?;
    if entries.iter().filter(|entry| entry.multiple_words).count() > 1 {
        return Err(reader.place.error(
            "/routingKey",
            "more than one routing-key entry has `multipleWords`, so keys cannot be parsed",
            "set `multipleWords` on one entry only",
        ));
    }
    Ok(entries)
}

fn read_key_entry(reader: &Reader<'_>) -> Result<KeyEntry, Error> {
    let multiple_words = reader.flag("multipleWords")?;
    let constant = match reader.optional_text("constant")? {
        "" if reader.value.get("constant").is_none_or(Value::is_null) => None,
        word => Some(check_constant(word, multiple_words, reader)?.to_owned()),
    };
    Ok(KeyEntry {
        name: reader.text("name")?.to_owned(),
        summary: reader.optional_text("summary")?.to_owned(),
        constant,
        required: reader.flag("required")?,
        multiple_words,
    })
}

/// A constant must be one word of a routing key, or no message can have it.
fn check_constant<'a>(
    word: &'a str,
    multiple_words: bool,
    reader: &Reader<'_>,
) -> Result<&'a str, Error> {
    if multiple_words {
        return Err(reader.place.error(
            "/constant",
            "an entry of several words has a constant, which is one word",
            "leave out `constant` or `multipleWords`",
        ));
    }
    if word.is_empty() || word.len() > 255 || word.contains(['.', '*', '#']) {
        return Err(reader.place.error(
            "/constant",
            format!("{word:?} is not a word of a routing key"),
            "give 1 to 255 bytes without `.`, `*` and `#`",
        ));
    }
    Ok(word)
}

/// A JSON object of a reference, and where it stands.
struct Reader<'a> {
    value: &'a Value,
    place: Place,
}

impl<'a> Reader<'a> {
    fn new(value: &'a Value, place: Place) -> Self {
        Self { value, place }
    }

    /// The text of the member `name`, which must be there.
    fn text(&self, name: &str) -> Result<&'a str, Error> {
        match self.optional_text(name)? {
            "" => Err(self.missing(name, "a text")),
            text => Ok(text),
        }
    }

    /// The text of the member `name`, which must be there and may be empty.
    fn present_text(&self, name: &str) -> Result<&'a str, Error> {
        match self.value.get(name) {
            Some(Value::String(text)) => Ok(text),
            _ => Err(self.missing(name, "a text")),
        }
    }

    /// The text of the member `name`, empty where there is none.
    fn optional_text(&self, name: &str) -> Result<&'a str, Error> {
        self.member(name, "a text", "", Value::as_str)
    }

    /// The items of the member `name`, which must be there.
    fn list(&self, name: &str) -> Result<&'a [Value], Error> {
        self.value
            .get(name)
            .and_then(Value::as_array)
            .map(Vec::as_slice)
            .ok_or_else(|| self.missing(name, "an array"))
    }

    /// The flag `name`, `false` by default.
    fn flag(&self, name: &str) -> Result<bool, Error> {
        self.member(name, "`true` or `false`", false, Value::as_bool)
    }

    /// The member `name`, which must be of its kind where it is there.
    fn member<T>(
        &self,
        name: &str,
        kind: &str,
        absent: T,
        read: fn(&'a Value) -> Option<T>,
    ) -> Result<T, Error> {
        match self.value.get(name) {
            None | Some(Value::Null) => Ok(absent),
            Some(value) => read(value).ok_or_else(|| self.missing(name, kind)),
        }
    }

    fn missing(&self, name: &str, kind: &str) -> Error {
        self.place.error(
            &format!("/{name}"),
            format!("expected {kind} as `{name}` of an exchange reference"),
            "add it, as Taskcluster's exchanges-reference schema requires",
        )
    }
}
