//! Signals that end the process: recorded, and acted on between two steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::flag;

/// Signal of a closed terminal.
#[cfg(unix)]
const HANGUP: &[i32] = &[signal_hook::consts::SIGHUP];
#[cfg(not(unix))]
const HANGUP: &[i32] = &[];

/// The last signal that arrived; 0 if there was none.
#[derive(Clone, Debug)]
pub(super) struct Signals(Arc<AtomicUsize>);

impl Signals {
    /// From now on, signals are recorded and do not end the process.
    pub(super) fn hold() -> io::Result<Self> {
        let last = Arc::new(AtomicUsize::new(0));
        for &signal in TERM_SIGNALS.iter().chain(HANGUP) {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&last), number)?;
        }
        Ok(Self(last))
    }

    /// The recorded signal, if any.
    pub(super) fn pending(&self) -> Option<i32> {
        match self.0.load(Ordering::Relaxed) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }

    /// Ends the process as the recorded signal would have, so that a shell sees the
    /// cause.
    pub(super) fn release(&self) {
        if let Some(signal) = self.pending() {
            // Failure to raise the signal is ignored: the process ends anyway.
            let _ = signal_hook::low_level::emulate_default_handler(signal);
        }
    }
}
