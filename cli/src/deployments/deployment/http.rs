//! HTTP requests with limits.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::Value;
use taskcluster_documents::{Source, json};
use ureq::http::{StatusCode, Uri, header::LOCATION};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::Error;

/// Maximum number of redirects for one document.
const MOST_REDIRECTS: usize = 5;

/// Limits on the documents of a deployment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Maximum size of a document, in bytes.
    pub(crate) document_bytes: u64,
    /// Maximum size of all documents, in bytes.
    pub(crate) whole_bytes: u64,
    /// Maximum number of documents.
    pub(crate) documents: usize,
    /// Time limit for one document.
    pub(crate) document_time: Duration,
    /// Time limit for all documents.
    pub(crate) whole_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            document_bytes: 4 << 20,
            whole_bytes: 64 << 20,
            documents: 2_000,
            document_time: Duration::from_secs(30),
            whole_time: Duration::from_secs(180),
        }
    }
}

/// Fetches documents below one root URL.
pub(super) struct Client {
    agent: ureq::Agent,
    /// The root URL, without a trailing slash.
    root: String,
    limits: Limits,
    started: Instant,
    fetched: usize,
    bytes: u64,
}

impl Client {
    pub(super) fn new(root: &str, limits: Limits) -> Result<Self, Error> {
        check_root(root).map_err(|why| Error::Root {
            root: without_secrets(root),
            why,
        })?;
        Ok(Self {
            agent: agent(limits),
            root: root.trim_end_matches('/').to_owned(),
            limits,
            started: Instant::now(),
            fetched: 0,
            bytes: 0,
        })
    }

    /// The URL of a document.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.root)
    }

    /// Fetches the document at `path`.
    pub(super) fn json(&mut self, path: &str) -> Result<(Source, Value), Error> {
        let url = self.url(path);
        if self.fetched == self.limits.documents {
            let most = self.limits.documents;
            return Err(Error::TooMany { url, most });
        }
        if self.started.elapsed() > self.limits.whole_time {
            let seconds = self.limits.whole_time.as_secs();
            return Err(Error::TooSlow { url, seconds });
        }
        self.fetched += 1;
        let bytes = self.get(&url)?;
        self.bytes += bytes.len() as u64;
        if self.bytes > self.limits.whole_bytes {
            let most = self.limits.whole_bytes;
            return Err(Error::TooLargeTogether { url, most });
        }
        match json::parse(&bytes) {
            Ok(value) => Ok((Source { name: url, bytes }, value)),
            Err(source) => Err(Error::NotJson { url, source }),
        }
    }

    fn get(&self, url: &str) -> Result<Vec<u8>, Error> {
        let mut current = url.to_owned();
        for _ in 0..=MOST_REDIRECTS {
            let mut response = self.agent.get(&current).call().map_err(failed(&current))?;
            let status = response.status();
            if status == StatusCode::OK {
                return self.body(&current, response.body_mut());
            }
            let location = response
                .headers()
                .get(LOCATION)
                .and_then(|it| it.to_str().ok());
            match location.filter(|_| status.is_redirection()) {
                Some(location) => current = redirected(&current, location)?,
                None => {
                    let status = status.as_u16();
                    return Err(Error::Status {
                        url: current,
                        status,
                    });
                }
            }
        }
        Err(Error::Redirects {
            url: url.to_owned(),
            most: MOST_REDIRECTS,
        })
    }

    fn body(&self, url: &str, body: &mut ureq::Body) -> Result<Vec<u8>, Error> {
        let most = self.limits.document_bytes;
        match body.with_config().limit(most).read_to_vec() {
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(Error::TooLarge {
                url: url.to_owned(),
                most,
            }),
            read => read.map_err(failed(url)),
        }
    }
}

fn failed(url: &str) -> impl FnOnce(ureq::Error) -> Error {
    |source| Error::Request {
        url: url.to_owned(),
        source: Box::new(source),
    }
}

fn agent(limits: Limits) -> ureq::Agent {
    let certificates: Vec<_> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .timeout_global(Some(limits.document_time))
        .user_agent(concat!("taskcluster-events/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        // Redirects are followed by this code, and only within the host.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent()
}

/// `root` without its user and secret, for an error.
fn without_secrets(root: &str) -> String {
    match (root.split_once("://"), root.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://…@{host}"),
        _ => root.to_owned(),
    }
}

/// Checks that `root` consists of a scheme, a host and a path only.
fn check_root(root: &str) -> Result<(), String> {
    let uri: Uri = root.parse().map_err(|error| format!("{error}"))?;
    let authority = uri.authority().map(|it| it.as_str()).unwrap_or_default();
    match uri.scheme_str() {
        Some("http" | "https") => {}
        _ => return Err("it starts with neither https:// nor http://".to_owned()),
    }
    if authority.is_empty() {
        return Err("it has no host".to_owned());
    }
    if authority.contains('@') {
        return Err("it has a user or a secret".to_owned());
    }
    // The library leaves out the fragment, which it would not send.
    match (root.contains('#'), uri.query()) {
        (true, _) => Err("it has a fragment".to_owned()),
        (_, Some(_)) => Err("it has a query".to_owned()),
        _ => Ok(()),
    }
}

/// The target of a redirect of `url`, if it is on the same host.
fn redirected(url: &str, location: &str) -> Result<String, Error> {
    let refused = || Error::Redirect {
        url: url.to_owned(),
        location: location.to_owned(),
    };
    let from: Uri = url.parse().map_err(|_| refused())?;
    let (Some(scheme), Some(authority)) = (from.scheme_str(), from.authority()) else {
        return Err(refused());
    };
    if location.starts_with('/') && !location.starts_with("//") {
        return Ok(format!("{scheme}://{authority}{location}"));
    }
    let to: Uri = location.parse().map_err(|_| refused())?;
    let same_host = to.host() == from.host();
    let is_kept = to.scheme_str() == Some(scheme) && to.authority() == Some(authority);
    // An HTTP server may redirect to HTTPS, both on their default ports.
    let is_upgraded = scheme == "http"
        && to.scheme_str() == Some("https")
        && from.port().is_none()
        && to.port().is_none();
    match same_host && (is_kept || is_upgraded) {
        true => Ok(location.to_owned()),
        false => Err(refused()),
    }
}
