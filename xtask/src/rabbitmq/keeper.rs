//! The process that runs a broker and outlives its starter.

use std::io::{self, Write};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Server;
use super::settings::Settings;

/// How long a stop may take: what `keeper.sh` gives the broker, and a little.
const STOP_TIME: Duration = Duration::from_secs(25);

/// A running broker.
///
/// It is run by a shell script, because that sees the end of this process
/// however it comes: nothing is left behind after a Ctrl-C or a `kill -9`,
/// where no code of ours runs any more.
#[derive(Debug)]
pub(super) struct Keeper(Child);

impl Keeper {
    /// Starts a broker in the folder of `settings`.
    ///
    /// # Errors
    ///
    /// There is no `sh`, or the system refuses a process.
    pub(super) fn start(server: &Server, settings: &Settings) -> io::Result<Self> {
        let mut command = Command::new("sh");
        command
            .args(["-c", include_str!("keeper.sh"), "rabbitmq-keeper"])
            .arg(settings.folder())
            .args([&server.epmd, &server.server])
            .env_clear()
            .envs(settings.environment())
            .stdin(Stdio::piped());
        // A group of its own, that a Ctrl-C at the terminal doesn't reach: the
        // broker ends after its users.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command.spawn().map(Self)
    }

    /// Whether the broker has ended by itself.
    pub(super) fn has_ended(&mut self) -> bool {
        !matches!(self.0.try_wait(), Ok(None))
    }

    /// Stops the broker in good order, so that it can be started on its data.
    pub(super) fn stop(mut self) {
        if let Some(stdin) = &mut self.0.stdin {
            // It can only fail when the broker has ended.
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
