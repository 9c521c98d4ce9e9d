//! Schemas inside documents, and the ids that they give themselves.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Home;
use taskcluster_documents::escape;
use taskcluster_documents::id;
use taskcluster_documents::load::{self, Documents};

/// Keywords whose values are data: what looks like a schema there is none.
const DATA: &[&str] = &["const", "default", "enum", "examples"];

/// Keywords whose members are named by the schema's author: none of these names
/// is a keyword.
const NAMED: &[&str] = &["definitions", "dependencies", "properties"];

/// Every schema that stands inside a document with an id of its own.
pub(super) fn find(documents: &Documents) -> BTreeMap<String, Home> {
    let mut found = BTreeMap::new();
    for (document, schema) in &documents.schemas {
        for_each_schema(&schema.root, &mut |pointer, inner| {
            let is_named = load::schema_id(inner).is_some_and(|id| !id.starts_with('#'));
            if pointer.is_empty() || !is_named {
                return;
            }
            let home = Home {
                document: document.clone(),
                pointer: pointer.to_owned(),
            };
            found.entry(base(&home, &schema.root)).or_insert(home);
        });
    }
    found
}

/// What references in the schema at `home` are relative to: the id of the
/// nearest schema around it that has one, itself included.
pub(super) fn base(home: &Home, root: &Value) -> String {
    let mut base = home.document.clone();
    let mut schema = root;
    for step in home.pointer.split('/').skip(1) {
        let name = step.replace("~1", "/").replace("~0", "~");
        let next = match schema {
            Value::Object(members) => members.get(&name),
            Value::Array(items) => name.parse().ok().and_then(|index: usize| items.get(index)),
            _ => None,
        };
        let Some(next) = next else { break };
        schema = next;
        let own = load::schema_id(schema).filter(|id| !id.starts_with('#'));
        if let Some(Ok(target)) = own.map(|own| id::follow(&base, own)) {
            base = target.document;
        }
    }
    base
}

/// Calls `visit` with the pointer of each object in `root` that may be a schema,
/// each after those around it.
pub(super) fn for_each_schema(root: &Value, visit: &mut impl FnMut(&str, &Value)) {
    let mut waiting = vec![(String::new(), root, false)];
    while let Some((pointer, value, are_names)) = waiting.pop() {
        match value {
            Value::Object(members) => {
                visit(&pointer, value);
                let inner = members.iter().filter_map(|(name, inner)| {
                    let is = |keywords: &[&str]| !are_names && keywords.contains(&name.as_str());
                    let at = format!("{pointer}/{}", escape(name));
                    (!is(DATA)).then(|| (at, inner, is(NAMED)))
                });
                waiting.extend(inner.rev());
            }
            Value::Array(items) => {
                let inner = items.iter().enumerate();
                waiting.extend(
                    inner
                        .map(|(index, inner)| (format!("{pointer}/{index}"), inner, false))
                        .rev(),
                );
            }
            _ => {}
        }
    }
}
