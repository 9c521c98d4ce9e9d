//! Who has which name in one namespace.

use std::collections::BTreeMap;

use taskcluster_documents::Error;

use crate::ident::Taken;
use crate::names::{Kind, Names};

/// The names of one namespace: those that are taken, and those that are kept for
/// owners who had them before and have yet to ask.
#[derive(Default)]
pub(in crate::types) struct Claims {
    taken: Taken,
    held: BTreeMap<(Kind, String), String>,
    kept: BTreeMap<String, (Kind, String)>,
    /// Owners whose name is kept for another one, who comes second.
    clashes: Vec<[(Kind, String); 2]>,
}

impl Claims {
    /// A namespace in which `taken` are taken from the start.
    pub(in crate::types) fn new<T: Into<String>>(taken: impl IntoIterator<Item = T>) -> Self {
        Self {
            taken: Taken::new(taken),
            ..Self::default()
        }
    }

    /// Takes a name that was given elsewhere.
    pub(in crate::types) fn take(&mut self, name: &str) {
        self.taken.insert(name);
    }

    /// The same, but with `separator` before the number of a numbered name.
    pub(in crate::types) fn separated_by(self, separator: &'static str) -> Self {
        Self {
            taken: self.taken.separated_by(separator),
            ..self
        }
    }

    /// Keeps the name that `owner` had before, if any, until it asks.
    pub(in crate::types) fn keep(&mut self, kind: Kind, owner: &str, name: Option<&str>) {
        let Some(name) = name.filter(|name| !self.taken.contains(name)) else {
            return;
        };
        let owner = (kind, owner.to_owned());
        match self.kept.get(name) {
            Some(other) => self.clashes.push([owner, other.clone()]),
            None => {
                self.held.insert(owner.clone(), name.to_owned());
                self.kept.insert(name.to_owned(), owner);
            }
        }
    }

    /// An error for each owner who had the name of another one.
    pub(in crate::types) fn clashes(&self, names: &Names) -> Vec<Error> {
        let clashes = self.clashes.iter();
        clashes
            .map(|[owner, other]| names.clash(owner, other))
            .collect()
    }

    /// The name that was kept for `owner`; or else the first of `wanted` that is
    /// free, the last of them numbered, or `or_else` where none is a name.
    pub(in crate::types) fn claim(
        &mut self,
        kind: Kind,
        owner: &str,
        wanted: &[&str],
        or_else: &str,
    ) -> String {
        match self.held.remove(&(kind, owner.to_owned())) {
            Some(name) if self.taken.insert(&name) => name,
            _ => self.claim_free(wanted, or_else),
        }
    }

    /// A name for an owner who had none before.
    pub(in crate::types) fn claim_free(&mut self, wanted: &[&str], or_else: &str) -> String {
        let mut wanted = wanted.iter().copied().filter(|name| !name.is_empty());
        let last = wanted.clone().next_back().unwrap_or(or_else);
        let is_taken = |name: &str| self.taken.contains(name) || self.kept.contains_key(name);
        let name = wanted.find(|name| !is_taken(name)).unwrap_or(last);
        let kept = |name: &str| self.kept.contains_key(name);
        self.taken.claim_unless(name, kept)
    }
}
