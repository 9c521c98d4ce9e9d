//! An HTTP GET request, bounded in time and size.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::StatusCode;
use ureq::http::header::AUTHORIZATION;
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::tls;

/// Timeout for the whole request.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum size of an answer, for over ten thousand bindings.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// A GET request.
pub(super) struct Request {
    pub(super) url: String,
    /// The header `Authorization`.
    pub(super) authorization: Option<String>,
}

pub(super) struct Response {
    pub(super) status: StatusCode,
    pub(super) body: Vec<u8>,
}

impl Request {
    /// Sends the request and reads the answer. It blocks the thread.
    pub(super) fn get(&self, ca_file: Option<&Path>) -> Result<Response, ureq::Error> {
        let mut request = agent(ca_file)?.get(&self.url);
        if let Some(authorization) = &self.authorization {
            request = request.header(AUTHORIZATION, authorization);
        }
        let mut response = request.call()?;
        let body = response.body_mut().with_config().limit(MAX_BYTES);
        Ok(Response {
            body: body.read_to_vec()?,
            status: response.status(),
        })
    }
}

fn agent(ca_file: Option<&Path>) -> io::Result<ureq::Agent> {
    let certificates: Vec<_> = tls::authorities(ca_file)?
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(Arc::new(tls::provider()))
        .build();
    let agent = ureq::Agent::config_builder()
        .tls_config(tls)
        // AMQP connections use no proxy either.
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        // The caller handles error statuses and redirects.
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent();
    Ok(agent)
}
