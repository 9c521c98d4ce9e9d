//! The files in the folder that a run may replace and remove.
//!
//! They are the documents that the source has, and the exchange references of the services
//! that it has references of, with their schemas, one in each file. All other files are left
//! alone, and so are schemas that the source does not have and that the references of other
//! services reach.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use serde_json::Value;
use taskcluster_codegen::Files;
use taskcluster_documents::{Source, id, load, publisher};

use super::Error;
use crate::deployments::closure;
use crate::deployments::input;
use crate::folder::Output;
use crate::folder::contents::Found;
use crate::sources;

/// The paths of the files that `files` may replace, or that may be removed.
///
/// # Errors
///
/// If the folder or a file in it can't be read.
pub(super) fn replaceable(output: &Output, files: &Files) -> Result<BTreeSet<String>, Error> {
    let new = files.iter().filter_map(|(path, text)| {
        let bytes = text.clone().into_bytes();
        Document::of(
            path.clone(),
            &Source {
                name: path.clone(),
                bytes,
            },
        )
    });
    Ok(chosen(&documents(output)?, &new.collect::<Vec<_>>()))
}

fn chosen(old: &[Document], new: &[Document]) -> BTreeSet<String> {
    // The source may have schemas of another service only because its own refer to them.
    let references = new.iter().filter(|it| it.id().is_none());
    let services: BTreeSet<String> = references.map(Document::service).collect();
    let is_of_source = |it: &Document| services.contains(&it.service());
    let ids: BTreeSet<&str> = new.iter().filter_map(Document::id).collect();
    let needed = reached(old, |it| !is_of_source(it));
    // Those of other services, too, if only references of the source refer to them.
    let of_source = reached(old, is_of_source);
    let is_replaceable = |it: &&Document| match it.id() {
        Some(id) => {
            let may_go = is_of_source(it) || of_source.contains(id);
            ids.contains(id) || may_go && !needed.contains(id)
        }
        None => is_of_source(it),
    };
    let replaceable = old.iter().filter(is_replaceable);
    replaceable.map(|it| it.path.clone()).collect()
}

/// The ids of the schemas in `old` that those of its references reach which `are` accepts.
fn reached(old: &[Document], are: impl Fn(&Document) -> bool) -> BTreeSet<String> {
    let references = old.iter().filter(|it| it.id().is_none() && are(it));
    let schemas = old.iter().filter_map(|it| Some((it.id()?, &it.root)));
    let schemas: BTreeMap<&str, &Value> = schemas.collect();
    let Ok(reached) = closure::reached(references.map(|it| &it.root), |id| {
        let schema = schemas.get(id);
        Ok::<_, Infallible>(schema.map(|schema| ((), *schema)))
    });
    reached.into_keys().collect()
}

/// The documents in the folder, of files with a single one.
fn documents(output: &Output) -> Result<Vec<Document>, Error> {
    let mut room = sources::MAX_BYTES;
    let mut documents = Vec::new();
    for (path, found) in output.found()? {
        // Generated paths are UTF-8.
        let Some(name) = path.to_str().filter(|_| found == Found::File) else {
            continue;
        };
        if sources::is_json(&path) {
            let source = sources::source(&output.folder.join(&path), &mut room);
            let source = source.map_err(input::Error::from)?;
            documents.extend(Document::of(name.to_owned(), &source));
        }
    }
    Ok(documents)
}

/// The document in a file.
struct Document {
    path: String,
    root: Value,
    /// The normalised id of a schema; `None` for a reference.
    schema: Option<String>,
}

impl Document {
    /// The document in `source`, if it is an exchange reference or a schema.
    fn of(path: String, source: &Source) -> Option<Self> {
        let documents = load(std::slice::from_ref(source));
        let references = documents.references.into_values().map(|it| (None, it));
        let schemas = documents.schemas.into_iter().map(|(id, it)| (Some(id), it));
        let (schema, document) = references.chain(schemas).next()?;
        // Documents in an array have a pointer.
        let is_single = document.place("").pointer.is_empty();
        let root = document.root;
        is_single.then_some(Self { path, root, schema })
    }

    fn id(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The service, as the first part of the ids of its schemas.
    fn service(&self) -> String {
        match self.id() {
            Some(id) => id.split('/').next().unwrap_or_default().to_owned(),
            None => id::segment(publisher(&self.root).0),
        }
    }
}
