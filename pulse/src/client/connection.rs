//! The configuration of connections, which consumers and publishers open.

use std::fmt;
use std::sync::Arc;

use super::error::Error;
use super::transport::{BoxFuture, Link, SharedError, TransportError, code};
#[cfg(feature = "amqp")]
use crate::amqp::Settings;
#[cfg(feature = "memory")]
use crate::memory::MemoryTransport;

/// Where and how to connect to a broker. Cheap to clone.
///
/// It holds configuration and opens nothing: each consumer and each publisher opens a
/// connection of its own, and reconnects if it is lost. Its `Debug` output has no secret.
///
/// For RabbitMQ, use `Connection::amqp`, `Connection::new` or `Connection::from_env`
/// (feature `amqp`); for the in-memory broker, `MemoryBroker::connection` (feature
/// `memory`).
#[derive(Clone)]
pub struct Connection(Kind);

#[derive(Clone)]
enum Kind {
    #[cfg(feature = "amqp")]
    Amqp(Arc<Settings>),
    #[cfg(feature = "memory")]
    Memory(Arc<MemoryTransport>),
}

impl Connection {
    #[cfg(feature = "amqp")]
    pub(crate) fn from_settings(settings: Settings) -> Self {
        Self(Kind::Amqp(Arc::new(settings)))
    }

    /// The settings of a connection to RabbitMQ.
    #[cfg(feature = "amqp")]
    pub(crate) fn settings_mut(&mut self) -> Option<&mut Settings> {
        match &mut self.0 {
            Kind::Amqp(settings) => Some(Arc::make_mut(settings)),
            #[cfg(feature = "memory")]
            Kind::Memory(_) => None,
        }
    }

    #[cfg(feature = "memory")]
    pub(crate) fn in_memory(transport: MemoryTransport) -> Self {
        Self(Kind::Memory(Arc::new(transport)))
    }

    /// The user name, which is `<user>` in `queue/<user>/<name>`.
    pub fn user(&self) -> &str {
        self.transport().user()
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn Link>, ConnectError> {
        self.transport().connect().await
    }

    /// The error after the last attempt that the policy allows.
    pub(crate) fn gave_up(&self, attempts: u32, last: SharedError) -> Error {
        Error::GaveUp {
            address: self.transport().address(),
            attempts,
            source: last,
        }
    }

    fn transport(&self) -> &dyn Transport {
        match &self.0 {
            #[cfg(feature = "amqp")]
            Kind::Amqp(settings) => &**settings,
            #[cfg(feature = "memory")]
            Kind::Memory(transport) => &**transport,
        }
    }
}

/// A kind of broker to connect to.
pub(crate) trait Transport: Send + Sync {
    /// The broker, the user and the virtual host, without the secret.
    fn address(&self) -> String;

    /// The user whose queues and exchanges are used.
    fn user(&self) -> &str;

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectError>>;
}

/// Why a connection could not be opened or set up.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// Another attempt may succeed.
    Retry(TransportError),
    /// A wrong configuration. It ends a start; after a connection that worked, the client
    /// tries again, because a broker may be misconfigured for a while.
    Setup(Error),
    /// Another attempt can't help.
    Fatal(Error),
}

impl ConnectError {
    /// The error as one of a session that had worked.
    ///
    /// # Errors
    ///
    /// Another attempt can't help.
    pub(crate) fn after_success(self) -> Result<TransportError, Error> {
        match self {
            Self::Retry(error) => Ok(error),
            Self::Setup(error) => Ok(TransportError::because(
                "the connection can't be set up again for now",
                Arc::new(error),
            )),
            Self::Fatal(error) => Err(error),
        }
    }
}

impl From<TransportError> for ConnectError {
    fn from(error: TransportError) -> Self {
        match error.code {
            Some(code::NOT_ALLOWED) => Self::Setup(Error::Setting {
                reason: error.reason,
            }),
            _ => Self::Retry(error),
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection")
            .field(&self.transport().address())
            .finish()
    }
}
