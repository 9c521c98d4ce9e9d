//! The files of documents: selection, paths and format.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use serde_json::Value;
use taskcluster_documents::{Document, Errors, Place, Source, id, load, publisher, resolve};

use crate::deployments::closure;

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
    let references = documents.references.values();
    let Ok(schemas) = closure::reached(references.clone().map(|it| &it.root), |id| {
        let schema = documents.schemas.get(id);
        Ok::<_, Infallible>(schema.map(|it| (it, &it.root)))
    });
    let mut written = Written::default();
    for reference in references {
        written.add(reference_path(&reference.root), reference)?;
    }
    let short = short_paths(schemas.keys());
    for (id, schema) in &schemas {
        let short = short.get(id);
        let short = short.filter(|path| !written.files.contains_key(*path));
        let path = short.cloned().unwrap_or_else(|| path(id.split('/')));
        written.add(path, schema)?;
    }
    no_file_is_a_folder(&written.places)?;
    Ok(written.files)
}

/// The files to write.
#[derive(Default)]
struct Written {
    /// The texts by path.
    files: BTreeMap<String, String>,
    /// The place of each document, by its path in lower case: some file systems do not
    /// distinguish upper and lower case.
    places: BTreeMap<String, Place>,
}

impl Written {
    /// Adds a document, unless another one has this path.
    fn add(&mut self, path: String, document: &Document) -> Result<(), Errors> {
        let place = document.place("");
        if let Some(other) = self.places.insert(path.to_lowercase(), place.clone()) {
            return Err(clash(&place, &other, &path));
        }
        self.files.insert(path, pretty(&document.root));
        Ok(())
    }
}

/// Checks that no path is also the folder of another.
fn no_file_is_a_folder(places: &BTreeMap<String, Place>) -> Result<(), Errors> {
    for (path, place) in places {
        let folders = path
            .match_indices('/')
            .filter_map(|(end, _)| path.get(..end));
        if let Some(other) = folders.filter_map(|folder| places.get(folder)).next() {
            return Err(clash(place, other, path));
        }
    }
    Ok(())
}

/// The error of two documents that can't both be written.
fn clash(place: &Place, other: &Place, path: &str) -> Errors {
    let what = format!("would be written to {path:?}, as {other} would");
    let help = "give one of the two another `$id`, or another service name or version";
    Errors::from(place.error("", what, help))
}

fn reference_path(reference: &Value) -> String {
    let (service, version) = publisher(reference);
    let version = Some(version).filter(|it| *it != FIRST_VERSION);
    let path = [Some(service), version, Some("exchanges.json")];
    let path: Vec<String> = path.into_iter().flatten().map(id::segment).collect();
    path.join("/")
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

#[cfg(test)]
mod tests {
    use super::{Source, canonical, path};

    fn source(name: &str, text: &str) -> Source {
        Source {
            name: name.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }
    }

    fn reference(schema: &str) -> Source {
        reference_of("reference", "egg", "v1", schema)
    }

    fn reference_of(name: &str, service: &str, version: &str, schema: &str) -> Source {
        let entry = format!(
            r#"{{"type": "topic-exchange", "name": "a", "exchange": "a", "title": "", "description": "", "routingKey": [], "schema": "{schema}"}}"#
        );
        source(
            name,
            &format!(
                r#"{{"$schema": "/schemas/common/exchanges-reference-v0.json#", "serviceName": "{service}", "apiVersion": "{version}", "title": "", "description": "", "exchangePrefix": "{service}/{version}/", "entries": [{entry}]}}"#
            ),
        )
    }

    /// Asserts that two of the documents can't both be written, and that the error names
    /// both.
    #[track_caller]
    fn assert_clash(sources: &[Source], names: [&str; 2]) {
        let refused = canonical(sources).expect_err("refused").to_string();
        for name in names {
            assert!(refused.contains(name), "{refused}");
        }
    }

    #[test]
    fn documents_of_one_path_are_refused() {
        let taken = source(
            "taken",
            r#"{"$id": "/schemas/egg/exchanges.json#", "type": "object"}"#,
        );
        let names = ["taken", "reference"];
        assert_clash(&[reference("exchanges.json#"), taken], names);

        let above = source(
            "above",
            r##"{"$id": "/schemas/egg/v1/a.json#", "type": "object", "properties": {"b": {"$ref": "A.json"}}}"##,
        );
        let other = source(
            "below",
            r#"{"$id": "/schemas/egg/v1/A.json#", "type": "object"}"#,
        );
        let names = ["above", "below"];
        assert_clash(&[reference("v1/a.json#"), above, other], names);
    }

    #[test]
    fn references_of_one_path_are_refused() {
        let schema = source(
            "schema",
            r#"{"$id": "/schemas/egg/v1/a.json#", "type": "object"}"#,
        );
        let of = |name: &str, service: &str, version: &str| {
            reference_of(name, service, version, "/schemas/egg/v1/a.json#")
        };
        let names = ["first", "second"];
        let both = [
            of("first", "egg", "v1"),
            of("second", "Egg", "v1"),
            schema.clone(),
        ];
        assert_clash(&both, names);
        let both = [of("first", "v1", "v2"), of("second", "v2", "v1"), schema];
        let files = canonical(&both).expect("different paths");
        let paths: Vec<&String> = files.keys().collect();
        assert_eq!(
            paths,
            ["egg/a.json", "v1/v2/exchanges.json", "v2/exchanges.json"]
        );
    }

    #[test]
    fn documents_of_a_file_and_a_folder_of_one_path_are_refused() {
        let below = source(
            "below",
            r##"{"$id": "/schemas/egg/v1/a.json/b.json#", "type": "object"}"##,
        );
        let above = source(
            "above",
            r##"{"$id": "/schemas/egg/v1/a.json#", "type": "object", "properties": {"b": {"$ref": "a.json/b.json#"}}}"##,
        );
        let names = ["above", "below"];
        assert_clash(&[reference("v1/a.json#"), above, below], names);
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
