//! Why there is no broker.

use std::io;

/// Why there is no broker, or why it did not do as it was told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RabbitMQ is not installed.
    #[error(
        "RabbitMQ is not installed; `cargo xtask test` installs it where it may, and says how where it may not"
    )]
    NotInstalled,

    /// RabbitMQ is not installed, and can't be by this command.
    #[error(
        "RabbitMQ is needed for the tests, and is not installed: {why}; \
             {todo}, or set PULSE_TEST_URL to a broker that the tests may use, \
             such as amqp://guest:guest@127.0.0.1:5672/%2f"
    )]
    CannotInstall {
        /// Why the command can't install it.
        why: String,
        /// What to do, with the command to run.
        todo: String,
    },

    /// The broker's temporary folder can't be made, or its ports not be found.
    #[error("cannot prepare a private RabbitMQ: {0}; check the folder that TMPDIR names")]
    Folder(io::Error),

    /// One of RabbitMQ's programs can't be run.
    #[error("cannot run RabbitMQ: {0}; check its installation")]
    Run(io::Error),

    /// The broker did not come up.
    #[error("the private RabbitMQ {what}; it said last:\n{log}")]
    NotStarted {
        /// How it failed.
        what: &'static str,
        /// The last lines of its log.
        log: String,
    },

    /// `rabbitmqctl` failed.
    #[error("`rabbitmqctl {command}` failed: {said}")]
    Ctl {
        /// Its arguments.
        command: String,
        /// What it printed.
        said: String,
    },
}
