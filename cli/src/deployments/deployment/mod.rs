//! The documents of a Taskcluster deployment, over HTTP.
//!
//! A deployment lists its references in `/references/manifest.json`; every schema is
//! below `/schemas/` under its id. Only the exchange references and the schemas that they
//! reach are fetched.
//!
//! A server is not trusted: documents are limited in size, number and time, a redirect
//! stays on the host, and references only lead to paths below the root URL.

mod certificates;
mod error;
mod http;
mod proxy;
mod urls;

use serde_json::Value;
use taskcluster_documents::{Source, is_exchange_reference};
use url::Url;

pub use error::Error;
use http::Client;
pub(crate) use http::Limits;
pub(crate) use urls::RootUrl;

use super::closure;

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
pub(crate) fn fetch(root: &RootUrl, limits: Limits) -> Result<Vec<Source>, Error> {
    let mut client = Client::new(root, limits)?;
    let mut sources = Vec::new();
    let mut references = Vec::new();
    for url in exchange_references(root, &mut client)? {
        let (source, value) = client.json(url)?;
        if is_exchange_reference(&value) {
            references.push(value);
            sources.push(source);
        }
    }
    if references.is_empty() {
        return Err(Error::NoReferences {
            url: root.document(MANIFEST).into(),
        });
    }
    let reached = closure::reached(&references, |id| schema(id, root, &mut client))?;
    sources.extend(reached.into_values());
    Ok(sources)
}

/// The URLs of the references that may describe exchanges.
fn exchange_references(root: &RootUrl, client: &mut Client) -> Result<Vec<Url>, Error> {
    let (source, manifest) = client.json(root.document(MANIFEST))?;
    let listed = manifest.get("references").and_then(Value::as_array);
    let paths: Option<Vec<&str>> = listed.map(|it| it.iter().filter_map(Value::as_str).collect());
    let Some(paths) = paths else {
        return Err(Error::NoManifest { url: source.name });
    };
    let is_wanted = |path: &&str| !OTHER_REFERENCES.iter().any(|end| path.ends_with(end));
    let url = |path: &str| {
        let is_below = path.starts_with("/references/");
        let url = root.plain_document(path).filter(|_| is_below);
        url.ok_or_else(|| Error::ForeignReference {
            url: source.name.clone(),
            path: path.to_owned(),
        })
    };
    paths.into_iter().filter(is_wanted).map(url).collect()
}

/// The schema with a normalised id; `None` if the deployment has none.
fn schema(id: &str, root: &RootUrl, client: &mut Client) -> Result<Option<(Source, Value)>, Error> {
    let Some(url) = root.plain_document(&format!("/schemas/{id}")) else {
        return Ok(None);
    };
    match client.json(url) {
        Err(Error::Status { status: 404, .. }) => Ok(None),
        found => found.map(Some),
    }
}

#[cfg(test)]
mod tests;
