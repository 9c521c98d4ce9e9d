//! The entries of routing keys, as the references describe them. Exchanges of one
//! service share most of theirs.

use heck::ToShoutySnakeCase;
use proc_macro2::TokenStream;
use quote::quote;

use super::ty::ident;
use crate::model::{Exchange, KeyEntry, Service};

/// The distinct entries of a service, and the distinct lists of them, with the name
/// of the constant of each.
#[derive(Default)]
pub(super) struct Entries<'m> {
    entries: Vec<(String, &'m KeyEntry)>,
    lists: Vec<(String, &'m [KeyEntry])>,
}

impl<'m> Entries<'m> {
    /// Names the entries of `service` after their fields, and the lists after the
    /// first exchange of each.
    pub(super) fn of(service: &'m Service) -> Self {
        let mut all = Self::default();
        for exchange in &service.exchanges {
            for entry in &exchange.entries {
                if all.entry(entry).is_none() {
                    let name = all.free_name(&entry.field);
                    all.entries.push((name, entry));
                }
            }
        }
        for exchange in &service.exchanges {
            if all.list(exchange).is_none() {
                let name = all.free_name(&format!("{}Key", exchange.name));
                all.lists.push((name, &exchange.entries));
            }
        }
        all
    }

    /// The constant for the entries of `exchange`, as other files name it.
    pub(super) fn constant(&self, exchange: &Exchange) -> TokenStream {
        let name = self.list(exchange).map(ident);
        quote!(entries::#name)
    }

    /// The definitions of all constants.
    pub(super) fn items(&self) -> Vec<TokenStream> {
        let entries = self.entries.iter().map(|(name, entry)| item(name, entry));
        let lists = self.lists.iter().map(|(name, entries)| {
            let name = ident(name);
            let entries = entries.iter().filter_map(|entry| self.entry(entry));
            let entries = entries.map(ident);
            quote!(pub(super) const #name: &[RoutingKeyEntry] = &[#(#entries),*];)
        });
        entries.chain(lists).collect()
    }

    fn entry(&self, wanted: &KeyEntry) -> Option<&str> {
        let found = self.entries.iter().find(|(_, entry)| *entry == wanted);
        found.map(|(name, _)| name.as_str())
    }

    fn list(&self, exchange: &Exchange) -> Option<&str> {
        let mut lists = self.lists.iter();
        let found = lists.find(|(_, entries)| *entries == exchange.entries);
        found.map(|(name, _)| name.as_str())
    }

    /// `wanted` as the name of a constant, with a number where it is taken.
    fn free_name(&self, wanted: &str) -> String {
        let wanted = wanted.to_shouty_snake_case();
        let mut name = wanted.clone();
        let mut number = 2;
        while self.is_taken(&name) {
            name = format!("{wanted}_{number}");
            number += 1;
        }
        name
    }

    fn is_taken(&self, name: &str) -> bool {
        self.entries.iter().any(|(taken, _)| taken == name)
            || self.lists.iter().any(|(taken, _)| taken == name)
    }
}

fn item(constant: &str, entry: &KeyEntry) -> TokenStream {
    let constant = ident(constant);
    let (name, summary) = (&entry.wire_name, &entry.summary);
    let word = entry.constant.iter().map(|word| quote!(.constant(#word)));
    let required = entry.required.then(|| quote!(.required()));
    let several = entry.multiple_words.then(|| quote!(.multiple_words()));
    quote! {
        pub(super) const #constant: RoutingKeyEntry =
            RoutingKeyEntry::new(#name, #summary) #(#word)* #required #several;
    }
}
