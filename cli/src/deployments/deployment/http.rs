//! HTTP requests with limits.

use std::env;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustls::CertificateError;
use serde_json::Value;
use taskcluster_documents::{Source, json};
use ureq::Proxy;
use ureq::http::{StatusCode, header::LOCATION};
use ureq::tls::{RootCerts, TlsConfig};
use url::Url;

use super::Error;
use super::certificates::Certificates;
use super::proxy;
use super::urls::{RootUrl, redirected};

/// Maximum number of redirects for one document.
const MAX_REDIRECTS: usize = 5;

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

/// Fetches documents within limits.
pub(super) struct Client {
    agent: ureq::Agent,
    /// The remedy for an unknown authority of a certificate.
    authority_help: String,
    limits: Limits,
    started: Instant,
    fetched: usize,
    bytes: u64,
}

impl Client {
    /// A client for documents below `root`.
    ///
    /// # Errors
    ///
    /// If there is a proxy that can't be used.
    pub(super) fn new(root: &RootUrl, limits: Limits) -> Result<Self, Error> {
        let certificates = Certificates::read();
        let proxy = proxy::of(&root.document("/"), |name| {
            env::var_os(name).map(|value| value.to_string_lossy().into_owned())
        })?;
        Ok(Self {
            agent: agent(limits, certificates.roots, proxy),
            authority_help: certificates.help,
            limits,
            started: Instant::now(),
            fetched: 0,
            bytes: 0,
        })
    }

    /// Fetches a document.
    pub(super) fn json(&mut self, url: Url) -> Result<(Source, Value), Error> {
        let name = url.to_string();
        if self.fetched == self.limits.documents {
            let most = self.limits.documents;
            return Err(Error::TooMany { url: name, most });
        }
        if self.started.elapsed() > self.limits.whole_time {
            let seconds = self.limits.whole_time.as_secs();
            return Err(Error::TooSlow { url: name, seconds });
        }
        self.fetched += 1;
        let bytes = self.get(url)?;
        self.bytes += bytes.len() as u64;
        if self.bytes > self.limits.whole_bytes {
            let most = self.limits.whole_bytes;
            return Err(Error::TooLargeTogether { url: name, most });
        }
        match json::parse(&bytes) {
            Ok(value) => Ok((Source { name, bytes }, value)),
            Err(source) => Err(Error::NotJson { url: name, source }),
        }
    }

    fn get(&self, url: Url) -> Result<Vec<u8>, Error> {
        let mut current = url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let mut response = self
                .agent
                .get(current.as_str())
                .call()
                .map_err(|error| self.failed(&current, error))?;
            let status = response.status();
            if status == StatusCode::OK {
                return self.body(&current, response.body_mut());
            }
            let location = response.headers().get(LOCATION);
            let location = location.and_then(|it| it.to_str().ok());
            match location.filter(|_| status.is_redirection()) {
                Some(location) => current = redirected(&current, location)?,
                None => {
                    return Err(Error::Status {
                        url: current.into(),
                        status: status.as_u16(),
                    });
                }
            }
        }
        Err(Error::Redirects {
            url: url.into(),
            most: MAX_REDIRECTS,
        })
    }

    fn body(&self, url: &Url, body: &mut ureq::Body) -> Result<Vec<u8>, Error> {
        let most = self.limits.document_bytes;
        match body.with_config().limit(most).read_to_vec() {
            Err(ureq::Error::BodyExceedsLimit(_)) => Err(Error::TooLarge {
                url: url.to_string(),
                most,
            }),
            read => read.map_err(|error| self.failed(url, error)),
        }
    }

    fn failed(&self, url: &Url, error: ureq::Error) -> Error {
        let (url, is_unknown) = (url.to_string(), is_unknown_authority(&error));
        let source = Box::new(error);
        match is_unknown {
            true => Error::Authority {
                url,
                help: self.authority_help.clone(),
                source,
            },
            false => Error::Request { url, source },
        }
    }
}

/// Whether the authority of a server's certificate is unknown.
fn is_unknown_authority(error: &ureq::Error) -> bool {
    let tls_error = match error {
        ureq::Error::Rustls(error) => Some(error),
        ureq::Error::Io(error) => error.get_ref().and_then(|error| error.downcast_ref()),
        _ => None,
    };
    matches!(
        tls_error,
        Some(rustls::Error::InvalidCertificate(
            CertificateError::UnknownIssuer
        ))
    )
}

fn agent(limits: Limits, roots: RootCerts, proxy: Option<Proxy>) -> ureq::Agent {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(roots)
        .unversioned_rustls_crypto_provider(provider)
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy)
        .timeout_global(Some(limits.document_time))
        .user_agent(concat!("taskcluster-events/", env!("CARGO_PKG_VERSION")))
        .http_status_as_error(false)
        // Redirects are followed by this code, and only within the host.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent()
}
