//! Compares `Api` with the public items of the generated code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use crate::support::{REFERENCE, source, sources, workspace};
use quote::ToTokens;
use serde_json::{Value, json};
use syn::{Fields, ImplItem, Item, Visibility};
use taskcluster_codegen::{Api, Generator};
use taskcluster_documents::{load, resolve};

/// Paths of items and their members, each with its type if it has one.
type Items = BTreeMap<String, String>;

/// The public items in the generated files of services, and the variants of the event.
fn generated(files: &BTreeMap<String, String>) -> Items {
    let mut items = Items::new();
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let (module, file) = match path.strip_suffix(".rs").unwrap_or(path).split_once('/') {
            Some((module, file)) => (format!("{module}::"), file),
            None => (String::new(), path.trim_end_matches(".rs")),
        };
        let prefix = match file {
            "payloads" | "bindings" | "routing_keys" | "event" => module,
            "validators" => format!("{module}validators::"),
            _ => continue,
        };
        for item in syn::parse_file(text).expect("Rust").items {
            add(&prefix, &item, &mut items);
        }
    }
    items
}

fn add(prefix: &str, item: &Item, items: &mut Items) {
    match item {
        Item::Struct(it) => {
            let path = format!("{prefix}{}", it.ident);
            for (index, field) in it.fields.iter().enumerate() {
                if matches!(field.vis, Visibility::Public(_)) {
                    let name = field.ident.as_ref().map(ToString::to_string);
                    let name = name.unwrap_or_else(|| index.to_string());
                    let name = name.trim_start_matches("r#");
                    items.insert(format!("{path}.{name}"), ty(&field.ty));
                }
            }
            items.insert(path, String::new());
        }
        Item::Enum(it) => {
            let path = format!("{prefix}{}", it.ident);
            let kept = ["Unmatched", "Unrecognized"];
            let variants = it.variants.iter();
            for variant in variants.filter(|it| !kept.contains(&it.ident.to_string().as_str())) {
                let inside = match &variant.fields {
                    Fields::Unnamed(fields) if path != "Event" => {
                        fields.unnamed.first().map(|it| ty(&it.ty))
                    }
                    _ => None,
                };
                items.insert(
                    format!("{path}::{}", variant.ident),
                    inside.unwrap_or_default(),
                );
            }
            if path != "Event" {
                items.insert(path, String::new());
            }
        }
        Item::Const(it) => {
            items.insert(format!("{prefix}{}", it.ident), ty(&it.ty));
        }
        // A macro of the runtime adds the same code to each item.
        Item::Macro(it) if it.mac.path.is_ident("routing_keys") => {
            let inside: syn::File = it.mac.parse_body().expect("items");
            for item in &inside.items {
                add(prefix, item, items);
            }
        }
        // The methods of the event are the same for every input.
        Item::Impl(it) if it.trait_.is_none() && !prefix.is_empty() => {
            let path = format!("{prefix}{}", ty(&it.self_ty));
            for item in &it.items {
                if let ImplItem::Fn(function) = item
                    && matches!(function.vis, Visibility::Public(_))
                    && function.sig.ident != "new"
                {
                    let name = function.sig.ident.to_string();
                    let name = name.trim_start_matches("r#");
                    items.insert(format!("{path}::{name}()"), String::new());
                }
            }
        }
        _ => {}
    }
}

/// A type with the paths of modules removed.
fn ty(ty: &impl ToTokens) -> String {
    without_modules(&ty.to_token_stream().to_string())
}

fn without_modules(text: &str) -> String {
    let mut text = text.replace(' ', "").replace("r#", "");
    for close in [")", ">"] {
        // A list that is broken into lines ends with a comma.
        text = text.replace(&format!(",{close}"), close);
    }
    let (mut kept, mut word) = (String::new(), String::new());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ':' => {
                word.clear();
                letters.next_if_eq(&':');
            }
            letter if letter.is_alphanumeric() || letter == '_' => word.push(letter),
            letter => {
                kept.push_str(&word);
                word.clear();
                kept.push(letter);
            }
        }
    }
    kept + &word
}

/// The items of `Api`, in the same form.
fn listed(api: &Api) -> Items {
    let mut items = Items::new();
    for (path, item) in &api.items {
        let is_constant = path.contains("::validators::");
        let members = item
            .members
            .iter()
            .filter(|(name, _)| !name.starts_with(": "));
        for (name, member) in members {
            let ty = member.definition.split(" = ").next().unwrap_or_default();
            items.insert(format!("{path}{name}"), without_modules(ty));
        }
        let definition = if is_constant {
            without_modules(&item.definition)
        } else {
            String::new()
        };
        items.insert(path.clone(), definition);
    }
    items
}

#[test]
fn every_public_item_is_listed_with_its_type() {
    let goldens = fs::read_dir(workspace("tests/goldens")).expect("goldens");
    let mut folders: Vec<PathBuf> = goldens
        .map(|golden| golden.expect("an entry").path().join("input"))
        .collect();
    folders.extend([workspace("schemas"), workspace("tests/fixtures/private")]);
    let mut count = 0;
    for folder in folders {
        let sources = sources(&folder);
        let files = Generator::new().sources(sources.clone()).module();
        let files = files.unwrap_or_else(|errors| panic!("{errors}"));
        let resolved = resolve(&load(&sources)).checked().expect("documents");
        let api = Api::of(&resolved, None).expect("items");
        let (expected, found) = (generated(&files), listed(&api));
        count += expected.len();
        let pairs = |items: &Items| -> BTreeSet<String> {
            items
                .iter()
                .map(|(path, ty)| format!("{path}: {ty}"))
                .collect()
        };
        let (expected, found) = (pairs(&expected), pairs(&found));
        let missing: Vec<&String> = expected.difference(&found).collect();
        let wrong: Vec<&String> = found.difference(&expected).collect();
        assert!(
            missing.is_empty() && wrong.is_empty(),
            "{}: {missing:#?} {wrong:#?}",
            folder.display()
        );
    }
    assert!(count > 1000, "{count}");
}

/// The items for a payload with the property `value`, whose schema is `value`.
fn items(value: &Value) -> BTreeMap<String, taskcluster_codegen::Item> {
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": "/schemas/made-up/v1/message.json#",
        "type": "object",
        "properties": {"value": value},
        "definitions": {
            "person": {
                "title": "Person",
                "type": "object",
                "properties": {"name": {"type": "string"}},
            },
            "name": {"required": ["name"]},
            "mail": {"required": ["mail"]},
            "never": false,
            "email": {"format": "email"},
            "uri": {"format": "uri"},
        },
    });
    let sources = [
        source("references.json", REFERENCE),
        source("message.json", schema.to_string()),
    ];
    let resolved = resolve(&load(&sources)).checked();
    let resolved = resolved.unwrap_or_else(|errors| panic!("{errors}"));
    Api::of(&resolved, None).expect("items").items
}

/// The items for a schema do not depend on texts beside a `$ref`.
#[track_caller]
fn assert_only_described(schema: &str) {
    let [plain, described] = [
        "",
        r#", "title": "Described", "description": "A description.""#,
    ]
    .map(|texts| items(&serde_json::from_str(&schema.replace("+", texts)).expect("JSON")));
    assert_eq!(plain, described, "{schema}");
}

#[test]
fn a_described_reference_is_the_shared_type_or_null() {
    assert_only_described(
        r##"{"title": "Owner", "anyOf": [{"$ref": "#/definitions/person"+}, {"type": "null"}]}"##,
    );
}

#[test]
fn a_described_reference_to_a_format_is_one_of_several() {
    assert_only_described(
        r##"{
            "type": "string",
            "anyOf": [{"$ref": "#/definitions/email"+}, {"$ref": "#/definitions/uri"}]
        }"##,
    );
}

#[test]
fn a_described_reference_to_a_condition_is_no_alternative() {
    assert_only_described(
        r##"{
            "type": "object",
            "properties": {"name": {"type": "string"}, "mail": {"type": "string"}},
            "anyOf": [{"$ref": "#/definitions/name"+}, {"$ref": "#/definitions/mail"}]
        }"##,
    );
}

#[test]
fn a_described_reference_in_one_branch_of_a_condition_is_the_same_type() {
    assert_only_described(
        r##"{
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "if": {"properties": {"kind": {"const": "a"}}},
            "then": {"properties": {"x": {"$ref": "#/definitions/person"}}},
            "else": {"properties": {"x": {"$ref": "#/definitions/person"+}}}
        }"##,
    );
}

#[test]
fn a_described_reference_to_a_schema_without_values_forbids_them() {
    assert_only_described(
        r##"{
            "type": "object",
            "properties": {"kind": {"type": "string"}},
            "additionalProperties": {"$ref": "#/definitions/never"+}
        }"##,
    );
}
