//! The broker of the tests: one that the user names, or a private one.

use std::collections::BTreeSet;
use std::env;
use std::fmt;

use crate::printed::report;
use crate::rabbitmq::{self, RabbitMq, Server};

/// The variable that names the broker to test with.
const URL: &str = "PULSE_TEST_URL";

/// The variable that names the management API of that broker.
const MANAGEMENT_URL: &str = "PULSE_TEST_MANAGEMENT_URL";

/// The module of the tests that need a management API.
const MANAGEMENT_TESTS: &str = "management_api::";

/// A broker that can be tested with.
#[derive(Debug)]
pub(super) enum Broker {
    /// The one that `PULSE_TEST_URL` names.
    Named,
    /// A private one, not started yet.
    Private(Server),
}

impl Broker {
    /// Finds the broker to test with, and installs RabbitMQ if it is missing. The others are
    /// of other versions; a broker that is named is the only one.
    ///
    /// # Errors
    ///
    /// RabbitMQ is missing and can't be installed, or a folder that should have another one
    /// has none.
    pub(super) fn find(install: bool) -> Result<(Self, Vec<Self>), rabbitmq::Error> {
        if is_set(URL) {
            return Ok((Self::Named, Vec::new()));
        }
        let mut others = Server::further()?;
        let server = match Server::find() {
            Some(server) => server,
            None => rabbitmq::install(install)?,
        };
        let mut seen = BTreeSet::from([server.path().to_path_buf()]);
        others.retain(|other| seen.insert(other.path().to_path_buf()));
        let others = others.into_iter().map(Self::Private).collect();
        Ok((Self::Private(server), others))
    }

    /// Starts the broker, if it is a private one.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(super) fn lease(self) -> Result<Lease, rabbitmq::Error> {
        let Self::Private(server) = self else {
            report(format_args!("testing with the broker that {URL} names"));
            let has_management = is_set(MANAGEMENT_URL);
            if !has_management {
                report(format_args!(
                    "skipping the tests of its management API: {MANAGEMENT_URL} is not set"
                ));
            }
            return Ok(Lease {
                private: None,
                has_management,
            });
        };
        let broker = RabbitMq::start_with_management(server)?;
        let address = broker.address();
        report(format_args!("testing with a private RabbitMQ, {address}"));
        Ok(Lease {
            private: Some(broker),
            has_management: true,
        })
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named => f.write_str("the named broker"),
            Self::Private(server) => server.path().display().fmt(f),
        }
    }
}

/// A running broker. A private one ends when this is dropped, and also when this process
/// is killed.
#[derive(Debug)]
pub(super) struct Lease {
    private: Option<RabbitMq>,
    has_management: bool,
}

impl Lease {
    /// Arguments of a test program that skip the tests for which there is no API.
    pub(super) fn skipped(&self) -> &'static [&'static str] {
        if self.has_management {
            &[]
        } else {
            &["--skip", MANAGEMENT_TESTS]
        }
    }

    /// The variables that name a private broker.
    pub(super) fn variables(&self) -> Vec<(&'static str, String)> {
        let private = self.private.iter();
        let variables = private.flat_map(|broker| {
            let management = broker.management_url().map(|url| (MANAGEMENT_URL, url));
            [Some((URL, broker.url().to_owned())), management]
        });
        variables.flatten().collect()
    }
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}
