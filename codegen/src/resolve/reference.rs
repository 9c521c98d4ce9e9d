//! Exchange references, as they were published.

use serde_json::Value;

use super::SchemaId;
use super::walk::Walk;
use crate::error::Error;
use crate::load::Document;
use crate::place::Place;

/// What one service publishes.
#[derive(Clone, Debug)]
pub(crate) struct Reference {
    pub(crate) service: String,
    pub(crate) api_version: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) entries: Vec<Entry>,
}

/// One exchange.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) name: String,
    /// The full name on the broker.
    pub(crate) exchange: String,
    pub(crate) title: String,
    pub(crate) description: String,
    /// The id of the payload's schema, as the reference writes it.
    pub(crate) schema: String,
    pub(crate) payload: SchemaId,
    pub(crate) routing_key: Vec<KeyEntry>,
}

/// One entry of a routing key.
#[derive(Clone, Debug)]
pub(crate) struct KeyEntry {
    pub(crate) name: String,
    pub(crate) summary: String,
    pub(crate) constant: Option<String>,
    pub(crate) required: bool,
    pub(crate) multiple_words: bool,
}

/// Reads an exchange reference of any release since 2018: the oldest name no
/// service, and give schemas by absolute ids.
pub(super) fn read(document: &Document, walk: &mut Walk<'_>) -> Result<Reference, Vec<Error>> {
    let root = Reader::new(&document.root, document.place(""));
    let prefix = root.text("exchangePrefix").map_err(|error| vec![error])?;
    let service = match root.optional_text("serviceName") {
        "" => service_of(prefix),
        service => service.to_owned(),
    };
    let mut errors = Vec::new();
    let mut entries = Vec::new();
    for (index, entry) in root.list("entries").iter().enumerate() {
        let reader = Reader::new(entry, document.place(&format!("/entries/{index}")));
        match read_entry(&reader, prefix, &service, walk) {
            Ok(entry) => entries.push(entry),
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Reference {
        service,
        api_version: match root.optional_text("apiVersion") {
            "" => "v1".to_owned(),
            version => version.to_owned(),
        },
        title: root.optional_text("title").to_owned(),
        description: root.optional_text("description").to_owned(),
        entries,
    })
}

/// The service behind a prefix like `exchange/taskcluster-queue/v1/`, by
/// Taskcluster's own rule for references that name none.
fn service_of(prefix: &str) -> String {
    let namespace = prefix.split('/').nth(1).unwrap_or(prefix);
    namespace
        .strip_prefix("taskcluster-")
        .unwrap_or(namespace)
        .to_owned()
}

fn read_entry(
    reader: &Reader<'_>,
    prefix: &str,
    service: &str,
    walk: &mut Walk<'_>,
) -> Result<Entry, Error> {
    let schema = reader.text("schema")?;
    // A relative id is relative to the service's folder, not to the reference.
    let base = format!("{service}/exchanges.json");
    let payload = walk.reach(&base, schema).map_err(|why| {
        reader.place.error(
            "/schema",
            why,
            "add the schema to the input, or correct the id",
        )
    })?;
    Ok(Entry {
        name: reader.text("name")?.to_owned(),
        exchange: format!("{prefix}{}", reader.text("exchange")?),
        title: reader.optional_text("title").to_owned(),
        description: reader.optional_text("description").to_owned(),
        schema: schema.to_owned(),
        payload,
        routing_key: read_routing_key(reader)?,
    })
}

fn read_routing_key(reader: &Reader<'_>) -> Result<Vec<KeyEntry>, Error> {
    let entries: Vec<KeyEntry> = reader
        .list("routingKey")
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
            "two entries hold several words, so that no key can be told apart into its entries",
            "let one entry alone say `multipleWords`",
        ));
    }
    Ok(entries)
}

fn read_key_entry(reader: &Reader<'_>) -> Result<KeyEntry, Error> {
    let constant = match reader.value.get("constant") {
        Some(Value::String(word)) => Some(check_constant(word, reader)?.to_owned()),
        Some(Value::Null) | None => None,
        Some(_) => {
            return Err(reader
                .place
                .error("/constant", "not a string", "give one word"));
        }
    };
    Ok(KeyEntry {
        name: reader.text("name")?.to_owned(),
        summary: reader.optional_text("summary").to_owned(),
        constant,
        required: reader.flag("required"),
        multiple_words: reader.flag("multipleWords"),
    })
}

/// A constant must be one word of a routing key, or no message can have it.
fn check_constant<'a>(word: &'a str, reader: &Reader<'_>) -> Result<&'a str, Error> {
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

    fn text(&self, name: &str) -> Result<&'a str, Error> {
        match self.optional_text(name) {
            "" => Err(self.place.error(
                &format!("/{name}"),
                format!("the exchange reference needs a string `{name}` here"),
                "give it, as Taskcluster's exchanges-reference schema says",
            )),
            text => Ok(text),
        }
    }

    /// The text of the member `name`, empty where there is none.
    fn optional_text(&self, name: &str) -> &'a str {
        self.value.get(name).and_then(Value::as_str).unwrap_or("")
    }

    fn list(&self, name: &str) -> &'a [Value] {
        self.value
            .get(name)
            .and_then(Value::as_array)
            .map_or(&[], Vec::as_slice)
    }

    fn flag(&self, name: &str) -> bool {
        self.value
            .get(name)
            .and_then(Value::as_bool)
            .unwrap_or(false)
    }
}
