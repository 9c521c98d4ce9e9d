//! Connections to RabbitMQ.

use std::future::poll_fn;
use std::io;
use std::net::TcpStream;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::thread::Builder;

use async_rs::Tokio;
use futures_core::Stream;
use lapin::tcp::RustlsConnector;
use lapin::{ConnectionProperties, ConnectionStatus, ErrorKind, Event};
use rustls::ClientConfig;
use tokio::runtime::Handle;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::address::AMQP;
use super::channel::{AmqpChannel, REPLY_SUCCESS, answer};
use super::convert::{no_channel_left, transport_error};
use super::guard;
use super::secret::Secret;
use super::settings::{Settings, wrong_secret};
use super::socket::{self, Attempt, Socket};
use super::tls;
use crate::client::Error;
use crate::client::connection::{ConnectError, Transport};
use crate::client::lock::lock;
use crate::client::shared_error::SharedError;
use crate::client::transport::{
    BoxFuture, CLOSE_TIMEOUT, Channel, Link, LinkState, TransportError, code,
};

/// Maximum size of a secret that surely fits into the first frame, which RabbitMQ limits
/// to 4096 bytes.
const LONG_SECRET_BYTES: usize = 3072;

/// Minimum value of `frame_max`, in bytes, that each version of RabbitMQ accepts.
const SURE_FRAME_MAX: u32 = 8192;

impl Transport for Settings {
    fn address(&self) -> String {
        self.address.describe(&AMQP)
    }

    fn user(&self) -> &str {
        &self.address.user
    }

    fn renews_secret(&self) -> bool {
        self.secret_from.is_some()
    }

    fn connect(&self) -> BoxFuture<'_, Result<Box<dyn Link>, ConnectError>> {
        Box::pin(async {
            self.check().map_err(ConnectError::Setup)?;
            let tls = self.tls().await?;
            let secret = self.secret().await?;
            if let Some(reason) = wrong_secret(&secret) {
                return Err(TransportError::lost(reason).into());
            }
            let (connection, socket) = self.open(&secret, tls).await?;
            Ok(Box::new(AmqpLink::new(connection, socket)) as Box<dyn Link>)
        })
    }
}

impl Settings {
    async fn secret(&self) -> Result<Secret, TransportError> {
        let Some(provider) = &self.secret_from else {
            return Ok(self.address.secret.clone());
        };
        match timeout(self.connection_timeout, provider.secret()).await {
            Ok(Ok(secret)) => Ok(secret),
            Ok(Err(error)) => Err(TransportError::because(
                "the provider of the secret failed",
                SharedError(Arc::from(error)),
            )),
            Err(_) => Err(TransportError::lost("the provider of the secret timed out")),
        }
    }

    async fn open(
        &self,
        secret: &Secret,
        tls: Option<RustlsConnector>,
    ) -> Result<(lapin::Connection, Option<TcpStream>), ConnectError> {
        let limit = self.connection_timeout;
        let (attempt, socket) = Attempt::new();
        let Ok(connection) = timeout(limit, self.connection(secret, tls, &socket)).await else {
            return Err(TransportError::lost(format!("no answer within {limit:?}")).into());
        };
        Ok((connection?, attempt.succeed()))
    }

    /// Opens a connection over `socket`.
    async fn connection(
        &self,
        secret: &Secret,
        tls: Option<RustlsConnector>,
        socket: &Socket,
    ) -> Result<lapin::Connection, ConnectError> {
        let uri = self.uri(secret);
        let opened = async {
            // Before lapin needs it, because lapin leaves two tasks behind if it gets none.
            let stream = Mutex::new(Some(socket.open(&uri, tls).await?));
            let properties =
                ConnectionProperties::default().with_connection_name(self.name.as_str().into());
            let once = async move |_, _| {
                let stream = lock(&stream).take();
                stream.ok_or_else(|| io::Error::from(io::ErrorKind::ConnectionAborted).into())
            };
            let runtime = guard::runtime(Tokio::current());
            lapin::Connection::connector(uri.clone(), runtime, once, properties).await
        };
        opened
            .await
            .map_err(|error| self.failure(&error, secret, socket.has_answered()))
    }

    /// The TLS configuration; `None` without TLS.
    async fn tls(&self) -> Result<Option<RustlsConnector>, ConnectError> {
        if !self.address.tls {
            return Ok(None);
        }
        let limit = self.connection_timeout;
        let Ok(config) = timeout(limit, self.client_config()).await else {
            let reason = format!("the certificates can't be read within {limit:?}");
            return Err(TransportError::lost(reason).into());
        };
        Ok(Some(config?.into()))
    }

    /// Reads the certificates aside, because the file system may not answer, and in one attempt
    /// at a time.
    async fn client_config(&self) -> Result<ClientConfig, ConnectError> {
        let reading = Arc::clone(&self.reading).lock_owned().await;
        let (done, config) = oneshot::channel();
        let ca_file = self.ca_file.clone();
        let read = move || {
            let _ = done.send(tls::client_config(ca_file.as_deref()));
            drop(reading);
        };
        // A thread, because a runtime that shuts down would wait for a blocking task.
        Builder::new()
            .name("certificates".to_owned())
            .spawn(read)
            .map_err(|error| TransportError::because("no thread can be started", error.into()))?;
        let config = config
            .await
            .unwrap_or_else(|error| Err(io::Error::other(error)));
        config.map_err(|error| {
            ConnectError::Setup(Error::CaFile {
                path: (self.ca_file.clone()).unwrap_or_else(|| "the system's store".into()),
                source: error.into(),
            })
        })
    }

    /// Why the connection could not be opened, and whether another attempt may help.
    fn failure(&self, error: &lapin::Error, secret: &Secret, has_answered: bool) -> ConnectError {
        if let ErrorKind::IOError(error) = error.kind()
            && let Some((reason, advice)) = tls::lasting_error(error)
        {
            return ConnectError::Setup(Error::Tls {
                address: self.address(),
                reason,
                advice,
                source: SharedError(Arc::clone(error)),
            });
        }
        if let ErrorKind::ParsingError(_) | ErrorKind::InvalidProtocolVersion(_) = error.kind() {
            return ConnectError::Setup(Error::Protocol {
                address: self.address(),
            });
        }
        let ended = |error: &io::Error| {
            let kind = error.kind();
            matches!(
                kind,
                io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted
            )
        };
        match error.kind() {
            ErrorKind::IOError(error) if ended(error) && has_answered => {
                self.closed_at_login(secret)
            }
            ErrorKind::IOError(error) if ended(error) => closed_early(),
            _ => self.login_error(transport_error(error)),
        }
    }

    /// The error of a connection closed at login: RabbitMQ sends no reason if the first
    /// frame is too long, and RabbitMQ 4.3 none if `frame_max` is too small.
    fn closed_at_login(&self, secret: &Secret) -> ConnectError {
        if (1..SURE_FRAME_MAX).contains(&self.frame_max) {
            return ConnectError::Setup(Error::Setting {
                reason: format!(
                    "the broker closed the connection at the login, and frame_max is {}; use at \
                     least {SURE_FRAME_MAX}, as RabbitMQ 4.3 requires, or 0 for its default",
                    self.frame_max
                ),
            });
        }
        let bytes = secret.expose().len();
        if bytes > LONG_SECRET_BYTES {
            return ConnectError::Setup(Error::Setting {
                reason: format!(
                    "the broker closed the connection at the login, and the secret has {bytes} \
                     bytes; use one of at most {LONG_SECRET_BYTES}, or raise the broker's \
                     initial_frame_max"
                ),
            });
        }
        closed_early()
    }

    /// The error of a refused login. Another attempt can't help, unless the secret may
    /// change or the broker's reason is a limit.
    fn login_error(&self, error: TransportError) -> ConnectError {
        match error.code {
            Some(code::ACCESS_REFUSED) if self.secret_from.is_some() => error.into(),
            Some(code::NOT_ALLOWED) if is_negotiation(&error.reason) => {
                ConnectError::Setup(Error::Negotiation {
                    address: self.address(),
                    reason: error.reason,
                })
            }
            Some(code::NOT_ALLOWED) if is_connection_limit(&error.reason) => {
                ConnectError::Retry(error)
            }
            Some(code::ACCESS_REFUSED | code::NOT_ALLOWED) => ConnectError::Fatal(Error::Login {
                address: self.address(),
                reason: error.reason,
            }),
            _ => error.into(),
        }
    }
}

/// Whether a refusal is about `channel_max` or `frame_max`, in RabbitMQ's words. These are
/// the first ones, because a name of a user or a virtual host can be among later ones.
fn closed_early() -> ConnectError {
    TransportError::lost(
        "the connection was closed before the broker answered; check that it speaks AMQP at this \
         port",
    )
    .into()
}

fn is_negotiation(reason: &str) -> bool {
    reason.starts_with("NOT_ALLOWED - negotiated ")
}

/// Whether a refusal is because of the number of connections of the user, the virtual host
/// or the node. These are RabbitMQ's last words, and no text that ends with a name ends so.
fn is_connection_limit(reason: &str) -> bool {
    reason.contains("connection limit (") && reason.ends_with(") is reached")
}

struct AmqpLink {
    connection: lapin::Connection,
    /// A second handle to the connection's socket, until that is reset.
    socket: Mutex<Option<TcpStream>>,
    state: watch::Receiver<LinkState>,
    watcher: JoinHandle<()>,
}

impl AmqpLink {
    fn new(connection: lapin::Connection, socket: Option<TcpStream>) -> Self {
        let (sender, state) = watch::channel(LinkState::Open);
        let events = connection.events_listener();
        let status = connection.status().clone();
        Self {
            watcher: tokio::spawn(watch_events(events, status, sender)),
            connection,
            socket: Mutex::new(socket),
            state,
        }
    }
}

async fn watch_events(
    events: impl Stream<Item = Event>,
    status: ConnectionStatus,
    state: watch::Sender<LinkState>,
) {
    let mut events = pin!(events);
    while let Some(event) = poll_fn(|cx| events.as_mut().poll_next(cx)).await {
        match event {
            Event::ConnectionBlocked(reason) => state.send_replace(LinkState::Blocked(reason)),
            Event::ConnectionUnblocked => state.send_replace(LinkState::Open),
            // Errors of single channels are events, too.
            Event::Error(error) if !status.connected() => {
                state.send_replace(LinkState::Lost(transport_error(&error)));
                // Later events only repeat that the connection is closed.
                return;
            }
            _ => continue,
        };
    }
}

impl Link for AmqpLink {
    fn open_channel(&self) -> BoxFuture<'_, Result<Arc<dyn Channel>, TransportError>> {
        Box::pin(async {
            for _ in 0..self.connection.configuration().channel_max() {
                match answer(self.connection.create_channel()).await {
                    // The number is that of a channel which the broker has closed for this
                    // reason, and lapin opens none of that number again. The next call
                    // takes another one.
                    Err(error) if error.is_refusal() => {}
                    channel => {
                        let channel = AmqpChannel::new(channel?, self.frame_max());
                        return Ok(Arc::new(channel) as Arc<dyn Channel>);
                    }
                }
            }
            Err(no_channel_left())
        })
    }

    fn frame_max(&self) -> usize {
        let agreed = self.connection.configuration().frame_max();
        usize::try_from(agreed).unwrap_or(usize::MAX)
    }

    fn state(&self) -> watch::Receiver<LinkState> {
        self.state.clone()
    }

    fn close(&self) -> BoxFuture<'_, ()> {
        Box::pin(async {
            let close = self
                .connection
                .close(REPLY_SUCCESS, "closed by the client".into());
            // Fails if the connection is lost already.
            let _ = answer(close).await;
        })
    }

    fn reset(&self) {
        if let Some(socket) = lock(&self.socket).take() {
            socket::reset(&socket);
        }
    }
}

impl Drop for AmqpLink {
    /// Ends the connection. lapin's thread would wait without limit for a broker that does
    /// not answer the close.
    fn drop(&mut self) {
        self.watcher.abort();
        let Some(socket) = lock(&self.socket).take() else {
            return;
        };
        match Handle::try_current() {
            // lapin sends what is queued, and closes the connection.
            Ok(runtime) if self.connection.status().connected() => {
                runtime.spawn(async move {
                    sleep(CLOSE_TIMEOUT).await;
                    socket::end(&socket);
                });
            }
            _ => socket::end(&socket),
        }
    }
}
