//! Errors that end a consumer, a publisher or the work on dead letters, or prevent its start.

use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use super::envelope::Envelope;
use super::panic;
use super::shared_error::SharedError;
use crate::routing::RoutingKeyError;
use crate::violations::Violations;

/// An error that ended a consumer, a publisher or the work on dead letters, or prevented its
/// start.
///
/// No text of it contains a secret.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The URL of a connection, or one of its parameters, can't be used. The URL is not
    /// repeated here, because it may contain a secret.
    #[error("the AMQP address can't be used: {reason}; the form is amqps://user:secret@host/vhost")]
    #[non_exhaustive]
    Address {
        /// What is wrong with it.
        reason: String,
    },
    /// A setting of a connection can't be used.
    #[error("the connection can't be opened: {reason}")]
    #[non_exhaustive]
    Setting {
        /// What is wrong, and what to do.
        reason: String,
    },
    /// An environment variable that describes a connection can't be used.
    #[error("environment variable {variable} is {reason}")]
    #[non_exhaustive]
    Environment {
        /// The variable's name.
        variable: &'static str,
        /// What is wrong with it, and what to do.
        reason: &'static str,
    },
    /// The file of certificate authorities can't be used.
    #[error("the certificates in {} can't be used; name a PEM file by `ca_file` or SSL_CERT_FILE", path.display())]
    #[non_exhaustive]
    CaFile {
        /// The file's path.
        path: PathBuf,
        /// Why it can't be used.
        source: SharedError<io::Error>,
    },
    /// The TLS handshake with the broker failed.
    #[error("{address} can't be reached by TLS: {reason}; {advice}")]
    #[non_exhaustive]
    Tls {
        /// The broker, the user and the virtual host.
        address: String,
        /// What is wrong.
        reason: &'static str,
        /// What to do about it.
        advice: &'static str,
        /// The error of the TLS library.
        source: SharedError<io::Error>,
    },
    /// The server at the address does not speak AMQP 0-9-1.
    #[error(
        "{address} does not speak AMQP 0-9-1; check host and port, and write amqps:// where the \
         port expects TLS"
    )]
    #[non_exhaustive]
    Protocol {
        /// The broker, the user and the virtual host.
        address: String,
    },
    /// The broker refuses `channel_max` or `frame_max`.
    #[error("{address} refuses the settings: {reason}; change channel_max or frame_max")]
    #[non_exhaustive]
    Negotiation {
        /// The broker, the user and the virtual host.
        address: String,
        /// The broker's reply text.
        reason: String,
    },
    /// The broker refuses to declare a publisher's exchange.
    #[error(
        "exchange {exchange} can't be declared: {reason}; check the user's permissions, and that \
         it is a durable topic exchange if it exists"
    )]
    #[non_exhaustive]
    Exchange {
        /// The exchange's full name.
        exchange: String,
        /// The broker's reply text.
        reason: String,
    },
    /// The broker refuses the user, the secret or the virtual host. There is no further
    /// attempt.
    #[error("{address} refuses the login: {reason}; check user, secret and virtual host")]
    #[non_exhaustive]
    Login {
        /// The broker, the user and the virtual host.
        address: String,
        /// The broker's reply text.
        reason: String,
    },
    /// The attempts that the [`Reconnect`](super::Reconnect) policy allows
    /// have all failed.
    #[error("{address} could not be reached in {attempts} attempts; check host, port and network")]
    #[non_exhaustive]
    GaveUp {
        /// The broker, the user and the virtual host.
        address: String,
        /// How many attempts there were.
        attempts: u32,
        /// Why the last one failed.
        source: SharedError,
    },
    /// A queue's name can't be used.
    #[error("the queue name {name:?} {reason}")]
    #[non_exhaustive]
    QueueName {
        /// The name that was given.
        name: String,
        /// What is wrong with it, and what to do.
        reason: &'static str,
    },
    /// A queue can't be declared or read, or its dead letters can't be replayed or deleted.
    #[error("queue {queue} can't be used: {reason}; {advice}")]
    #[non_exhaustive]
    Queue {
        /// The queue's full name.
        queue: String,
        /// The broker's reply text, or why there is none.
        reason: String,
        /// What to do about it.
        advice: &'static str,
        /// The connection's error, if the broker gave no reply.
        source: Option<SharedError>,
    },
    /// A word of a binding is not allowed in its entry, or its pattern is too long.
    #[error(transparent)]
    RoutingKey(#[from] RoutingKeyError),
    /// The broker refused every binding of the queue. The first of the refusals is the
    /// source.
    #[error(
        "the broker refused every binding of the queue ({count}), so no message would arrive; \
         check that the exchanges exist and that the user may read them"
    )]
    #[non_exhaustive]
    Unbound {
        /// The number of bindings.
        count: usize,
        /// The first refusal.
        #[source]
        first: BindingError,
    },
    /// [`OnFailure::DeadLetter`](super::OnFailure::DeadLetter) needs a queue that is
    /// declared as durable, or one with a dead-letter exchange.
    #[error(
        "dead-lettering needs a durable queue or a dead-letter exchange; give the consumer \
         Queue::durable, or a queue with the argument x-dead-letter-exchange"
    )]
    DeadLettersNotDurable,
    /// A message could not be handled, and [`OnFailure::Stop`](super::OnFailure::Stop)
    /// was chosen. The message was not acked: the broker requeues it, or deletes it with an
    /// exclusive queue. The source has the message and the cause.
    #[error("a message that could not be handled stopped the consumer; it was not acked")]
    Failed(#[source] FailedMessage),
    /// The consumer was stopped with a time limit, and messages were still in work when
    /// it had passed. Their handlers were aborted. The broker requeues the messages, or deletes
    /// them with an exclusive queue.
    #[error(
        "{deliveries} deliveries were still in work {limit:?} after the stop; they were not acked"
    )]
    #[non_exhaustive]
    Unfinished {
        /// The time limit.
        limit: Duration,
        /// How many deliveries were not settled.
        deliveries: usize,
        /// The messages whose handlers were aborted; deliveries that the program held
        /// itself are not listed.
        messages: Vec<Envelope>,
    },
    /// The tokio runtime on which the consumer was started was shut down, which ended it.
    /// The broker delivers its unacked messages again.
    #[error(
        "the tokio runtime of the consumer was shut down, and the consumer with it; keep the \
         runtime that `start` was called on until the consumer has stopped"
    )]
    RuntimeShutDown,
}

/// A message that could not be handled. The reason is its `source`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FailedMessage {
    /// The message, with its raw bytes.
    pub envelope: Envelope,
    /// How many times the handler was called; 0 for a message that could not be read, or
    /// was refused because it breaks its schema.
    pub attempts: u32,
    /// Why the last attempt failed.
    pub error: SharedError,
}

impl FailedMessage {
    /// The error of the last attempt and its causes, in one line.
    pub fn reason(&self) -> String {
        error_chain(&*self.error)
    }
}

impl fmt::Display for FailedMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.attempts {
            0 if self.error.is::<Violations>() => write!(f, "{} breaks its schema", self.envelope),
            0 => write!(f, "{} could not be read", self.envelope),
            1 => write!(f, "{} failed", self.envelope),
            attempts => write!(f, "{} failed {attempts} times", self.envelope),
        }
    }
}

impl std::error::Error for FailedMessage {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.error)
    }
}

/// An error with its causes, in one line. The text of one may be made by the program's code: a
/// panic in it must not end the client.
pub(crate) fn error_chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut texts = Vec::new();
    let collect = || {
        let mut next = Some(error);
        while let Some(error) = next {
            texts.push(error.to_string());
            next = error.source();
        }
    };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(collect)) {
        let panic = panic::text(&*panic);
        texts.push(format!("the text of an error panicked: {panic}"));
    }
    texts.join(": ")
}

/// A binding that the broker refused to add or to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BindingError {
    /// The queue's full name.
    pub queue: String,
    /// The binding's exchange.
    pub exchange: String,
    /// The binding's pattern.
    pub routing_key: String,
    /// The broker's reply text.
    pub reason: String,
}

impl fmt::Display for BindingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the binding of {} to {} with {:?} was refused: {}; check that the exchange exists \
             and that the user may read it",
            self.queue, self.exchange, self.routing_key, self.reason
        )
    }
}

impl std::error::Error for BindingError {}
