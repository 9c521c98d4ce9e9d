//! Signals that end the process: the first one is acted on between two steps.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use signal_hook::consts::TERM_SIGNALS;
use signal_hook::{SigId, flag, low_level};

/// Signals that are recorded. A later one ends the process at once, so that nobody has to
/// wait for a step that does not end.
#[derive(Debug)]
pub(crate) struct Signals {
    /// The last signal that arrived; 0 if there was none.
    last: Arc<AtomicUsize>,
    /// Whether the next one ends the process.
    is_last: Arc<AtomicBool>,
    /// What sets that after the first one.
    setters: Vec<SigId>,
}

impl Signals {
    /// From now on, the first of these signals is recorded, and does not end the process.
    pub(crate) fn hold(signals: &[i32]) -> io::Result<Self> {
        let (last, is_last) = (Arc::default(), Arc::default());
        // In the order in which they are run.
        for &signal in signals {
            let number = usize::try_from(signal).unwrap_or_default();
            flag::register_usize(signal, Arc::clone(&last), number)?;
            flag::register_conditional_default(signal, Arc::clone(&is_last))?;
        }
        let setters = set_after_first(signals, &is_last)?;
        Ok(Self {
            last,
            is_last,
            setters,
        })
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
        for &setter in &self.setters {
            low_level::unregister(setter);
        }
        self.pending()
    }
}

/// Sets `is_last` soon after the first of `signals`. The thread that waits for it ends when the
/// returned actions are unregistered.
#[cfg(unix)]
fn set_after_first(signals: &[i32], is_last: &Arc<AtomicBool>) -> io::Result<Vec<SigId>> {
    use std::io::Read;
    use std::os::unix::net::UnixStream;
    use std::thread;
    use std::time::Duration;

    // One request can be two signals: `timeout` sends one to the command, and at once another
    // to its process group.
    const ONE_REQUEST: Duration = Duration::from_millis(200);

    let (mut read, write) = UnixStream::pair()?;
    let registered = signals
        .iter()
        .map(|&signal| low_level::pipe::register(signal, write.try_clone()?));
    let registered = registered.collect::<io::Result<_>>()?;
    let is_last = Arc::clone(is_last);
    thread::Builder::new().spawn(move || {
        if read.read_exact(&mut [0]).is_ok() {
            thread::sleep(ONE_REQUEST);
            is_last.store(true, Ordering::SeqCst);
        }
    })?;
    Ok(registered)
}

/// Sets `is_last` at the first of `signals`.
#[cfg(not(unix))]
fn set_after_first(signals: &[i32], is_last: &Arc<AtomicBool>) -> io::Result<Vec<SigId>> {
    let registered = signals
        .iter()
        .map(|&signal| flag::register(signal, Arc::clone(is_last)));
    registered.collect()
}

/// The signals that end a process: those of a user and a system, and of a closed terminal.
pub(crate) fn ending() -> Vec<i32> {
    #[cfg(unix)]
    let hangup = [signal_hook::consts::SIGHUP];
    #[cfg(not(unix))]
    let hangup = [];
    not_ignored(&[TERM_SIGNALS, &hangup].concat())
}

/// Those of `signals` that are not ignored, as SIGHUP is with `nohup`, and SIGINT in a script's
/// background job. Without unsafe code, this can be found out on Linux only.
pub(crate) fn not_ignored(signals: &[i32]) -> Vec<i32> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    // The lowest bit is signal 1.
    let is_ignored = |signal: i32| ignored.unwrap_or(0) >> (signal - 1) & 1 == 1;
    signals
        .iter()
        .copied()
        .filter(|it| !is_ignored(*it))
        .collect()
}

/// Ends the process as `signal` would have, so that a shell sees the cause.
pub(crate) fn end_by(signal: i32) {
    // Failure to raise the signal is ignored: the process ends anyway.
    let _ = low_level::emulate_default_handler(signal);
}

#[cfg(all(test, unix))]
mod tests {
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    use signal_hook::consts::SIGUSR2;

    use super::*;

    #[test]
    fn two_signals_at_once_are_one_request() {
        let signals = Signals::hold(&[SIGUSR2]).unwrap();
        // The second one would end the process of this test.
        for _ in 0..2 {
            low_level::raise(SIGUSR2).unwrap();
        }
        assert_eq!(signals.pending(), Some(SIGUSR2));
        let start = Instant::now();
        while !signals.is_last.load(Ordering::SeqCst) {
            assert!(start.elapsed() < Duration::from_secs(30));
            sleep(Duration::from_millis(10));
        }
    }
}
