//! The file of names, which the next run reads to keep them.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use taskcluster_documents::text::escape_json;

use crate::model::{Model, Service};
use crate::names::{ABOUT, Kind};

/// How the file is used.
const USE: &str = "The next run reads it, so that names stay as they are.";

/// All names that another run could choose differently, as JSON.
pub(crate) fn names(model: &Model, header: &str) -> String {
    let mut names = Gathered::default();
    for service in &model.services {
        names.add(Kind::Module, service.key(), &service.module);
        names.add_exchanges(service);
        for id in &service.types {
            let definition = &model.types[id.0];
            let path = format!("{}::{}", service.module, definition.name);
            names.add(Kind::Payload, definition.key.clone(), &path);
        }
        for rule in &service.rules {
            names.add(Kind::Validator, rule.owner.clone(), &rule.name);
        }
    }
    names.json(header)
}

/// Names by kind and owner; of two names for one owner, the first is kept.
#[derive(Default)]
struct Gathered(BTreeMap<&'static str, BTreeMap<String, String>>);

impl Gathered {
    fn add(&mut self, kind: Kind, owner: String, name: &str) {
        let owners = self.0.entry(kind.member()).or_default();
        owners.entry(owner).or_insert_with(|| name.to_owned());
    }

    fn add_exchanges(&mut self, service: &Service) {
        for exchange in &service.exchanges {
            for (kind, name) in [
                (Kind::Binding, &exchange.name),
                (Kind::RoutingKey, &exchange.key_name),
                (Kind::Event, &exchange.variant),
            ] {
                self.add(kind, exchange.exchange.clone(), name);
            }
        }
    }

    /// Properties are inserted in sorted order, so the text has that order with any
    /// features of `serde_json`.
    fn json(self, header: &str) -> String {
        let mut root = Map::from_iter([(ABOUT.to_owned(), format!("{header} {USE}").into())]);
        for (kind, owners) in self.0 {
            let owners = owners.into_iter().map(|(owner, name)| (owner, name.into()));
            root.insert(kind.to_owned(), Value::Object(owners.collect()));
        }
        escape_json(&format!("{:#}\n", Value::Object(root)))
    }
}
