//! The certificates of the authorities that servers are checked against.

use std::env;
use std::ffi::OsString;
use std::fmt::Display;

use rustls_native_certs::load_native_certs;
use ureq::tls::{Certificate, RootCerts};

use crate::terminal::part;

/// The variables that replace the system's certificates.
const VARIABLES: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The trusted certificates.
pub(super) struct Certificates {
    pub(super) roots: RootCerts,
    /// The remedy if a server's authority is not among them.
    pub(super) help: String,
}

impl Certificates {
    /// Reads the system's certificates, or those that a variable names.
    pub(super) fn read() -> Self {
        let read = load_native_certs();
        let certificates = read.certs.iter();
        let certificates: Vec<_> = certificates
            .map(|it| Certificate::from_der(it).to_owned())
            .collect();
        Self {
            roots: RootCerts::new_with_certs(&certificates),
            help: help(|name| env::var_os(name), read.errors.first()),
        }
    }
}

/// The remedy; `error` is the first one of reading the certificates.
fn help(variable: impl Fn(&str) -> Option<OsString>, error: Option<impl Display>) -> String {
    let is_set = |name: &&str| variable(name).is_some_and(|value| !value.is_empty());
    let named = VARIABLES.into_iter().find(is_set);
    match (named, error) {
        (None, _) => "install the system's CA certificates (usually the package \
             ca-certificates), or name the authority's file in SSL_CERT_FILE"
            .to_owned(),
        (Some(name), None) => format!(
            "only those that {name} names are trusted: add the authority's there, or unset it"
        ),
        (Some(name), Some(error)) => format!(
            "those that {name} names can't be read ({}): correct it, or unset it",
            part(&error.to_string())
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::help;

    #[test]
    fn the_remedy_is_one_that_was_not_tried() {
        let of = |set: &str, error: Option<&str>| {
            help(|name| (name == set).then(|| "a.pem".into()), error)
        };
        assert!(of("", None).contains("name the authority's file in SSL_CERT_FILE"));
        assert!(of("SSL_CERT_DIR", None).contains("SSL_CERT_DIR names are trusted: add"));
        let unread = of("SSL_CERT_FILE", Some("no such file at 'a.pem'"));
        assert!(
            unread.contains("SSL_CERT_FILE names can't be read (no such file at 'a.pem')"),
            "{unread}"
        );
    }
}
