//! Signals that end the process: the first one is acted on between two steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::{flag, low_level};

/// Signals that are recorded. A second one ends the process at once, so that nobody has to
/// wait for a step that does not end.
#[derive(Clone, Debug)]
pub(crate) struct Signals {
    /// The last signal that arrived; 0 if there was none.
    last: Arc<AtomicUsize>,
    /// Whether the next one ends the process.
    is_last: Arc<AtomicBool>,
}

impl Signals {
    /// From now on, the first of these signals is recorded, and does not end the process.
    pub(crate) fn hold(signals: &[i32]) -> io::Result<Self> {
        let (last, is_last) = (Arc::default(), Arc::default());
        for &signal in signals {
            let number = usize::try_from(signal).unwrap_or_default();
            // In the order in which they are run.
            flag::register_usize(signal, Arc::clone(&last), number)?;
            flag::register_conditional_default(signal, Arc::clone(&is_last))?;
            flag::register(signal, Arc::clone(&is_last))?;
        }
        Ok(Self { last, is_last })
    }

    /// The recorded signal, if any.
    pub(crate) fn pending(&self) -> Option<i32> {
        match self.last.load(Ordering::Relaxed) {
            0 => None,
            number => i32::try_from(number).ok(),
        }
    }

    /// From now on, a signal ends the process. Returns the recorded one, if any.
    pub(crate) fn release(&self) -> Option<i32> {
        self.is_last.store(true, Ordering::SeqCst);
        self.pending()
    }
}

/// Ends the process as `signal` would have, so that a shell sees the cause.
pub(crate) fn end_by(signal: i32) {
    // Failure to raise the signal is ignored: the process ends anyway.
    let _ = low_level::emulate_default_handler(signal);
}
