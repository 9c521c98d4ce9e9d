//! Signals that end the process: noted, and acted on between two steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// The signal of a terminal that is closed.
#[cfg(unix)]
const HANGUP: &[i32] = &[signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const HANGUP: &[i32] = &[];

/// The signal that arrived last, 0 before the first.
#[derive(Clone, Debug)]
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// Keeps signals from ending the process from now on.
    pub(super) fn hold() -> io::Result<Self> {
        let last = Arc::new(AtomicUsize::new(0));
        for &signal in TERM_SIGNALS.iter().chain(HANGUP) {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&last), number)?;
        }
        Ok(Self(last))
    }

    /// The signal that arrived, if one did.
    pub(super) fn pending(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }

    /// Ends the process as the signal that arrived would have ended it, so that
    /// a shell sees what happened.
    pub(super) fn release(&self) {
        if let Some(signal) = self.pending() {
            // A signal that can't be raised is no reason to fail.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}
