//! The socket of a connection.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_rs::{Runtime, Tokio};
use lapin::AsyncTcpStream;
use lapin::tcp::{AMQPUriTcpExt, RustlsConnector};
use lapin::uri::{AMQPScheme, AMQPUri};
use socket2::SockRef;

use super::guard::Guarded;
use crate::client::lock::lock;

/// Ends an attempt to connect when it is dropped.
///
/// lapin opens a connection in a thread of its own, which waits without limit for a
/// broker that accepts the connection and sends nothing. Shutting down the socket ends
/// the thread.
pub(super) struct Attempt(Socket);

/// The socket of an attempt, once it is open.
#[derive(Clone, Default)]
pub(super) struct Socket {
    state: Arc<Mutex<State>>,
    has_answered: Arc<AtomicBool>,
}

#[derive(Default)]
enum State {
    #[default]
    Unopened,
    Open(TcpStream),
    Ended,
}

impl Attempt {
    pub(super) fn new() -> (Self, Socket) {
        let socket = Socket::default();
        (Self(socket.clone()), socket)
    }

    /// Leaves the socket open after a success, and returns the handle to it.
    pub(super) fn succeed(self) -> Option<TcpStream> {
        match std::mem::replace(&mut *self.0.lock(), State::Ended) {
            State::Open(stream) => Some(stream),
            State::Unopened | State::Ended => None,
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let State::Open(stream) = std::mem::replace(&mut *self.0.lock(), State::Ended) {
            end(&stream);
        }
    }
}

impl Socket {
    /// Opens a stream to the broker, with TLS if there is a connector for it, and keeps a
    /// second handle to its socket.
    ///
    /// # Errors
    ///
    /// The broker can't be reached, the handshake fails, the attempt has ended, or the handle
    /// can't be duplicated.
    pub(super) async fn open(
        &self,
        uri: &AMQPUri,
        tls: Option<RustlsConnector>,
    ) -> lapin::Result<AsyncTcpStream<Guarded>> {
        // lapin would start TLS with certificates of its choice.
        let plain = AMQPUri {
            scheme: AMQPScheme::AMQP,
            ..uri.clone()
        };
        let tokio = Runtime::new(Tokio::current());
        let stream = plain.connect_async(&tokio).await?;
        if let AsyncTcpStream::Plain(stream) = &stream {
            self.keep(stream.get_ref())?;
        }
        let stream = match &tls {
            Some(tls) => stream.into_rustls(tls, &plain.authority.host).await?,
            None => stream,
        };
        let has_answered = Arc::clone(&self.has_answered);
        Ok(AsyncTcpStream::Plain(Guarded::new(stream, has_answered)))
    }

    /// Whether the broker has sent anything.
    pub(super) fn has_answered(&self) -> bool {
        self.has_answered.load(Ordering::Relaxed)
    }

    fn keep(&self, stream: &tokio::net::TcpStream) -> io::Result<()> {
        let mut state = self.lock();
        if matches!(*state, State::Ended) {
            return Err(io::ErrorKind::TimedOut.into());
        }
        *state = State::Open(duplicate(stream)?);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Ends a connection.
pub(super) fn end(stream: &TcpStream) {
    // Fails if the socket is closed already.
    let _ = stream.shutdown(Shutdown::Both);
}

/// Ends a connection, with a reset when its last handle is closed: the peer's next write, such
/// as a heartbeat, then fails, and it does not go on to read what it has received.
pub(super) fn reset(stream: &TcpStream) {
    // Fails if the socket is closed already.
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
    end(stream);
}

#[cfg(unix)]
fn duplicate(stream: &tokio::net::TcpStream) -> io::Result<TcpStream> {
    use std::os::fd::AsFd;
    Ok(stream.as_fd().try_clone_to_owned()?.into())
}

#[cfg(windows)]
fn duplicate(stream: &tokio::net::TcpStream) -> io::Result<TcpStream> {
    use std::os::windows::io::AsSocket;
    Ok(stream.as_socket().try_clone_to_owned()?.into())
}
