//! The signals that end a command between two messages.

use signal_hook::consts::{SIGINT, SIGTERM};

use crate::signals::{Signals, not_ignored};

/// Waits for Ctrl-C, or SIGTERM, as `timeout` sends it, also if it arrived before this is
/// polled. A later one ends the process at once, even while standard output is blocked, as
/// by a pager. A signal that is ignored stays so.
pub(super) fn interrupted() -> impl Future<Output = ()> {
    let ending = not_ignored(&[SIGINT, SIGTERM]);
    // Before the other, which would record a signal that nobody looks at.
    let first = first(&ending);
    // If this fails, only the first signal has an effect.
    let _ = Signals::hold(&ending);
    first
}

#[cfg(unix)]
fn first(signals: &[i32]) -> impl Future<Output = ()> + use<> {
    use std::future::poll_fn;
    use std::task::Poll;

    use tokio::signal::unix::{Signal, SignalKind, signal};

    let kinds = signals.iter().map(|number| SignalKind::from_raw(*number));
    let mut signals: Vec<Signal> = kinds.filter_map(|kind| signal(kind).ok()).collect();
    poll_fn(move |context| {
        match signals
            .iter_mut()
            .any(|it| it.poll_recv(context).is_ready())
        {
            true => Poll::Ready(()),
            false => Poll::Pending,
        }
    })
}

#[cfg(not(unix))]
fn first(_signals: &[i32]) -> impl Future<Output = ()> + use<> {
    async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    }
}
