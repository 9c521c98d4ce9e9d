//! Constants for the entries of routing keys. Exchanges of one service share most of
//! them.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry::Vacant;

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::ty::ident;
use crate::ident::{Taken, shouty};
use crate::model::{Exchange, KeyEntry, Service};

/// The distinct entries and lists of entries of a service in the order of their first use,
/// and the names of their constants.
#[derive(Default)]
pub(super) struct Entries<'m> {
    entries: Vec<&'m KeyEntry>,
    entry_names: BTreeMap<&'m KeyEntry, String>,
    lists: Vec<&'m [KeyEntry]>,
    list_names: BTreeMap<&'m [KeyEntry], String>,
}

impl<'m> Entries<'m> {
    /// Names the entries of `service` after their fields, and the lists after the
    /// first exchange of each.
    pub(super) fn of(service: &'m Service) -> Self {
        let mut all = Self::default();
        let mut taken = Taken::default().separated_by("_");
        for entry in service.exchanges.iter().flat_map(|it| &it.entries) {
            if let Vacant(unnamed) = all.entry_names.entry(entry) {
                all.entries.push(entry);
                unnamed.insert(taken.claim(&shouty(&entry.field)));
            }
        }
        for exchange in &service.exchanges {
            if let Vacant(unnamed) = all.list_names.entry(&exchange.entries) {
                all.lists.push(&exchange.entries);
                unnamed.insert(taken.claim(&shouty(&format!("{}Key", exchange.name))));
            }
        }
        all
    }

    /// The path of the constant for the entries of `exchange`.
    pub(super) fn constant(&self, exchange: &Exchange) -> TokenStream {
        let name = self.list(&exchange.entries);
        quote!(entries::#name)
    }

    /// The definitions of all constants.
    pub(super) fn items(&self) -> Vec<TokenStream> {
        let entries = self.entries.iter().map(|it| item(self.entry(it), it));
        let lists = self.lists.iter().map(|entries| {
            let name = self.list(entries);
            let entries = entries.iter().filter_map(|entry| self.entry(entry));
            quote!(pub(super) const #name: &[RoutingKeyEntry] = &[#(#entries),*];)
        });
        entries.chain(lists).collect()
    }

    fn entry(&self, entry: &KeyEntry) -> Option<Ident> {
        self.entry_names.get(entry).map(|name| ident(name))
    }

    fn list(&self, entries: &[KeyEntry]) -> Option<Ident> {
        self.list_names.get(entries).map(|name| ident(name))
    }
}

fn item(constant: Option<Ident>, entry: &KeyEntry) -> TokenStream {
    let (name, summary) = (&entry.wire_name, &entry.summary);
    let word = entry.constant.iter().map(|word| quote!(.constant(#word)));
    let required = entry.required.then(|| quote!(.required()));
    let several = entry.multiple_words.then(|| quote!(.multiple_words()));
    quote! {
        pub(super) const #constant: RoutingKeyEntry =
            RoutingKeyEntry::new(#name, #summary) #(#word)* #required #several;
    }
}
