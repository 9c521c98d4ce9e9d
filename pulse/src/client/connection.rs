//! The configuration of a connection, which consumers and publishers open.

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
/// It holds configuration and opens nothing: each consumer and each publisher
/// opens, and keeps up, a connection of its own. Printing it shows no secret.
///
/// For RabbitMQ it is made by `Connection::amqp`, `Connection::new` or
/// `Connection::from_env` (feature `amqp`), for the broker in memory by
/// `MemoryBroker::connection` (feature `memory`).
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

    /// The user whose queues are read, `<user>` in `queue/<user>/<name>`.
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

/// A broker that can be connected to, and the user of the connection.
pub(crate) trait Transport: Send + Sync {
    /// Where the broker is and who connects, without the secret.
    fn address(&self) -> String;

    /// The user whose queues and exchanges these are.
    fn user(&self) -> &str;

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectError>>;
}

/// Why there is no connection, or none that can be used.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// It may work the next time.
    Retry(TransportError),
    /// Waiting hardly helps: it ends a start. After a connection that worked it is
    /// tried again, because a broker may be set up wrongly for a while.
    Setup(Error),
    /// Trying again can't help.
    Fatal(Error),
}

impl ConnectError {
    /// Why a session is lost that had worked.
    ///
    /// # Errors
    ///
    /// Trying again can't help.
    pub(crate) fn after_success(self) -> Result<TransportError, Error> {
        match self {
            Self::Retry(error) => Ok(error),
            Self::Setup(error) => Ok(TransportError::because(
                "it can't be set up again for now",
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
