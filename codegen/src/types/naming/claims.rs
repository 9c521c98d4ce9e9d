//! The names in one namespace and their owners.

use std::collections::BTreeMap;

use taskcluster_documents::Error;

use crate::ident::Taken;
use crate::names::{Names, Namespace};

/// Maximum length of a name without its number, in bytes: rustdoc writes a file for each
/// item, and file systems allow 255 bytes.
pub(super) const MAX_NAME: usize = 120;

/// The names of one namespace: those in use, and those reserved for owners that had them
/// before and have not claimed them yet.
#[derive(Default)]
pub(in crate::types) struct Claims {
    taken: Taken,
    held: BTreeMap<(Namespace, String), String>,
    kept: BTreeMap<String, (Namespace, String)>,
    /// Pairs of owners with one earlier name; the second of each pair keeps it.
    clashes: Vec<[(Namespace, String); 2]>,
}

impl Claims {
    /// A namespace in which `taken` are in use from the start.
    pub(in crate::types) fn new<T: Into<String>>(taken: impl IntoIterator<Item = T>) -> Self {
        Self {
            taken: Taken::new(taken),
            ..Self::default()
        }
    }

    /// The same, but with `separator` before the number of a numbered name.
    pub(in crate::types) fn separated_by(self, separator: &'static str) -> Self {
        Self {
            taken: self.taken.separated_by(separator),
            ..self
        }
    }

    /// Marks a name as used that was assigned elsewhere.
    pub(in crate::types) fn take(&mut self, name: &str) {
        self.taken.insert(name);
    }

    /// Reserves the earlier name of `owner`, if any, until it is claimed.
    pub(in crate::types) fn keep(&mut self, namespace: Namespace, owner: &str, name: Option<&str>) {
        let Some(name) = name.filter(|name| !self.taken.contains(name)) else {
            return;
        };
        let owner = (namespace, owner.to_owned());
        match self.kept.get(name) {
            Some(other) => self.clashes.push([owner, other.clone()]),
            None => {
                self.held.insert(owner.clone(), name.to_owned());
                self.kept.insert(name.to_owned(), owner);
            }
        }
    }

    /// An error for each owner with the earlier name of another one.
    pub(in crate::types) fn clashes(&self, names: &Names) -> Vec<Error> {
        let clashes = self.clashes.iter();
        clashes
            .map(|[owner, other]| names.clash(owner, other))
            .collect()
    }

    /// Returns the reserved name of `owner`; or else the first of `wanted` that is free,
    /// the last of them numbered; or `or_else` if all of them are empty.
    pub(in crate::types) fn claim(
        &mut self,
        namespace: Namespace,
        owner: &str,
        wanted: &[&str],
        or_else: &str,
    ) -> String {
        match self.held.remove(&(namespace, owner.to_owned())) {
            Some(name) if self.taken.insert(&name) => name,
            _ => self.claim_free(wanted, or_else),
        }
    }

    /// A name for an owner without an earlier name.
    pub(in crate::types) fn claim_free(&mut self, wanted: &[&str], or_else: &str) -> String {
        let wanted = wanted.iter().filter(|name| !name.is_empty());
        let mut wanted = wanted.map(|name| &name[..name.floor_char_boundary(MAX_NAME)]);
        let last = wanted.clone().next_back().unwrap_or(or_else);
        let is_taken = |name: &str| self.taken.contains(name) || self.kept.contains_key(name);
        let name = wanted.find(|name| !is_taken(name)).unwrap_or(last);
        let kept = |name: &str| self.kept.contains_key(name);
        self.taken.claim_unless(name, kept)
    }
}
