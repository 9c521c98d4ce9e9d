//! The broker of the tests: one that the user names, or a private one.

use std::env;
use std::fmt;

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
    /// Finds the broker to test with, and installs RabbitMQ if it is missing.
    ///
    /// # Errors
    ///
    /// RabbitMQ is missing and can't be installed.
    pub(super) fn find(install: bool) -> Result<Self, rabbitmq::Error> {
        if is_set(URL) {
            return Ok(Self::Named);
        }
        match Server::find() {
            Some(server) => Ok(Self::Private(server)),
            None => rabbitmq::install(install).map(Self::Private),
        }
    }

    /// Further brokers, of other versions. A broker that is named is the only one.
    pub(super) fn others(&self) -> Vec<Self> {
        match self {
            Self::Named => Vec::new(),
            Self::Private(server) => server.others().into_iter().map(Self::Private).collect(),
        }
    }

    /// Starts the broker, if it is a private one.
    ///
    /// # Errors
    ///
    /// It does not start.
    pub(super) fn lease(self) -> Result<Lease, rabbitmq::Error> {
        let Self::Private(server) = self else {
            eprintln!("testing with the broker that {URL} names");
            let has_management = is_set(MANAGEMENT_URL);
            if !has_management {
                eprintln!("skipping the tests of its management API: {MANAGEMENT_URL} is not set");
            }
            return Ok(Lease {
                private: None,
                has_management,
            });
        };
        let broker = RabbitMq::start_with_management(server)?;
        eprintln!("testing with a private RabbitMQ, {}", broker.address());
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
