//! The signals that end a command between two messages.

use std::future::pending;
use std::io;

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::signals::Signals;

/// Waits for Ctrl-C, or SIGTERM, as `timeout` sends it, also if it arrived before this is
/// polled. A later one ends the process at once, even while standard output is blocked, as
/// by a pager.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    // Before the other, which would record a signal that nobody looks at.
    let first = first();
    // If this fails, only the first signal has an effect.
    let _ = Signals::hold(&[SIGINT, SIGTERM]);
    first
}

#[cfg(unix)]
fn first() -> impl Future<Output = ()> {
    use tokio::signal::unix::{Signal, SignalKind, signal};

    async fn next(signal: io::Result<Signal>) {
        match signal {
            Ok(mut signal) => drop(signal.recv().await),
            Err(_) => pending().await,
        }
    }

    let [interrupt, terminate] = [SignalKind::interrupt(), SignalKind::terminate()].map(signal);
    async {
        tokio::select! {
            () = next(interrupt) => {}
            () = next(terminate) => {}
        }
    }
}

#[cfg(not(unix))]
async fn first() {
    if tokio::signal::ctrl_c().await.is_err() {
        pending().await
    }
}
