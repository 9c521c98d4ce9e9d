//! Services and their exchanges.

use super::builder::TypeBuilder;
use super::naming::Claims;
use crate::ident;
use crate::model::{Exchange, KeyEntry, Service};
use crate::names::{Names, Namespace};
use taskcluster_documents::reference::{Entry, Reference};

/// Names of other modules, files and features of a generated crate, of the modules of each
/// service, and of the crates and tools that the root module refers to; names that have a
/// meaning for Cargo or rustc, and those that files can't have on Windows.
const RESERVED: [&str; 24] = [
    "arbitrary",
    "aux",
    "bin",
    "bindings",
    "catalogue",
    "checks",
    "con",
    "default",
    "entries",
    "event",
    "json_schemas",
    "lib",
    "main",
    "mod",
    "nul",
    "payloads",
    "prn",
    "required",
    "routing_keys",
    "rustfmt",
    "schemars",
    "schemas",
    "taskcluster_pulse",
    "validators",
];

/// Builds every service, and every type that its payloads reach.
pub(super) fn services(
    references: &[Reference],
    types: &mut TypeBuilder<'_>,
    names: &Names,
) -> Vec<Service> {
    let mut services: Vec<(Service, &Reference)> =
        references.iter().map(|it| (service(it), it)).collect();
    name_modules(&mut services, names);
    for (service, _) in &services {
        let folder = format!("{}/{}", service.name, service.api_version);
        types.modules.insert(folder, service.module.clone());
    }
    for (service, reference) in &mut services {
        types.module.clone_from(&service.module);
        service.exchanges = reference
            .entries
            .iter()
            .map(|entry| exchange(entry, types))
            .collect();
    }
    services.into_iter().map(|(service, _)| service).collect()
}

/// Names the modules of services. The API version is part of the name from the second
/// version on, so a new version does not rename the first.
fn name_modules(services: &mut [(Service, &Reference)], names: &Names) {
    let mut claims = Claims::new(RESERVED).separated_by("_");
    for (service, _) in services.iter() {
        let owner = service.key();
        claims.keep(
            Namespace::Module,
            &owner,
            names.get(Namespace::Module, &owner),
        );
    }
    for (service, _) in services {
        let wanted = match service.api_version.as_str() {
            "v1" => ident::snake(&service.name),
            version => ident::snake(&format!("{} {version}", service.name)),
        };
        service.module = claims.claim(Namespace::Module, &service.key(), &[&wanted], "service");
    }
}

fn service(reference: &Reference) -> Service {
    Service {
        module: String::new(),
        name: reference.service.clone(),
        api_version: reference.api_version.clone(),
        title: reference.title.clone(),
        description: reference.description.clone(),
        exchanges: Vec::new(),
        types: Vec::new(),
        rules: Vec::new(),
    }
}

fn exchange(entry: &Entry, types: &mut TypeBuilder<'_>) -> Exchange {
    Exchange {
        name: String::new(),
        variant: String::new(),
        key_name: String::new(),
        wire_name: entry.name.clone(),
        exchange: entry.exchange.clone(),
        title: entry.title.clone(),
        description: entry.description.clone(),
        schema: entry.schema.clone(),
        payload: types.payload(entry.payload),
        entries: key_entries(entry),
    }
}

fn key_entries(entry: &Entry) -> Vec<KeyEntry> {
    let entries = entry.routing_key.iter().map(|word| KeyEntry {
        field: ident::snake_or(&word.name, "word"),
        wire_name: word.name.clone(),
        summary: word.summary.clone(),
        constant: word.constant.clone(),
        required: word.required,
        multiple_words: word.multiple_words,
    });
    entries.collect()
}
