//! Titles and descriptions that changed.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::schema::{Schema, SchemaId};
use taskcluster_documents::{Resolved, Role, Slot, escape};

use crate::exchanges::Exchange;

/// Maximum length of a pointer, in bytes; texts further inside are not compared.
const MAX_POINTER_BYTES: usize = 2_000;

/// Maximum number of schemas with which each of two others is compared before they are
/// compared. Recursive schemas make a pair of every two.
const MAX_PARTNERS: usize = 8;

/// Compares texts, for each pair of schemas once.
pub(crate) struct Wording<'r> {
    old: &'r Resolved,
    new: &'r Resolved,
    /// The pairs that were compared.
    seen: BTreeSet<(SchemaId, SchemaId)>,
    /// The number of those of each schema of OLD and of NEW.
    partners: [BTreeMap<SchemaId, usize>; 2],
    services: BTreeSet<&'r str>,
}

impl<'r> Wording<'r> {
    pub(crate) fn new(old: &'r Resolved, new: &'r Resolved) -> Self {
        Self {
            old,
            new,
            seen: BTreeSet::new(),
            partners: Default::default(),
            services: BTreeSet::new(),
        }
    }

    /// The texts that differ between two forms of one exchange, except those already
    /// compared for another exchange.
    pub(crate) fn compare(&mut self, old: &Exchange<'r>, new: &Exchange<'r>) -> Vec<String> {
        let mut found = Vec::new();
        if self.services.insert(&new.service.service) {
            let texts = [
                ("title", &old.service.title, &new.service.title),
                (
                    "description",
                    &old.service.description,
                    &new.service.description,
                ),
            ];
            note(&mut found, "service", &texts);
        }
        let texts = [
            ("title", &old.entry.title, &new.entry.title),
            (
                "description",
                &old.entry.description,
                &new.entry.description,
            ),
        ];
        note(&mut found, "exchange", &texts);
        for entry in &new.entry.routing_key {
            let was = old
                .entry
                .routing_key
                .iter()
                .find(|it| it.name == entry.name);
            if let Some(was) = was {
                let place = format!("routing key entry `{}`", entry.name);
                note(
                    &mut found,
                    &place,
                    &[("summary", &was.summary, &entry.summary)],
                );
            }
        }
        self.schemas(old.entry.payload, new.entry.payload, &mut found);
        found
    }

    /// Whether a pair was not compared, and is to be.
    fn is_next(&mut self, old: SchemaId, new: SchemaId) -> bool {
        let [of_old, of_new] = &mut self.partners;
        let counts = [
            of_old.entry(old).or_default(),
            of_new.entry(new).or_default(),
        ];
        let is_over = counts.iter().all(|count| **count >= MAX_PARTNERS);
        let is_next = !is_over && self.seen.insert((old, new));
        for count in counts {
            *count += usize::from(is_next);
        }
        is_next
    }

    fn schemas(&mut self, old: SchemaId, new: SchemaId, found: &mut Vec<String>) {
        let mut open = vec![(old, new, String::new())];
        while let Some((old, new, pointer)) = open.pop() {
            if pointer.len() > MAX_POINTER_BYTES || !self.is_next(old, new) {
                continue;
            }
            let (Some(was), Some(is)) = (self.old.schemas.get(old.0), self.new.schemas.get(new.0))
            else {
                continue;
            };
            let (before, after) = (&was.annotations, &is.annotations);
            let texts = [
                ("title", text(&before.title), text(&after.title)),
                (
                    "description",
                    text(&before.description),
                    text(&after.description),
                ),
            ];
            let place = match pointer.as_str() {
                "" => "payload",
                pointer => pointer,
            };
            note(found, place, &texts);
            open.extend(pairs(was, is, &pointer));
        }
    }
}

/// The pairs of subschemas of the same keyword and name in two schemas at `pointer`, each
/// with its own pointer.
fn pairs(old: &Schema, new: &Schema, pointer: &str) -> Vec<(SchemaId, SchemaId, String)> {
    let old: BTreeMap<Slot<'_>, SchemaId> = old.subschemas().into_iter().collect();
    let new = new.subschemas().into_iter().rev();
    new.filter_map(|(slot, is)| Some((*old.get(&slot)?, is, place(pointer, slot))))
        .collect()
}

/// The JSON pointer to the part of a message that a subschema of a schema at `pointer` is
/// about, with `*` for any name or index.
fn place(pointer: &str, slot: Slot<'_>) -> String {
    match (slot, slot.role()) {
        (Slot::Property(name), _) => format!("{pointer}/{}", escape(name)),
        (Slot::Item(index), _) => format!("{pointer}/{index}"),
        (_, Role::Inside | Role::TestInside) => format!("{pointer}/*"),
        (_, Role::Combined | Role::Conditional | Role::Test) => pointer.to_owned(),
    }
}

fn text(text: &Option<String>) -> &str {
    text.as_deref().unwrap_or_default()
}

fn note<T: PartialEq>(found: &mut Vec<String>, place: &str, texts: &[(&str, T, T)]) {
    for (keyword, was, is) in texts {
        if was != is {
            found.push(format!("{place}: `{keyword}`"));
        }
    }
}
