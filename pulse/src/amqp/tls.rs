//! TLS for AMQP and HTTP: the certificates to trust, and advice for errors.

use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::{CertificateError, ClientConfig, RootCertStore};

/// The certificates of the authorities to trust: those in the PEM file `ca_file`,
/// or else the system's, which SSL_CERT_FILE and SSL_CERT_DIR replace.
///
/// # Errors
///
/// The file can't be read, or has no certificate.
pub(super) fn authorities(ca_file: Option<&Path>) -> io::Result<Vec<CertificateDer<'static>>> {
    let Some(file) = ca_file else {
        return system_authorities();
    };
    let certificates: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect);
    match certificates {
        Ok(certificates) if certificates.is_empty() => {
            Err(io::Error::other("it has no certificate in PEM form"))
        }
        Ok(certificates) => Ok(certificates),
        Err(PemError::Io(error)) => Err(error),
        Err(error) => Err(io::Error::other(error)),
    }
}

fn system_authorities() -> io::Result<Vec<CertificateDer<'static>>> {
    let found = rustls_native_certs::load_native_certs();
    // Single certificates that can't be read are ignored.
    match found.errors.into_iter().next() {
        Some(error) if found.certs.is_empty() => Err(io::Error::other(error)),
        _ if found.certs.is_empty() => Err(io::ErrorKind::NotFound.into()),
        _ => Ok(found.certs),
    }
}

pub(super) fn client_config(ca_file: Option<&Path>) -> io::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    let (added, _) = roots.add_parsable_certificates(authorities(ca_file)?);
    if added == 0 && ca_file.is_some() {
        return Err(io::Error::other("its certificates are malformed"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

pub(super) fn provider() -> rustls::crypto::CryptoProvider {
    rustls::crypto::ring::default_provider()
}

/// The reason of a TLS error that another attempt can't fix, and advice.
pub(super) fn lasting_error(error: &io::Error) -> Option<(&'static str, &'static str)> {
    let error = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    match error {
        rustls::Error::InvalidMessage(_) => Some((
            "the port does not speak TLS",
            "use the broker's TLS port, usually 5671, or amqp:// to connect without TLS",
        )),
        rustls::Error::InvalidCertificate(error) => certificate_error(error),
        rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_) => Some((
            "the broker ended the TLS handshake",
            "check which TLS versions and client certificates the broker asks for",
        )),
        _ => None,
    }
}

fn certificate_error(error: &CertificateError) -> Option<(&'static str, &'static str)> {
    match error {
        // Another attempt may succeed, with a new certificate or a corrected clock.
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => None,
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            Some((
                "the broker's certificate is for another host name",
                "connect to a name that is in the certificate",
            ))
        }
        CertificateError::UnknownIssuer => Some((
            "the broker's certificate is signed by an unknown authority",
            "set the authority's certificate by `ca_file`, or by the variable SSL_CERT_FILE",
        )),
        _ => Some((
            "the broker's certificate is invalid",
            "replace the certificate, or set its authority by `ca_file`",
        )),
    }
}
