//! The files of documents: selection, paths and format.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use serde_json::Value;
use taskcluster_documents::{Documents, Errors, Place, Source, id, load, publisher, resolve};

use crate::closure::{self, Lookup};

/// The version of an API that is left out of file paths.
const FIRST_VERSION: &str = "v1";

/// The exchange references among `sources` and the schemas that they reach, as texts by
/// path, with `/` between the folders.
///
/// # Errors
///
/// [`Errors`], if the documents can't be resolved, so that no code could be generated.
pub(super) fn canonical(sources: &[Source]) -> Result<BTreeMap<String, String>, Errors> {
    let documents = load(sources);
    resolve(&documents).checked()?;
    let references: Vec<Value> = documents
        .references
        .values()
        .map(|it| it.root.clone())
        .collect();
    let mut loaded = Loaded(&documents);
    let schemas = match closure::reached(&references, &mut loaded) {
        Ok(schemas) => schemas,
        Err(never) => match never {},
    };
    let mut files = BTreeMap::new();
    // Some file systems do not distinguish upper and lower case.
    let mut places = BTreeMap::new();
    for (reference, document) in references.iter().zip(documents.references.values()) {
        let (service, version) = publisher(reference);
        let folders = [service, version]
            .into_iter()
            .filter(|it| *it != FIRST_VERSION);
        let path: Vec<String> = folders.chain(["exchanges.json"]).map(id::segment).collect();
        places.insert(path.join("/").to_lowercase(), document.place(""));
        files.insert(path.join("/"), pretty(reference));
    }
    let short = short_paths(schemas.keys());
    for (id, schema) in &schemas {
        let short = short.get(id).filter(|path| !files.contains_key(*path));
        let path = short.cloned().unwrap_or_else(|| path(id.split('/')));
        // `reached` returned it.
        let Some(document) = documents.schemas.get(id) else {
            continue;
        };
        let place = document.place("");
        if let Some(other) = places.insert(path.to_lowercase(), place.clone()) {
            return Err(clash(&place, &other, &path));
        }
        files.insert(path, pretty(schema));
    }
    for (path, place) in &places {
        let folders = path
            .match_indices('/')
            .filter_map(|(end, _)| path.get(..end));
        if let Some(other) = folders.filter_map(|folder| places.get(folder)).next() {
            return Err(clash(place, other, path));
        }
    }
    Ok(files)
}

/// The error of two documents that can't both be written.
fn clash(place: &Place, other: &Place, path: &str) -> Errors {
    let what = format!("would be written to {path:?}, as {other} would");
    Errors::from(place.error("", what, "give one of the two another `$id`"))
}

/// The paths of schemas without the first version, where these are unique.
fn short_paths<'i>(ids: impl Iterator<Item = &'i String> + Clone) -> BTreeMap<&'i String, String> {
    let short = |id: &str| path(id.split('/').filter(|it| *it != FIRST_VERSION));
    let mut seen = BTreeSet::new();
    let repeated: BTreeSet<String> = ids
        .clone()
        .map(|id| short(id))
        .filter(|path| !seen.insert(path.clone()))
        .collect();
    ids.map(|id| (id, short(id)))
        .filter(|(_, path)| !repeated.contains(path))
        .collect()
}

/// A path whose parts are valid names in a file system, so none leads to a parent folder.
fn path<'s>(segments: impl Iterator<Item = &'s str>) -> String {
    let segments: Vec<String> = segments
        .filter(|segment| !segment.is_empty())
        .map(|segment| id::segment(&segment.replace('%', "_")))
        .collect();
    let path = segments.join("/");
    match path.ends_with(".json") {
        true => path,
        false => format!("{path}.json"),
    }
}

/// The format of written documents: properties sorted, indented by two, a final line
/// break.
fn pretty(document: &Value) -> String {
    format!("{document:#}\n")
}

struct Loaded<'d>(&'d Documents);

impl Lookup for Loaded<'_> {
    type Found = Value;
    type Error = Infallible;

    fn look_up(&mut self, id: &str) -> Result<Option<(Value, Value)>, Infallible> {
        let document = self.0.schemas.get(id);
        Ok(document.map(|it| (it.root.clone(), it.root.clone())))
    }
}

#[cfg(test)]
mod tests {
    use super::{Source, canonical, path};

    #[test]
    fn documents_of_one_path_are_refused() {
        let source = |name: &str, text: &str| Source {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        };
        let reference = |schema: &str| {
            let entry = format!(
                r#"{{"type": "topic-exchange", "name": "a", "exchange": "a", "title": "", "description": "", "routingKey": [], "schema": "{schema}"}}"#
            );
            source(
                "reference",
                &format!(
                    r#"{{"$schema": "/schemas/common/exchanges-reference-v0.json#", "serviceName": "egg", "apiVersion": "v1", "title": "", "description": "", "exchangePrefix": "", "entries": [{entry}]}}"#
                ),
            )
        };
        let taken = source(
            "taken",
            r#"{"$id": "/schemas/egg/exchanges.json#", "type": "object"}"#,
        );
        let refused = canonical(&[reference("exchanges.json#"), taken]).expect_err("refused");
        let refused = refused.to_string();
        assert!(
            refused.contains("taken") && refused.contains("reference"),
            "{refused}"
        );

        let above = source(
            "above",
            r##"{"$id": "/schemas/egg/v1/a.json#", "type": "object", "properties": {"b": {"$ref": "A.json"}}}"##,
        );
        let other = source(
            "below",
            r#"{"$id": "/schemas/egg/v1/A.json#", "type": "object"}"#,
        );
        let refused = canonical(&[reference("v1/a.json#"), above, other]).expect_err("refused");
        let refused = refused.to_string();
        assert!(
            refused.contains("above") && refused.contains("below"),
            "{refused}"
        );

        let below = source(
            "below",
            r##"{"$id": "/schemas/egg/v1/a.json/b.json#", "type": "object"}"##,
        );
        let above = source(
            "above",
            r##"{"$id": "/schemas/egg/v1/a.json#", "type": "object", "properties": {"b": {"$ref": "a.json/b.json#"}}}"##,
        );
        let refused = canonical(&[reference("v1/a.json#"), above, below]).expect_err("refused");
        let refused = refused.to_string();
        assert!(
            refused.contains("above") && refused.contains("below"),
            "{refused}"
        );
    }

    #[test]
    fn no_id_leads_out_of_the_folder() {
        for (id, expected) in [
            ("queue/v1/task.json", "queue/v1/task.json"),
            ("../../etc/passwd", "%2E%2E/%2E%2E/etc/passwd.json"),
            ("/queue//.git/config", "queue/%2Egit/config.json"),
            ("a\\b/c:d.json", "a%5Cb/c%3Ad.json"),
        ] {
            assert_eq!(path(id.split('/')), expected);
        }
    }
}
