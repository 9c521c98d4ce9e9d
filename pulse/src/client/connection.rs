//! The configuration of connections, which consumers and publishers open.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::error::Error;
use super::shared_error::SharedError;
use super::transport::{BoxFuture, Link, TransportError, code};

/// Where and how to connect to a broker. Cheap to clone.
///
/// It holds configuration and opens nothing: each consumer and each publisher opens a
/// connection of its own, and reconnects if it is lost. Its `Debug` output has no secret.
///
/// For RabbitMQ, use `Connection::amqp`, `Connection::new` or `Connection::from_env`
/// (feature `amqp`); for the in-memory broker, `MemoryBroker::connection` (feature
/// `memory`).
#[derive(Clone)]
pub struct Connection(Arc<dyn Transport>);

impl Connection {
    pub(crate) fn over(transport: impl Transport) -> Self {
        Self(Arc::new(transport))
    }

    /// The transport, to change its settings; `None` if it is of another kind.
    #[cfg(feature = "amqp")]
    pub(crate) fn transport_mut<T: Transport + Clone>(&mut self) -> Option<&mut T> {
        let transport: &dyn Any = &*self.0;
        // Other clones of the connection keep the old settings.
        self.0 = Arc::new(transport.downcast_ref::<T>()?.clone());
        let transport: &mut dyn Any = Arc::get_mut(&mut self.0)?;
        transport.downcast_mut()
    }

    /// The user name, which is `<user>` in `queue/<user>/<name>`.
    pub fn user(&self) -> &str {
        self.0.user()
    }

    /// Whether each connection asks for the secret again.
    pub(crate) fn renews_secret(&self) -> bool {
        self.0.renews_secret()
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn Link>, ConnectError> {
        self.0.connect().await
    }

    /// The error after the last attempt that the policy allows.
    pub(crate) fn gave_up(&self, attempts: u32, last: SharedError) -> Error {
        Error::GaveUp {
            address: self.0.address(),
            attempts,
            source: last,
        }
    }
}

/// A kind of broker to connect to.
pub(crate) trait Transport: Any + Send + Sync {
    /// The broker, the user and the virtual host, without the secret.
    fn address(&self) -> String;

    /// The user whose queues and exchanges are used.
    fn user(&self) -> &str;

    /// Whether each connection asks for the secret again.
    fn renews_secret(&self) -> bool {
        false
    }

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
    /// The error as one of a connection that was open before. None is final, because the
    /// secret of that connection may have expired: only a new one shows what the broker
    /// refuses.
    pub(crate) fn on_open_connection(self) -> TransportError {
        match self {
            Self::Retry(error) => error,
            Self::Setup(error) | Self::Fatal(error) => TransportError::because(
                "the connection can't be set up again for now",
                error.into(),
            ),
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
            .field(&self.0.address())
            .finish()
    }
}
