//! Errors of the private RabbitMQ.

use std::io;

/// A private RabbitMQ can't be started, or does not obey.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// RabbitMQ is not installed.
    #[error("RabbitMQ is not installed; `cargo xtask test` asks whether to install it")]
    NotInstalled,

    /// RabbitMQ is not installed, and this command can't or may not install it.
    #[error(
        "the tests need RabbitMQ, which is not installed: {why}; \
             {todo}, or set PULSE_TEST_URL to a broker that the tests may use, \
             such as amqp://guest:guest@127.0.0.1:5672/%2f"
    )]
    CannotInstall {
        /// Why the command can't install it.
        why: String,
        /// What to do, with the command to run.
        todo: String,
    },

    /// The broker's temporary folder can't be made, or there are no free ports.
    #[error("cannot prepare a private RabbitMQ; check the folder that TMPDIR names")]
    Folder(#[source] io::Error),

    /// One of RabbitMQ's programs can't be run.
    #[error("cannot run RabbitMQ; check its installation")]
    Run(#[source] io::Error),

    /// The broker did not start.
    #[error("the private RabbitMQ {what}; the end of its log:\n{log}")]
    NotStarted {
        /// How it failed.
        what: &'static str,
        /// The last lines of its log.
        log: String,
    },

    /// `rabbitmqctl` failed.
    #[error("`rabbitmqctl {command}` failed: {output}")]
    Ctl {
        /// Its arguments.
        command: String,
        /// What it printed.
        output: String,
    },
}
