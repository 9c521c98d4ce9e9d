//! Constants for the entries of routing keys. Exchanges of one service share most of
//! them.

use proc_macro2::TokenStream;
use quote::quote;

use super::ty::ident;
use crate::ident::{Taken, shouty};
use crate::model::{Exchange, KeyEntry, Service};

/// The distinct entries and lists of entries of a service, each with the name of its
/// constant.
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
        let mut taken = Taken::default().separated_by("_");
        for exchange in &service.exchanges {
            for entry in &exchange.entries {
                if all.entry(entry).is_none() {
                    let name = taken.claim(&shouty(&entry.field));
                    all.entries.push((name, entry));
                }
            }
        }
        for exchange in &service.exchanges {
            if all.list(exchange).is_none() {
                let name = taken.claim(&shouty(&format!("{}Key", exchange.name)));
                all.lists.push((name, &exchange.entries));
            }
        }
        all
    }

    /// The path of the constant for the entries of `exchange`.
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
