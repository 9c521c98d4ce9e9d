//! Imports of a file: the names that its items use and do not define.

use std::collections::BTreeSet;

use syn::ext::IdentExt;
use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{Attribute, FieldValue, File, Ident, Item, LitStr, Macro, Path, Token, parse_quote};

use crate::emit::ident;
use crate::runtime::SOURCES;

/// The attributes of serde whose value is the path of a function or module.
const NAMES_ITEM: [&str; 3] = ["deserialize_with", "skip_serializing_if", "with"];

/// The imports for `items`; `siblings` are the names that other files of the same module
/// define.
pub(super) fn imports(items: &[Item], siblings: &BTreeSet<String>) -> Vec<Item> {
    let mut names = Used::default();
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

/// The name of an item, which keywords are written raw for.
fn name(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The names that items use, and the names that they define.
#[derive(Default)]
struct Used {
    used: BTreeSet<String>,
    defined: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Used {
    fn visit_item(&mut self, item: &'ast Item) {
        match item {
            Item::Struct(it) => self.defined.insert(name(&it.ident)),
            Item::Enum(it) => self.defined.insert(name(&it.ident)),
            Item::Static(it) => self.defined.insert(name(&it.ident)),
            Item::Const(it) => self.defined.insert(name(&it.ident)),
            Item::Mod(it) => self.defined.insert(name(&it.ident)),
            _ => false,
        };
        // A re-export does not use the name.
        if !matches!(item, Item::Use(_)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let Some(first) = path.segments.first() {
            self.used.insert(name(&first.ident));
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
            self.used.extend(names.iter().map(name));
        }
    }

    fn visit_field_value(&mut self, field: &'ast FieldValue) {
        // In `Self { name }` the name is a variable of the function, not an import.
        if field.colon_token.is_some() {
            visit::visit_field_value(self, field);
        }
    }

    /// `derive` and `of` list types, and serde's attributes name functions and modules in
    /// strings. Others name fields, or nothing.
    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        let is = |name| attribute.path().is_ident(name);
        let lists_types = is("derive") || is("of");
        if !lists_types && !is("serde") {
            return;
        }
        let _ = attribute.parse_nested_meta(|meta| {
            if lists_types {
                self.visit_path(&meta.path);
            } else if let Ok(value) = meta.value() {
                let text: LitStr = value.parse()?;
                // Any other string is the name of a property, or a case.
                let names_item = NAMES_ITEM.iter().any(|it| meta.path.is_ident(it));
                if names_item && let Ok(path) = text.parse::<Path>() {
                    self.visit_path(&path);
                }
            }
            Ok(())
        });
    }
}
