//! The documents of a Taskcluster deployment, over HTTP.
//!
//! A deployment lists its references in `/references/manifest.json`; every schema is
//! below `/schemas/` under its id. Only the exchange references and the schemas that they
//! reach are fetched.
//!
//! A server is not trusted: documents are limited in size, number and time, a redirect
//! stays on the host, and references only lead to paths below the root URL.

mod error;
mod http;

use serde_json::Value;
use taskcluster_documents::Source;

pub use error::Error;
use http::Client;
pub(crate) use http::Limits;

use super::closure::{self, Lookup};

/// The list of a deployment's references.
const MANIFEST: &str = "/references/manifest.json";

/// File names of references to other things than exchanges, which are not fetched.
const OTHER_REFERENCES: [&str; 2] = ["/api.json", "/logs.json"];

/// Fetches the exchange references of the deployment with the root URL `root`, and
/// the schemas that they reach.
///
/// # Errors
///
/// [`Error`]: the URL and the reason.
pub(crate) fn fetch(root: &str, limits: Limits) -> Result<Vec<Source>, Error> {
    let mut client = Client::new(root, limits)?;
    let mut sources = Vec::new();
    let mut references = Vec::new();
    for path in exchange_references(&mut client)? {
        let (source, value) = client.json(&path)?;
        if value.get("exchangePrefix").is_some() {
            references.push(value);
            sources.push(source);
        }
    }
    if references.is_empty() {
        return Err(Error::NoReferences {
            url: client.url(MANIFEST),
        });
    }
    let mut schemas = Schemas(&mut client);
    let reached = closure::reached(&references, &mut schemas)?;
    sources.extend(reached.into_values());
    Ok(sources)
}

/// The paths of the references that may describe exchanges.
fn exchange_references(client: &mut Client) -> Result<Vec<String>, Error> {
    let (source, manifest) = client.json(MANIFEST)?;
    let listed = manifest.get("references").and_then(Value::as_array);
    let paths: Option<Vec<&str>> = listed.map(|it| it.iter().filter_map(Value::as_str).collect());
    let Some(paths) = paths else {
        return Err(Error::NoManifest { url: source.name });
    };
    let is_wanted = |path: &&str| !OTHER_REFERENCES.iter().any(|end| path.ends_with(end));
    let mut wanted = Vec::new();
    for path in paths.into_iter().filter(is_wanted) {
        if !path.starts_with("/references/") || path.contains("..") || !is_plain(path) {
            return Err(Error::ForeignReference {
                url: source.name,
                path: path.to_owned(),
            });
        }
        wanted.push(path.to_owned());
    }
    Ok(wanted)
}

/// Whether a path is valid in a URL without escapes.
fn is_plain(path: &str) -> bool {
    path.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"/-._~%".contains(&byte))
}

struct Schemas<'c>(&'c mut Client);

impl Lookup for Schemas<'_> {
    type Found = Source;
    type Error = Error;

    fn look_up(&mut self, id: &str) -> Result<Option<(Source, Value)>, Error> {
        match self.0.json(&format!("/schemas/{id}")) {
            Err(Error::Status { status: 404, .. }) => Ok(None),
            found => found.map(Some),
        }
    }
}

#[cfg(test)]
mod tests;
