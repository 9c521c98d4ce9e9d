//! The description of a connection, which consumers and publishers open.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::error::Error;
use super::transport::{Link, Transport, TransportError, code};

/// How long a broker may take to answer before it counts as unreachable.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Which broker to connect to, and as whom. Cheap to clone.
///
/// Nothing is opened by making one: each consumer and each publisher opens, and
/// keeps up, a connection of its own. Printing one shows no secret.
#[derive(Clone)]
pub struct Connection {
    transport: Arc<dyn Transport>,
}

impl Connection {
    pub(crate) fn new(transport: impl Transport + 'static) -> Self {
        Self {
            transport: Arc::new(transport),
        }
    }

    /// The user whose queues are read, `<user>` in `queue/<user>/<name>`.
    pub fn user(&self) -> &str {
        self.transport.user()
    }

    pub(crate) async fn open(&self) -> Result<Box<dyn Link>, ConnectError> {
        match tokio::time::timeout(TIMEOUT, self.transport.connect()).await {
            Ok(Ok(link)) => Ok(link),
            Ok(Err(fault)) => Err(self.judge(fault)),
            Err(_) => Err(ConnectError::Retry(TransportError::lost(format!(
                "no answer within {} seconds",
                TIMEOUT.as_secs()
            )))),
        }
    }

    /// A broker that refuses the login refuses the next one as well.
    fn judge(&self, fault: TransportError) -> ConnectError {
        match fault.code {
            Some(code::ACCESS_REFUSED | code::NOT_ALLOWED) => ConnectError::Fatal(Error::Login {
                address: self.transport.address(),
                reason: fault.reason,
            }),
            _ => ConnectError::Retry(fault),
        }
    }

    /// Says that the policy's attempts are used up.
    pub(crate) fn gave_up(&self, attempts: u32, last: TransportError) -> Error {
        Error::GaveUp {
            address: self.transport.address(),
            attempts,
            reason: last.reason,
        }
    }
}

/// Why there is no connection, or none that can be used.
#[derive(Debug)]
pub(crate) enum ConnectError {
    /// It may work the next time.
    Retry(TransportError),
    /// Trying again can't help.
    Fatal(Error),
}

impl From<TransportError> for ConnectError {
    fn from(fault: TransportError) -> Self {
        Self::Retry(fault)
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Connection")
            .field(&self.transport.address())
            .finish()
    }
}
