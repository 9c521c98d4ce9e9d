//! The process that runs a broker and outlives the process that started it.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Server;
use super::settings::Settings;

/// Maximum time for a stop: the time that `keeper.sh` allows the broker, plus a margin.
const STOP_TIME: Duration = Duration::from_secs(25);

/// A running broker.
///
/// A shell script runs it, because the script notices the end of this process in every
/// case: nothing is left behind after a Ctrl-C or a `kill -9`, when no code of ours runs
/// any more.
#[derive(Debug)]
pub(super) struct Keeper(Child);

impl Keeper {
    /// Starts a broker in the folder of `settings`.
    ///
    /// # Errors
    ///
    /// If there is no `sh`, or the system can't start a process.
    pub(super) fn start(server: &Server, settings: &Settings) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("keeper.sh"), "rabbitmq-keeper"])
            .arg(settings.folder())
            .args([&server.epmd, &server.server])
            .env_clear()
            .envs(settings.environment())
            .stdin(Stdio::piped());
        // A separate process group, which a Ctrl-C at the terminal does not reach: the
        // broker ends after its clients.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Self)
    }

    /// Whether the broker has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Stops the broker cleanly, so that it can be started again with its data.
    pub(super) fn stop(mut self) {
        if let Some(stdin) = &mut self.0.stdin {
            // This fails only if the broker has ended.
            let _ = stdin.write_all(b"stop\n");
        }
        self.wait();
    }

    fn wait(&mut self) {
        let deadline = Instant::now() + STOP_TIME;
        while !self.has_ended() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Keeper {
    /// Ends the broker, if [`Keeper::stop`] did not.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.wait();
    }
}
