//! The names that an earlier run chose.
//!
//! The documents do not show which of two items with one name came first. So the output
//! records the name of each item, and the next run reads it: added documents rename
//! nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::Source;
use crate::model::Model;
use taskcluster_documents::text::escape_json;
use taskcluster_documents::{Error, Place, Reason, escape, json};

/// The file of the output with the names.
pub(crate) const FILE: &str = "names.json";

/// The property with a note for readers of the file.
const ABOUT: &str = "//";

/// That note, after the header of the output.
const USE: &str = "The next run reads it, so that names stay as they are.";

/// The namespaces, in the order of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Namespace {
    /// The binding of an exchange, whose owner is the exchange.
    Binding,
    /// The setters of a binding, by the entries of the routing key.
    Entry,
    /// The variant of the event for an exchange.
    Event,
    /// The fields or variants of a type, by their names in its schema.
    Member,
    /// The module of a service, whose owner is `queue v1`.
    Module,
    /// The type of a schema, `module::Name`; the owner is [`TypeDef::key`].
    ///
    /// [`TypeDef::key`]: crate::model::TypeDef::key
    Payload,
    /// The routing key of an exchange.
    RoutingKey,
    /// A rule; the owner is [`NamedRule::owner`].
    ///
    /// [`NamedRule::owner`]: crate::model::NamedRule::owner
    Validator,
}

impl Namespace {
    const ALL: [Self; 8] = [
        Self::Binding,
        Self::Entry,
        Self::Event,
        Self::Member,
        Self::Module,
        Self::Payload,
        Self::RoutingKey,
        Self::Validator,
    ];

    /// The property of the file with the names of this namespace.
    fn member(self) -> &'static str {
        match self {
            Self::Binding => "bindings",
            Self::Entry => "entries",
            Self::Event => "events",
            Self::Member => "members",
            Self::Module => "modules",
            Self::Payload => "payloads",
            Self::RoutingKey => "routingKeys",
            Self::Validator => "validators",
        }
    }
}

/// The names of the members of each owner, by their names in the schema.
pub(crate) type Members = BTreeMap<(Namespace, String), BTreeMap<String, String>>;

/// The names of a run, by namespace and owner.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// The file that they were read from.
    place: Place,
    names: BTreeMap<(Namespace, String), String>,
    members: Members,
}

impl Names {
    /// Reads the file of an earlier run, if there is one. Also returns its errors.
    pub(crate) fn read(source: Option<&Source>) -> (Self, Vec<Error>) {
        let Some(source) = source else {
            return Default::default();
        };
        let place = Place::whole(&source.name);
        let mut names = Self {
            place: place.clone(),
            ..Self::default()
        };
        let root = match json::parse(&source.bytes) {
            Ok(Value::Object(root)) => root,
            Ok(_) => return (names, vec![invalid(&place, "", "expected an object")]),
            Err(error) => return (names, vec![invalid(&place, "", error)]),
        };
        let mut errors = Vec::new();
        for (member, owners) in root.iter().filter(|(member, _)| *member != ABOUT) {
            let below = format!("/{}", escape(member));
            let namespace = Namespace::ALL
                .into_iter()
                .find(|namespace| namespace.member() == member);
            match (namespace, owners) {
                (
                    Some(namespace @ (Namespace::Entry | Namespace::Member)),
                    Value::Object(owners),
                ) => {
                    for (owner, members) in owners {
                        let below = format!("{below}/{}", escape(owner));
                        match read_members(members) {
                            Ok(members) => {
                                drop(names.members.insert((namespace, owner.clone()), members))
                            }
                            Err(what) => errors.push(invalid(&place, &below, what)),
                        }
                    }
                }
                (Some(namespace), Value::Object(owners)) => {
                    let refused = names.insert_all(namespace, owners);
                    let refused = refused.into_iter().map(|owner| format!("{below}/{owner}"));
                    errors.extend(refused.map(|below| invalid(&place, &below, "not a name")));
                }
                (Some(_), _) => errors.push(invalid(&place, &below, "expected an object")),
                (None, _) => errors.push(invalid(&place, &below, "an unknown kind of names")),
            }
        }
        errors.extend(names.shared());
        (names, errors)
    }

    /// All names in `model` that another run could choose differently.
    pub(crate) fn of(model: &Model) -> Self {
        let mut names = Self {
            members: model.members.clone(),
            ..Self::default()
        };
        for service in &model.services {
            names.add(Namespace::Module, &service.key(), &service.module);
            for exchange in &service.exchanges {
                let owner = &exchange.exchange;
                names.add(Namespace::Binding, owner, &exchange.name);
                names.add(Namespace::RoutingKey, owner, &exchange.key_name);
                names.add(Namespace::Event, owner, &exchange.variant);
            }
            for id in &service.types {
                let definition = &model.types[id.0];
                let path = format!("{}::{}", service.module, definition.name);
                names.add(Namespace::Payload, &definition.key, &path);
            }
            for rule in &service.rules {
                names.add(Namespace::Validator, &rule.owner, &rule.name);
            }
        }
        names
    }

    /// Adds a name; of two names for one owner, the first is kept.
    fn add(&mut self, namespace: Namespace, owner: &str, name: &str) {
        let names = self.names.entry((namespace, owner.to_owned()));
        names.or_insert_with(|| name.to_owned());
    }

    /// The file of the output, after a first line of the output's files.
    ///
    /// Properties are inserted in sorted order, so the text has that order with any
    /// features of `serde_json`.
    pub(crate) fn json(self, header: &str) -> String {
        let mut root = Map::from_iter([(ABOUT.to_owned(), format!("{header} {USE}").into())]);
        let names = self.names.into_iter();
        let names = names.map(|(owner, name)| (owner, Value::from(name)));
        let members = self.members.into_iter();
        let members = members.map(|(owner, names)| (owner, Value::from_iter(names)));
        let all: BTreeMap<(Namespace, String), Value> = names.chain(members).collect();
        for ((namespace, owner), names) in all {
            let owners = root.entry(namespace.member());
            let owners = owners.or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(owners) = owners {
                owners.insert(owner, names);
            }
        }
        escape_json(&format!("{:#}\n", Value::Object(root)))
    }

    /// An error for each owner with the name of another. The names of bindings, routing
    /// keys and validators are unique in a module only; `types::naming` finds duplicates
    /// in one module.
    fn shared(&self) -> Vec<Error> {
        let mut first: BTreeMap<_, &(Namespace, String)> = BTreeMap::new();
        let mut errors = Vec::new();
        let unique = |namespace: &Namespace| {
            matches!(
                namespace,
                Namespace::Module | Namespace::Event | Namespace::Payload
            )
        };
        for (owner, name) in self
            .names
            .iter()
            .filter(|((namespace, _), _)| unique(namespace))
        {
            match first.get(&(owner.0, name)) {
                Some(other) => errors.push(self.clash(owner, other)),
                None => drop(first.insert((owner.0, name), owner)),
            }
        }
        errors
    }

    /// The error for `owner`, which has the name of `other`.
    pub(crate) fn clash(&self, owner: &(Namespace, String), other: &(Namespace, String)) -> Error {
        let below = |(namespace, owner): &(Namespace, String)| {
            format!("/{}/{}", namespace.member(), escape(owner))
        };
        let name = self.names.get(owner).map_or("", String::as_str);
        let file = &self.place.file;
        let what = format!("{file}#{} has the name {name:?}, too", below(other));
        invalid(&self.place, &below(owner), what)
    }

    /// Adds the names of `owners`. Returns the owners with an invalid name, each as a
    /// step of a JSON pointer.
    fn insert_all(&mut self, namespace: Namespace, owners: &Map<String, Value>) -> Vec<String> {
        let mut refused = Vec::new();
        for (owner, name) in owners {
            match name.as_str().filter(|name| is_name(name, namespace)) {
                Some(name) => drop(
                    self.names
                        .insert((namespace, owner.clone()), name.to_owned()),
                ),
                None => refused.push(escape(owner)),
            }
        }
        refused
    }

    /// The name that `owner` had.
    pub(crate) fn get(&self, namespace: Namespace, owner: &str) -> Option<&str> {
        self.names
            .get(&(namespace, owner.to_owned()))
            .map(String::as_str)
    }

    /// The names that members of `owner` had.
    pub(crate) fn members(&self, owner: &(Namespace, String)) -> Option<&BTreeMap<String, String>> {
        self.members.get(owner)
    }

    /// The module and the name that the type `key` had.
    pub(crate) fn payload(&self, key: &str) -> Option<(&str, &str)> {
        self.get(Namespace::Payload, key)?.split_once("::")
    }
}

fn invalid(place: &Place, below: &str, what: impl Into<Reason>) -> Error {
    place.error(
        below,
        what,
        "restore the file, or delete it to choose all names again",
    )
}

/// The names of the members of an owner.
fn read_members(members: &Value) -> Result<BTreeMap<String, String>, String> {
    let mut seen = BTreeMap::new();
    let members = members.as_object().ok_or("expected an object")?;
    let members = members.iter().map(|(member, name)| {
        let name = name.as_str().filter(|name| is_identifier(name));
        let name = name.ok_or_else(|| format!("the name of {member:?} is not a name"))?;
        match seen.insert(name, member) {
            Some(other) => Err(format!("{member:?} has the name of {other:?}")),
            None => Ok((member.clone(), name.to_owned())),
        }
    });
    members.collect()
}

/// Whether `text` is a valid name in this namespace.
fn is_name(text: &str, namespace: Namespace) -> bool {
    match (namespace, text.split_once("::")) {
        (Namespace::Payload, Some((module, name))) => is_identifier(module) && is_identifier(name),
        (Namespace::Payload, None) => false,
        _ => is_identifier(text),
    }
}

/// Whether `text` can be made an identifier; keywords are written raw, if they can be.
fn is_identifier(text: &str) -> bool {
    let is_word = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let is_special = matches!(text, "crate" | "self" | "super" | "Self");
    !text.starts_with(|it: char| it.is_ascii_digit())
        && text.chars().all(is_word)
        // serde has no name for underscores alone.
        && text.contains(|it: char| it.is_ascii_alphanumeric())
        && !is_special
}
