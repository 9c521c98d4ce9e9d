//! The commands that use a broker: `listen`, `replay` and `dead-letters`.

mod complete;
mod dead_letters;
mod error;
mod filter;
mod listen;
mod output;
mod replay;
mod signals;

use std::error::Error as StdError;
use std::process::ExitCode;
use std::time::Duration;

use clap::Subcommand;
use taskcluster_pulse::Connection;

pub(crate) use error::Error;

/// Exit code when `--validate` found a message that is not valid.
const FOUND: u8 = 1;

/// Maximum time to end after a signal.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// The part of the help about credentials.
const CREDENTIALS: &str = "\
The broker:
  PULSE_URL, such as amqps://user:secret@pulse.mozilla.org, or PULSE_HOSTNAME,
  PULSE_USERNAME, PULSE_PASSWORD and, where needed, PULSE_PORT, PULSE_VHOST,
  PULSE_AMQPS=false";

/// A command that uses a broker.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Listen(listen::Args),
    Replay(replay::Args),
    DeadLetters(dead_letters::Args),
}

impl Command {
    pub(crate) fn run(&self) -> Result<ExitCode, Box<dyn StdError>> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(Error::Runtime)?;
        let result = runtime.block_on(async {
            match self {
                Self::Listen(args) => listen::run(args, connection()?).await,
                Self::Replay(args) => replay::run(args).await,
                Self::DeadLetters(args) => dead_letters::run(args, connection()?).await,
            }
        });
        // The process ends now. Dropping the runtime would wait for the lookup of a host, and
        // lapin's thread, which uses the runtime's timers, would panic while it connects.
        std::mem::forget(runtime);
        Ok(result?)
    }
}

/// The connection that the environment describes.
fn connection() -> Result<Connection, Error> {
    Ok(Connection::from_env()?)
}
