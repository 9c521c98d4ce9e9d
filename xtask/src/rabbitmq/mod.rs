//! A private RabbitMQ, for tests.
//!
//! It shares nothing with other brokers on the machine: it has its own ports on
//! 127.0.0.1, and keeps its data, log and secrets in a temporary folder. When the process
//! that started it ends, even by a signal, the broker ends and its folder is removed.
//!
//! ```no_run
//! # fn main() -> Result<(), xtask::rabbitmq::Error> {
//! let mut broker = xtask::rabbitmq::RabbitMq::start()?;
//! // Connect to broker.url(), and then, to test how the client reacts:
//! broker.close_all_connections("a test")?;
//! broker.restart()?;
//! # Ok(())
//! # }
//! ```

mod error;
mod install;
mod keeper;
mod ports;
mod ready;
mod server;
mod settings;

use std::process::{Command, Stdio};

use tempfile::TempDir;

pub use error::Error;
pub use install::install;
pub use server::Server;

use keeper::Keeper;
use settings::Settings;

/// A private RabbitMQ, which ends when this is dropped.
#[derive(Debug)]
pub struct RabbitMq {
    // Dropped in this order: the folder is removed when nothing writes to it any more.
    keeper: Option<Keeper>,
    _folder: TempDir,
    settings: Settings,
    server: Server,
    url: String,
}

impl RabbitMq {
    /// Starts a broker with the installed RabbitMQ, and waits until it accepts
    /// connections.
    ///
    /// # Errors
    ///
    /// If RabbitMQ is not installed or does not start.
    pub fn start() -> Result<Self, Error> {
        Self::launch(Server::find().ok_or(Error::NotInstalled)?, false)
    }

    /// Starts a broker with this RabbitMQ and its management API, and waits until it
    /// accepts connections. The API makes the start a second longer.
    ///
    /// # Errors
    ///
    /// If RabbitMQ does not start.
    pub fn start_with_management(server: Server) -> Result<Self, Error> {
        Self::launch(server, true)
    }

    fn launch(server: Server, management: bool) -> Result<Self, Error> {
        let folder = tempfile::Builder::new()
            .prefix("xtask-rabbitmq-")
            .tempdir()
            .map_err(Error::Folder)?;
        let settings = Settings::new(folder.path(), management).map_err(Error::Folder)?;
        let mut broker = Self {
            keeper: None,
            _folder: folder,
            url: settings.url(),
            settings,
            server,
        };
        broker.restart()?;
        Ok(broker)
    }

    /// The `amqp://` URL of the broker, with an administrator and the password. It stays
    /// the same over restarts.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The `http://` URL of the management API, with the same administrator and password;
    /// `None` for a broker without it. It stays the same over restarts.
    #[must_use]
    pub fn management_url(&self) -> Option<String> {
        self.settings.management_url()
    }

    /// Host and port, without secrets.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.settings.port())
    }

    /// Restarts the broker at the same port and with the same data; if it is running, it
    /// is stopped cleanly first. Durable queues, and the persistent messages in them, are
    /// kept.
    ///
    /// # Errors
    ///
    /// If RabbitMQ does not start.
    pub fn restart(&mut self) -> Result<(), Error> {
        self.stop();
        let keeper = Keeper::start(&self.server, &self.settings).map_err(Error::Run)?;
        let keeper = self.keeper.insert(keeper);
        ready::wait(keeper, &self.settings)
    }

    /// Stops the broker cleanly; [`RabbitMq::restart`] starts it again. Until then, its
    /// port has no listener.
    pub fn stop(&mut self) {
        if let Some(keeper) = self.keeper.take() {
            keeper.stop();
        }
    }

    /// Closes all connections, as an operator would; clients receive `reason`.
    ///
    /// # Errors
    ///
    /// If the broker is stopped, or refuses.
    pub fn close_all_connections(&self, reason: &str) -> Result<(), Error> {
        self.ctl(&["close_all_connections", "--global", reason])?;
        Ok(())
    }

    /// Runs `rabbitmqctl` on this broker, and returns its output.
    ///
    /// # Errors
    ///
    /// If the broker is stopped, or `rabbitmqctl` fails; the error has its output.
    pub fn ctl(&self, args: &[&str]) -> Result<String, Error> {
        let output = Command::new(&self.server.ctl)
            .args(["--quiet", "--node", self.settings.node()])
            .args(args)
            .env_clear()
            .envs(self.settings.environment())
            .stdin(Stdio::null())
            .output()
            .map_err(Error::Run)?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim().to_owned();
        if output.status.success() {
            return Ok(text(&output.stdout));
        }
        Err(Error::Ctl {
            command: args.join(" "),
            output: text(&[output.stdout, output.stderr].concat()),
        })
    }
}
