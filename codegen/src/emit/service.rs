//! The files of one service.

use std::collections::BTreeSet;

use proc_macro2::TokenStream;
use quote::quote;

use super::checks;
use super::description;
use super::entries::Entries;
use super::markdown::code;
use super::matcher::Automata;
use super::tables::Tables;
use super::ty::{Types, ident};
use super::{
    Layout, RustFile, binding, enums, examples, payloads, required, routing_key, schemas,
    validators,
};
use crate::model::{Model, Service, TypeId};

/// The docs of the file of required fields.
const REQUIRED: &str = "The required fields of payloads and routing keys.

Each is the argument of `new` of the type of the same name.";

/// The docs of the file of large tables.
const AUTOMATA: &str = "The large tables of patterns and formats.";

/// A file's name, docs and items.
type File = (&'static str, &'static str, Vec<TokenStream>);

/// The module of a service, a file for each kind of item.
pub(super) fn files(model: &Model, service: &Service, layout: &Layout<'_>) -> Vec<RustFile> {
    let types = Types::new(model, &service.module);
    let siblings = names(types, service);
    let automata = Automata::default();
    let mut files = usual_files(types, service, &automata);
    files.extend(feature_files(types, service, layout));
    // After all others, which use them.
    let automata = automata.items();
    let of_automata = (!automata.is_empty()).then(|| quote! { mod automata; });
    if of_automata.is_some() {
        files.push(("automata", AUTOMATA, automata));
    }
    let files = files.into_iter().map(|(name, docs, items)| RustFile {
        path: format!("{}/{name}.rs", service.module),
        docs: docs.lines().map(str::to_owned).collect(),
        siblings: siblings.clone(),
        items,
    });
    let module = module(types, service, layout, of_automata);
    std::iter::once(module).chain(files).collect()
}

/// The files that every service has.
fn usual_files(types: Types<'_>, service: &Service, automata: &Automata) -> Vec<File> {
    let entries = Entries::of(service);
    vec![
        (
            "bindings",
            "Binding types, one for each exchange.",
            binding_items(types, service, &entries),
        ),
        ("entries", "The entries of routing keys.", entries.items()),
        (
            "routing_keys",
            "The routing keys of messages.",
            routing_key::items(service).into_iter().collect(),
        ),
        ("required", REQUIRED, required::items(types, service)),
        ("payloads", "Payload types.", payload_items(types, service)),
        (
            "schemas",
            "The schemas of payloads, as static tables.",
            table_items(types, service, automata),
        ),
        (
            "checks",
            "The checks of `validate()`.",
            check_items(types, service),
        ),
        (
            "validators",
            "The rules of the schemas, as constants.",
            rule_items(service, automata),
        ),
    ]
}

/// The files of features that the layout has.
fn feature_files(types: Types<'_>, service: &Service, layout: &Layout<'_>) -> Vec<File> {
    let mut files = Vec::new();
    if layout.examples {
        let docs = "Valid examples of payloads and routing keys.";
        files.push(("examples", docs, examples::items(types, service)));
    }
    if layout.schemas {
        let docs = "The payloads as JSON Schemas, for `schemars`.";
        files.push(("json_schemas", docs, schemas::items(types, service)));
    }
    files
}

fn module(
    types: Types<'_>,
    service: &Service,
    layout: &Layout<'_>,
    of_automata: Option<TokenStream>,
) -> RustFile {
    let examples = layout.examples.then(|| {
        let feature = layout.feature("arbitrary");
        quote!(#feature mod examples;)
    });
    let schemas = layout.schemas.then(|| {
        let feature = layout.feature("schemars");
        quote!(#feature mod json_schemas;)
    });
    let mut items = vec![quote! {
        #of_automata
        mod bindings;
        mod checks;
        mod entries;
        #examples
        #schemas
        mod payloads;
        pub mod required;
        mod routing_keys;
        pub(super) mod schemas;
        pub mod validators;
    }];
    items.extend(exports(types, service));
    RustFile {
        path: format!("{}/mod.rs", service.module),
        docs: module_docs(types, service),
        siblings: BTreeSet::new(),
        items,
    }
}

/// The public items of the module's files.
fn exports(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let bindings = service
        .exchanges
        .iter()
        .map(|exchange| ident(&exchange.name));
    let keys = service
        .exchanges
        .iter()
        .map(|exchange| ident(&exchange.key_name));
    let payloads = service
        .types
        .iter()
        .map(|id| ident(&types.definition(*id).name));
    let mut items = Vec::new();
    if !service.exchanges.is_empty() {
        items.push(quote! {
            pub use bindings::{#(#bindings),*};
            pub use routing_keys::{#(#keys),*};
        });
    }
    if !service.types.is_empty() {
        items.push(quote!(pub use payloads::{#(#payloads),*};));
    }
    items
}

fn module_docs(types: Types<'_>, service: &Service) -> Vec<String> {
    let title = description::lines(&service.title);
    let description = description::lines(&service.description);
    let gap = (!title.is_empty() && !description.is_empty()).then(String::new);
    let lines = title.into_iter().chain(gap).chain(description);
    lines.chain(table(types, service)).collect()
}

/// A table of the exchanges, each with a link to its binding and its payload.
fn table(types: Types<'_>, service: &Service) -> Vec<String> {
    if service.exchanges.is_empty() {
        return Vec::new();
    }
    let rows = service.exchanges.iter().map(|exchange| {
        let payload = match types.definition(exchange.payload) {
            local if local.module == service.module => format!("[`{}`]", local.name),
            other => format!("[`{0}`](super::{1}::{0})", other.name, other.module),
        };
        format!(
            "| {} | [`{}`] | {payload} |",
            code(&exchange.exchange).replace('|', r"\|"),
            exchange.name,
        )
    });
    let head = [
        "",
        "| exchange | binding | payload |",
        "| --- | --- | --- |",
    ];
    let more = [
        "",
        "[`required`] has the arguments of the constructors of payloads and routing keys, and",
        "[`validators`] the rules of the schemas as constants.",
    ];
    let (head, more) = (head.map(str::to_owned), more.map(str::to_owned));
    head.into_iter().chain(rows).chain(more).collect()
}

/// The names that the files of a service's module can import from it.
fn names(types: Types<'_>, service: &Service) -> BTreeSet<String> {
    let exchanges = service.exchanges.iter();
    exchanges
        .flat_map(|exchange| [&exchange.name, &exchange.key_name])
        .chain(service.types.iter().map(|id| &types.definition(*id).name))
        .cloned()
        .chain(["automata", "entries", "schemas", "validators"].map(str::to_owned))
        .collect()
}

fn binding_items(types: Types<'_>, service: &Service, entries: &Entries<'_>) -> Vec<TokenStream> {
    let exchanges = service.exchanges.iter();
    exchanges
        .flat_map(|exchange| binding::definition(types, service, entries, exchange))
        .collect()
}

fn payload_items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let ids = service.types.iter();
    ids.flat_map(|id| payloads::definition(types, types.definition(*id)))
        .chain(enums::traits(types, service))
        .collect()
}

fn table_items(types: Types<'_>, service: &Service, automata: &Automata) -> Vec<TokenStream> {
    let own: BTreeSet<TypeId> = service.types.iter().copied().collect();
    // A type of this module may be the payload of another service's exchange.
    let own = own.intersection(&types.model.payloads).map(|id| {
        let (name, is_typed) = (ident(&types.definition(*id).name), types.is_typed(*id));
        quote!(const _: #name = #is_typed;)
    });
    let own: Vec<TokenStream> = own.collect();
    let implementations = (!own.is_empty()).then(|| quote!(payloads! { #(#own)* }));
    let tables = Tables { types, automata };
    let statics = service.types.iter().flat_map(|id| tables.of_type(*id));
    statics
        .chain(tables.shared(service))
        .chain(implementations)
        .collect()
}

fn rule_items(service: &Service, automata: &Automata) -> Vec<TokenStream> {
    let rules = service.rules.iter();
    rules
        .map(|rule| validators::constant(rule, automata))
        .collect()
}

fn check_items(types: Types<'_>, service: &Service) -> Vec<TokenStream> {
    let ids = service.types.iter();
    ids.flat_map(|id| checks::definition(types, types.definition(*id)))
        .collect()
}
