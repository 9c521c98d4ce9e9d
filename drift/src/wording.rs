//! Titles and descriptions that changed.

use std::collections::BTreeSet;

use taskcluster_documents::Resolved;
use taskcluster_documents::escape;
use taskcluster_documents::reference::{Entry, Reference};
use taskcluster_documents::schema::{Items, Schema, SchemaId};

/// Compares texts, for each pair of schemas once.
pub(crate) struct Wording<'r> {
    old: &'r Resolved,
    new: &'r Resolved,
    seen: BTreeSet<(SchemaId, SchemaId)>,
    services: BTreeSet<&'r str>,
}

impl<'r> Wording<'r> {
    pub(crate) fn new(old: &'r Resolved, new: &'r Resolved) -> Self {
        Self {
            old,
            new,
            seen: BTreeSet::new(),
            services: BTreeSet::new(),
        }
    }

    /// The texts that differ between two forms of one exchange, except those already
    /// compared for another exchange.
    pub(crate) fn compare(
        &mut self,
        old: &(&'r Reference, &'r Entry),
        new: &(&'r Reference, &'r Entry),
    ) -> Vec<String> {
        let mut found = Vec::new();
        if self.services.insert(&new.0.service) {
            let texts = [
                ("title", &old.0.title, &new.0.title),
                ("description", &old.0.description, &new.0.description),
            ];
            note(&mut found, "service", &texts);
        }
        let texts = [
            ("title", &old.1.title, &new.1.title),
            ("description", &old.1.description, &new.1.description),
        ];
        note(&mut found, "exchange", &texts);
        for entry in &new.1.routing_key {
            let was = old.1.routing_key.iter().find(|it| it.name == entry.name);
            if let Some(was) = was {
                let place = format!("routing key entry `{}`", entry.name);
                note(
                    &mut found,
                    &place,
                    &[("summary", &was.summary, &entry.summary)],
                );
            }
        }
        self.schemas(old.1.payload, new.1.payload, "", &mut found);
        found
    }

    fn schemas(&mut self, old: SchemaId, new: SchemaId, pointer: &str, found: &mut Vec<String>) {
        let mut open = vec![(old, new, pointer.to_owned())];
        while let Some((old, new, pointer)) = open.pop() {
            if !self.seen.insert((old, new)) {
                continue;
            }
            let (Some(was), Some(is)) = (self.old.schemas.get(old.0), self.new.schemas.get(new.0))
            else {
                continue;
            };
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let texts = [
                (
                    "title",
                    &text(&was.annotations.title),
                    &text(&is.annotations.title),
                ),
                (
                    "description",
                    &text(&was.annotations.description),
                    &text(&is.annotations.description),
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

/// The pairs of subschemas at the same place in two schemas.
fn pairs(old: &Schema, new: &Schema, pointer: &str) -> Vec<(SchemaId, SchemaId, String)> {
    let mut pairs = Vec::new();
    for (name, &is) in &new.object.properties {
        if let Some(&was) = old.object.properties.get(name) {
            pairs.push((was, is, format!("{pointer}/{}", escape(name))));
        }
    }
    if let (Some(was), Some(is)) = (
        old.object.additional_properties,
        new.object.additional_properties,
    ) {
        pairs.push((was, is, format!("{pointer}/*")));
    }
    if let (Some(Items::Each(was)), Some(Items::Each(is))) = (&old.array.items, &new.array.items) {
        pairs.push((*was, *is, format!("{pointer}/*")));
    }
    let (was, is) = (&old.combinators, &new.combinators);
    let lists = [
        (&was.all_of, &is.all_of),
        (&was.any_of, &is.any_of),
        (&was.one_of, &is.one_of),
    ];
    for (was, is) in lists {
        let inside = was.iter().zip(is);
        pairs.extend(inside.map(|(&was, &is)| (was, is, pointer.to_owned())));
    }
    pairs.reverse();
    pairs
}

fn note(found: &mut Vec<String>, place: &str, texts: &[(&str, &String, &String)]) {
    for (keyword, was, is) in texts {
        if was != is {
            found.push(format!("{place}: `{keyword}`"));
        }
    }
}
