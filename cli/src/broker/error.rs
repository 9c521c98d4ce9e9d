//! Errors of the commands that use a broker.

use std::error::Error as StdError;
use std::io;
use std::path::PathBuf;

use taskcluster_documents::text::count;
use taskcluster_pulse::{PublishError, RoutingKeyError, UnknownExchange};

use crate::read_error::ReadError;
use crate::terminal;

/// The reason why a command failed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The runtime of the client could not be started.
    #[error("cannot start the client; close other programs and try again")]
    Runtime(#[source] io::Error),
    /// The exchange does not exist.
    #[error(transparent)]
    Exchange(#[from] UnknownExchange),
    /// A word of `--where` is not valid in the routing key.
    #[error("--where can't be used; see `listen --help` for what it matches")]
    Where(#[source] RoutingKeyError),
    /// The client could not connect, or gave up.
    #[error(transparent)]
    Client(#[from] taskcluster_pulse::Error),
    /// The broker did not take a message.
    #[error("{}:{line}: the message was not published", terminal::path(path))]
    Publish {
        /// The recording.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The reason.
        source: Box<PublishError>,
    },
    /// A line of a recording is no message.
    #[error(
        "{}:{line}: not a message, or a part of one; delete this line",
        terminal::path(path)
    )]
    Recording {
        /// The recording.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// The reason.
        source: Box<dyn StdError + Send + Sync>,
    },
    /// A recording can't be read.
    #[error(transparent)]
    Read(#[from] ReadError),
    /// A recording can't be written.
    #[error(
        "{}: cannot be written; check that you may write it, and that the disk has room",
        terminal::path(path)
    )]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A signal ended the publishing of a recording.
    #[error(
        "{}: interrupted; {}",
        terminal::path(path),
        replayed(*published, *line, *unconfirmed)
    )]
    Interrupted {
        /// The recording.
        path: PathBuf,
        /// The number of confirmed messages.
        published: usize,
        /// The line of the last one; 0 if there is none.
        line: usize,
        /// The number of messages after it that were sent and not confirmed.
        unconfirmed: usize,
    },
    /// A signal ended the command between two dead letters.
    #[error("interrupted; the other messages stay in the queue")]
    Stopped,
    /// Standard output can't be written.
    #[error("cannot write to standard output")]
    Stdout(#[source] io::Error),
}

/// The messages that an interrupted run has published.
fn replayed(published: usize, line: usize, unconfirmed: usize) -> String {
    let mut text = format!("published {}", count(published, "message"));
    if line > 0 {
        text.push_str(&format!(", up to line {line}"));
    }
    if unconfirmed > 0 {
        let others = count(unconfirmed, "message");
        text.push_str(&format!("; the next {others} may be published, too"));
    }
    text
}
