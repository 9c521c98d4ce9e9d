//! The signals that end `listen`.

use std::future::pending;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// Waits for Ctrl-C, or SIGTERM, as `timeout` sends it. A second one ends the process at
/// once, also while standard output is blocked, as by a pager.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    // If this fails, only the first signal has an effect.
    let _ = end_at_second();
    async {
        tokio::select! {
            () = interrupt() => {}
            () = terminate() => {}
        }
    }
}

fn end_at_second() -> io::Result<()> {
    let is_second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, Arc::clone(&is_second))?;
    }
    for signal in [SIGINT, SIGTERM] {
        flag::register(signal, Arc::clone(&is_second))?;
    }
    Ok(())
}

async fn interrupt() {
    // Without a handler, Ctrl-C ends the process.
    if tokio::signal::ctrl_c().await.is_err() {
        pending().await
    }
}

#[cfg(unix)]
async fn terminate() {
    use tokio::signal::unix::{SignalKind, signal};

    match signal(SignalKind::terminate()) {
        Ok(mut signal) => drop(signal.recv().await),
        Err(_) => pending().await,
    }
}

#[cfg(not(unix))]
async fn terminate() {
    pending().await
}
