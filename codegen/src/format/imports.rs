//! Imports of a file: the names that its items use and do not define.

use std::collections::BTreeSet;

use proc_macro2::Span;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, FieldValue, File, Ident, Item, Macro, Path, Token, parse_quote};

use crate::runtime::SOURCES;

/// The imports for `items`; `siblings` are the names that other files of the same module
/// define.
pub(super) fn imports(items: &[Item], siblings: &BTreeSet<String>) -> Vec<Item> {
    let mut names = Names::default();
    items.iter().for_each(|item| names.visit_item(item));
    let is_used = |name: &str| names.used.contains(name) && !names.defined.contains(name);
    let libraries = SOURCES.iter().filter_map(|(source, known)| {
        let known = known.iter().copied().filter(|name| is_used(name));
        import(source, known.collect())
    });
    let siblings = siblings
        .iter()
        .map(String::as_str)
        .filter(|name| is_used(name));
    let siblings = import("super", siblings.collect());
    libraries.chain(siblings).collect()
}

fn import(source: &str, names: Vec<&str>) -> Option<Item> {
    let path: Vec<Ident> = source.split("::").map(ident).collect();
    let names: Vec<Ident> = names.into_iter().map(ident).collect();
    match names.as_slice() {
        [] => None,
        [name] => Some(parse_quote!(use #(#path)::*::#name;)),
        names => Some(parse_quote!(use #(#path)::*::{#(#names),*};)),
    }
}

fn ident(name: &str) -> Ident {
    match name {
        // The one word of a path that is a keyword.
        "super" => Ident::new("super", Span::call_site()),
        name => syn::parse_str(name).unwrap_or_else(|_| Ident::new_raw(name, Span::call_site())),
    }
}

/// The names that items use, and the names that they define.
#[derive(Default)]
struct Names {
    used: BTreeSet<String>,
    defined: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Names {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(it) => self.defined.insert(it.ident.to_string()),
            Item::Enum(it) => self.defined.insert(it.ident.to_string()),
            Item::Static(it) => self.defined.insert(it.ident.to_string()),
            Item::Const(it) => self.defined.insert(it.ident.to_string()),
            Item::Mod(it) => self.defined.insert(it.ident.to_string()),
            _ => false,
        };
        // A re-export does not use the name.
        if !matches!(item, Item::Use(_)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let Some(first) = path.segments.first() {
            self.used.insert(first.ident.to_string());
        }
        visit::visit_path(self, path);
    }

    /// A macro call that defines items uses the names in it, in items or in a list.
    fn visit_macro(&mut self, call: &'ast Macro) {
        visit::visit_macro(self, call);
        let names = Punctuated::<Ident, Token![,]>::parse_terminated;
        if let Ok(file) = call.parse_body::<File>() {
            self.visit_file(&file);
        } else if let Ok(names) = call.parse_body_with(names) {
            self.used.extend(names.iter().map(Ident::to_string));
        }
    }

    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        // In `Self { name }` the name is a variable of the function, not an import.
        if field.colon_token.is_some() {
            visit::visit_field_value(self, field);
        }
    }

    /// Derives name traits, and serde's attributes name modules in strings. `unset` names
    /// fields.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let syn::Meta::List(list) = &attribute.meta
            && !attribute.path().is_ident("unset")
        {
            for token in list.tokens.clone() {
                self.used
                    .insert(token.to_string().trim_matches('"').to_owned());
            }
        }
    }
}
