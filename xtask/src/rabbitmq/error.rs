//! Errors of the private RabbitMQ.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::server::VARIABLE;

/// A private RabbitMQ can't be started, or a command to it failed.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// RabbitMQ is not installed.
    NotInstalled,

    /// RabbitMQ is not installed, and this command can't or may not install it.
    CannotInstall {
        /// The reason.
        why: String,
        /// The remedy, with the command to run.
        todo: String,
    },

    /// A folder that the user named has no RabbitMQ.
    NotInFolder {
        /// The folder.
        folder: PathBuf,
    },

    /// The broker's temporary folder can't be created, or there are no free ports.
    Folder(io::Error),

    /// One of RabbitMQ's programs can't be run.
    Run(io::Error),

    /// The broker did not start.
    NotStarted {
        /// The kind of failure.
        what: &'static str,
        /// The last lines of its log.
        log: String,
    },

    /// `rabbitmqctl` failed.
    Ctl {
        /// The arguments.
        command: String,
        /// The output.
        output: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotInstalled => f.write_str(
                "RabbitMQ is not installed; `cargo xtask test` asks whether to install it",
            ),
            Self::CannotInstall { why, todo } => write!(
                f,
                "the tests need RabbitMQ, which is not installed: {why}; \
                 {todo}, or set PULSE_TEST_URL to a broker that the tests may use, \
                 such as amqp://guest:guest@127.0.0.1:5672/%2f"
            ),
            Self::NotInFolder { folder } => write!(
                f,
                "{VARIABLE}: {}: no rabbitmq-server and rabbitmqctl there, or no epmd; \
                 name the folder of these programs, such as /opt/rabbitmq_server-4.1.0/sbin",
                folder.display()
            ),
            Self::Folder(_) => {
                f.write_str("cannot prepare a private RabbitMQ; check the folder that TMPDIR names")
            }
            Self::Run(_) => f.write_str("cannot run RabbitMQ; check its installation"),
            Self::NotStarted { what, log } => {
                write!(f, "the private RabbitMQ {what}; the end of its log:\n{log}")
            }
            Self::Ctl { command, output } => write!(f, "`rabbitmqctl {command}` failed: {output}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Folder(error) | Self::Run(error) => Some(error),
            _ => None,
        }
    }
}
