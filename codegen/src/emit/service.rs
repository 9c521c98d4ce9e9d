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

/// A file of the service's module.
struct File {
    name: &'static str,
    docs: &'static str,
    /// What its declaration has before `mod`.
    prefix: TokenStream,
    items: Vec<TokenStream>,
}

/// The module of a service, a file for each kind of item.
pub(super) fn files(model: &Model, service: &Service, layout: &Layout<'_>) -> Vec<RustFile> {
    let types = Types::new(model, &service.module);
    let siblings = names(types, service);
    let automata = Automata::default();
    let mut files = usual_files(types, service, &automata);
    files.extend(feature_files(types, service, layout));
    // After all others, which use them.
    let automata = automata.items();
    if !automata.is_empty() {
        files.push(File {
            name: "automata",
            docs: "The large tables of patterns and formats.",
            prefix: TokenStream::new(),
            items: automata,
        });
    }
    files.sort_by_key(|file| file.name);
    let declarations = files.iter().map(|File { name, prefix, .. }| {
        let name = ident(name);
        quote!(#prefix mod #name;)
    });
    let module = RustFile {
        path: format!("{}/mod.rs", service.module),
        docs: module_docs(types, service),
        siblings: BTreeSet::new(),
        items: declarations.chain(exports(types, service)).collect(),
    };
    let files = files.into_iter().map(|file| RustFile {
        path: format!("{}/{}.rs", service.module, file.name),
        docs: file.docs.lines().map(str::to_owned).collect(),
        siblings: siblings.clone(),
        items: file.items,
    });
    std::iter::once(module).chain(files).collect()
}

/// The files that every service has.
fn usual_files(types: Types<'_>, service: &Service, automata: &Automata) -> Vec<File> {
    let entries = Entries::of(service);
    let exchanges = service.exchanges.iter();
    let bindings = exchanges.flat_map(|it| binding::definition(types, service, &entries, it));
    let payloads = types.definitions(service);
    let payloads = payloads.flat_map(|it| payloads::definition(types, it));
    let checks = types.definitions(service);
    let checks = checks.flat_map(|it| checks::definition(types, it));
    let rules = service.rules.iter();
    let rules = rules.map(|rule| validators::constant(rule, automata));
    vec![
        File {
            name: "bindings",
            docs: "Binding types, one for each exchange.",
            prefix: TokenStream::new(),
            items: bindings.collect(),
        },
        File {
            name: "entries",
            docs: "The entries of routing keys.",
            prefix: TokenStream::new(),
            items: entries.items(),
        },
        File {
            name: "routing_keys",
            docs: "The routing keys of messages.",
            prefix: TokenStream::new(),
            items: routing_key::items(service).into_iter().collect(),
        },
        File {
            name: "required",
            docs: REQUIRED,
            prefix: quote!(pub),
            items: required::items(types, service),
        },
        File {
            name: "payloads",
            docs: "Payload types.",
            prefix: TokenStream::new(),
            items: payloads.chain(enums::traits(types, service)).collect(),
        },
        File {
            name: "schemas",
            docs: "The schemas of payloads, as static tables.",
            prefix: quote!(pub(super)),
            items: table_items(types, service, automata),
        },
        File {
            name: "checks",
            docs: "The checks of `validate()`.",
            prefix: TokenStream::new(),
            items: checks.collect(),
        },
        File {
            name: "validators",
            docs: "The rules of the schemas, as constants.",
            prefix: quote!(pub),
            items: rules.collect(),
        },
    ]
}

/// The files of features that the layout has.
fn feature_files(types: Types<'_>, service: &Service, layout: &Layout<'_>) -> Vec<File> {
    let mut files = Vec::new();
    if layout.examples {
        files.push(File {
            name: "examples",
            docs: "Valid examples of payloads and routing keys.",
            prefix: layout.feature("arbitrary"),
            items: examples::items(types, service),
        });
    }
    if layout.schemas {
        files.push(File {
            name: "json_schemas",
            docs: "The payloads as JSON Schemas, for `schemars`.",
            prefix: layout.feature("schemars"),
            items: schemas::items(types, service),
        });
    }
    files
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
    let payloads = types.definitions(service).map(|it| ident(&it.name));
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
        .chain(types.definitions(service).map(|it| &it.name))
        .cloned()
        .chain(["automata", "entries", "schemas", "validators"].map(str::to_owned))
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
