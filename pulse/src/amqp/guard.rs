//! The connection's stream for lapin, which stops before a message that lapin can't read.

use std::future::Future;
use std::io::{self, IoSlice, Read, Write};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use async_rs::traits::Reactor;
use async_rs::util::RuntimeParts;
use async_rs::{Runtime, Tokio};
use futures_core::Stream;
use futures_io::{AsyncRead, AsyncWrite};
use lapin::AsyncTcpStream;

use super::nesting::Nesting;
use crate::client::message_limits::MAX_HEADER_LEVELS;

/// A stream of tokio's, with or without TLS.
pub(super) type TokioStream = AsyncTcpStream<<Tokio as Reactor>::TcpStream>;

/// tokio, with [`Guarded`] streams.
pub(super) fn runtime(tokio: Tokio) -> Runtime<RuntimeParts<Tokio, GuardedTokio>> {
    Runtime::new(RuntimeParts::new(tokio.clone(), GuardedTokio(tokio)))
}

/// tokio's reactor, with [`Guarded`] streams.
#[derive(Clone, Debug)]
pub(super) struct GuardedTokio(Tokio);

impl Reactor for GuardedTokio {
    type TcpStream = Guarded;
    type Sleep = <Tokio as Reactor>::Sleep;

    /// lapin does not use it.
    fn register<H: Read + Write + Send + 'static>(
        &self,
        _: H,
    ) -> io::Result<impl AsyncRead + AsyncWrite + Send + Unpin + 'static> {
        Err::<Guarded, _>(io::ErrorKind::Unsupported.into())
    }

    fn sleep(&self, duration: Duration) -> Self::Sleep {
        self.0.sleep(duration)
    }

    fn interval(&self, duration: Duration) -> impl Stream<Item = Instant> + Send + 'static {
        self.0.interval(duration)
    }

    fn tcp_connect_addr(
        &self,
        address: SocketAddr,
    ) -> impl Future<Output = io::Result<Self::TcpStream>> + Send + 'static {
        let connect = self.0.tcp_connect_addr(address);
        async {
            let stream = AsyncTcpStream::Plain(connect.await?);
            Ok(Guarded::new(stream, Arc::default()))
        }
    }
}

/// A stream that is an error from the first message on whose headers are nested too
/// deeply.
pub(super) struct Guarded {
    stream: TokioStream,
    nesting: Nesting,
    /// Whether the broker has sent anything.
    has_answered: Arc<AtomicBool>,
}

impl Guarded {
    pub(super) fn new(stream: TokioStream, has_answered: Arc<AtomicBool>) -> Self {
        Self {
            stream,
            nesting: Nesting::default(),
            has_answered,
        }
    }
}

fn too_deep() -> io::Error {
    io::Error::other(format!(
        "the headers of a message are nested deeper than {MAX_HEADER_LEVELS} levels (guide, \
         nothing_happens)"
    ))
}

impl AsyncRead for Guarded {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        let Self {
            stream,
            nesting,
            has_answered,
        } = &mut *self;
        if nesting.is_exceeded() {
            return Poll::Ready(Err(too_deep()));
        }
        let count = ready!(Pin::new(stream).poll_read(cx, buffer))?;
        if count > 0 {
            has_answered.store(true, Ordering::Relaxed);
        }
        let accepted = nesting.accept(buffer.get(..count).unwrap_or_default());
        Poll::Ready(match accepted {
            // Not 0, which would be the end of the stream.
            0 if nesting.is_exceeded() => Err(too_deep()),
            _ => Ok(accepted),
        })
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_close(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_close(cx)
    }
}
