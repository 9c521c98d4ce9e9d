//! The lints of a generated crate hold for every input: all public items are documented,
//! alternatives may be of any size, and no code is unsafe.

use std::fs;

use crate::support::{REFERENCE, module, rust, source, sources, workspace};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use serde_json::json;
use syn::visit::{self, Visit};
use syn::{Attribute, Visibility};

/// Items that break a lint, by path.
#[derive(Default)]
struct Broken {
    path: Vec<String>,
    found: Vec<String>,
}

impl Broken {
    fn documented(&mut self, visibility: &Visibility, attributes: &[Attribute], name: String) {
        let is_public = matches!(visibility, Visibility::Public(_));
        if is_public && !has_docs(attributes) {
            self.found
                .push(format!("{}::{name}: undocumented", self.path.join("::")));
        }
    }

    fn within(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.path.push(name);
        visit(self);
        self.path.pop();
    }
}

fn has_docs(attributes: &[Attribute]) -> bool {
    let is_docs = |attribute: &Attribute| attribute.path().is_ident("doc");
    attributes.iter().any(is_docs)
}

fn allows_large_variants(attribute: &Attribute) -> bool {
    let text = attribute.meta.to_token_stream().to_string();
    text.starts_with("allow (clippy :: large_enum_variant")
}

impl<'ast> Visit<'ast> for Broken {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        self.within(item.ident.to_string(), |broken| {
            for field in item.fields.iter().filter(|field| field.ident.is_some()) {
                let name = field.ident.as_ref().map(ToString::to_string);
                broken.documented(&field.vis, &field.attrs, name.unwrap_or_default());
            }
        });
        visit::visit_item_struct(self, item);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        let is_union = item.variants.iter().any(|it| it.ident == "Unmatched");
        if is_union && !item.attrs.iter().any(allows_large_variants) {
            let name = item.ident.to_string();
            self.found
                .push(format!("{name}: its variants may be large"));
        }
        self.within(item.ident.to_string(), |broken| {
            for variant in &item.variants {
                broken.documented(&item.vis, &variant.attrs, variant.ident.to_string());
            }
        });
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.documented(&item.vis, &item.attrs, item.sig.ident.to_string());
        visit::visit_item_fn(self, item);
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        visit::visit_item_const(self, item);
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        visit::visit_item_static(self, item);
    }

    fn visit_item_type(&mut self, item: &'ast syn::ItemType) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        visit::visit_item_trait(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.documented(&item.vis, &item.attrs, item.sig.ident.to_string());
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.documented(&item.vis, &item.attrs, item.ident.to_string());
        visit::visit_impl_item_const(self, item);
    }
}

/// Whether code has the word `unsafe`, outside of strings and comments.
fn has_unsafe(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == "unsafe",
        TokenTree::Group(group) => has_unsafe(group.stream()),
        _ => false,
    })
}

#[test]
fn everything_public_is_documented_and_nothing_unsafe() {
    let goldens = fs::read_dir(workspace("tests/goldens")).expect("the goldens");
    let inputs = goldens.map(|entry| entry.expect("a golden").path().join("input"));
    let mut count = 0;
    for input in inputs.chain([workspace("schemas")]) {
        let files = module(&sources(&input)).unwrap_or_else(|errors| panic!("{errors}"));
        for (path, text) in rust(&files) {
            // The docs of the module.
            assert!(text.contains("\n//! "), "{path}: no docs");
            let file = syn::parse_file(text).unwrap_or_else(|error| panic!("{path}: {error}"));
            let mut broken = Broken::default();
            broken.visit_file(&file);
            assert_eq!(
                broken.found,
                Vec::<String>::new(),
                "{}: {path}",
                input.display()
            );
            let tokens = text
                .parse()
                .unwrap_or_else(|error| panic!("{path}: {error}"));
            assert!(!has_unsafe(tokens), "{}: {path}", input.display());
            count += 1;
        }
    }
    assert!(count > 100, "{count} files were found");
}

/// clippy refuses a range that ends before it starts, wherever it stands.
#[test]
fn limits_that_exclude_each_other_are_no_empty_range() {
    let limits = json!({
        "$id": "/schemas/made-up/v1/message.json#",
        "type": "object",
        "properties": {
            "list": {"type": "array", "items": {"type": "string"}, "minItems": 5, "maxItems": 3},
        },
        "additionalProperties": {"type": "string"},
        "minProperties": 5,
        "maxProperties": 3,
    });
    let documents = [
        source("exchanges.json", REFERENCE),
        source("message.json", limits.to_string()),
    ];
    let files = module(&documents).expect("generated");
    let checks = &files["made_up/checks.rs"];
    let ranges = checks.matches("(18446744073709551615u64..)").count();
    assert_eq!(ranges, 2, "{checks}");
    assert!(!checks.contains("..="), "{checks}");
}
