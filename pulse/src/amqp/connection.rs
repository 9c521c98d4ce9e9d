//! Connections to RabbitMQ: constructors and settings.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::address::Address;
use super::environment;
use super::secret::{Secret, SecretProvider};
use super::settings::Settings;
use crate::client::{Connection, Error};

/// Connections to RabbitMQ. On a connection to the in-memory broker the setters have no
/// effect.
impl Connection {
    /// A connection to the RabbitMQ at `url`, `amqps://user:secret@host:port/vhost`.
    ///
    /// `amqp://` connects without TLS, so that everything, including the secret, can be
    /// read in transit.
    ///
    /// The port is optional, and so is the virtual host: it is `/` by default. User,
    /// secret and virtual host are percent-encoded, so that `/` is `%2F`. An IPv6 address
    /// is written in brackets. The default user is `guest`, for a broker on this machine
    /// only.
    ///
    /// | parameter | sets |
    /// | --- | --- |
    /// | `heartbeat` | [`heartbeat`](Self::heartbeat), in seconds |
    /// | `connection_timeout` | [`connection_timeout`](Self::connection_timeout), in milliseconds |
    /// | `channel_max`, `channelMax` | [`channel_max`](Self::channel_max) |
    /// | `frame_max`, `frameMax` | [`frame_max`](Self::frame_max) |
    /// | `cacertfile` | [`ca_file`](Self::ca_file) |
    /// | `ssl` | TLS, if it is `1` after `amqp://` |
    ///
    /// ```
    /// use taskcluster_pulse::Connection;
    ///
    /// let connection = Connection::amqp("amqps://user:s%2Fcret@pulse.example.com/?heartbeat=5")?;
    /// assert_eq!(connection.user(), "user");
    /// # Ok::<(), taskcluster_pulse::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Error::Address`], if `url` is not such a URL, and [`Error::Setting`], if a part
    /// of it can't be used. They repeat no part of the URL that could belong to the
    /// secret.
    pub fn amqp(url: &str) -> Result<Self, Error> {
        Settings::parse(url).map(Self::over)
    }

    /// A connection to the RabbitMQ at `host`, by TLS, on the virtual host `/`.
    ///
    /// An IPv6 address is written without brackets, `::1`.
    ///
    /// ```
    /// use taskcluster_pulse::Connection;
    ///
    /// let connection = Connection::new("pulse.example.com", "user", "secret").vhost("ci");
    /// assert!(!format!("{connection:?}").contains("secret"));
    /// ```
    pub fn new(
        host: impl Into<String>,
        user: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        Self::over(Settings::new(Address {
            tls: true,
            user: user.into(),
            secret: Secret::new(secret),
            host: host.into(),
            port: None,
            vhost: "/".to_owned(),
        }))
    }

    /// A connection from environment variables.
    ///
    /// These are `PULSE_URL`, in the form of [`amqp`](Self::amqp), or the variables of
    /// Taskcluster's services, `PULSE_HOSTNAME`, `PULSE_USERNAME`, `PULSE_PASSWORD`, and
    /// optionally `PULSE_PORT`, `PULSE_VHOST` (`/`) and `PULSE_AMQPS` (`true`, which is
    /// TLS).
    ///
    /// # Errors
    ///
    /// [`Error::Environment`] with the variable that is missing, malformed or set besides
    /// `PULSE_URL`, [`Error::Address`] if `PULSE_URL` is not such a URL, and
    /// [`Error::Setting`] if a value can't be used.
    pub fn from_env() -> Result<Self, Error> {
        environment::settings(|name| std::env::var_os(name)).map(Self::over)
    }

    /// Virtual host (default `/`).
    #[must_use]
    pub fn vhost(self, vhost: impl Into<String>) -> Self {
        self.set(|settings| settings.address.vhost = vhost.into())
    }

    /// Port (default 5671, or 5672 without TLS).
    #[must_use]
    pub fn port(self, port: u16) -> Self {
        self.set(|settings| settings.address.port = Some(port))
    }

    /// Connects without TLS, for a broker on the same machine.
    ///
    /// Everything, including the secret, can be read in transit.
    #[must_use]
    pub fn without_tls(self) -> Self {
        self.set(|settings| settings.address.tls = false)
    }

    /// Trusts the certificate authorities in this PEM file, and no others.
    ///
    /// By default the system's are trusted, or those in the file of the environment
    /// variable `SSL_CERT_FILE` or in the directories of `SSL_CERT_DIR`.
    #[must_use]
    pub fn ca_file(self, path: impl Into<PathBuf>) -> Self {
        self.set(|settings| {
            settings.ca_file = Some(path.into());
            // Its copies read another file.
            settings.reading = Arc::default();
        })
    }

    /// Calls `provider` for the secret of each connection, for secrets that are rotated.
    ///
    /// If it fails or panics, or the broker refuses the secret, the client tries again. The
    /// secret is used as it is: remove the line end of a file, as here.
    ///
    /// A token that expires may do so while a connection is open. RabbitMQ keeps that
    /// connection and refuses its requests; the client then opens another one. A publisher
    /// does so from an age of 30 seconds on: on a younger connection, a refused message is
    /// refused. While the new connection can't be opened, other messages wait, and
    /// [`Reconnect`](crate::Reconnect) applies. A consumer with a
    /// [`recycle_after`](crate::ConsumerBuilder::recycle_after) below the token's lifetime opens
    /// the new connection before, and the old one ends when its deliveries are settled.
    ///
    /// ```
    /// use taskcluster_pulse::Connection;
    ///
    /// let connection = Connection::new("pulse.example.com", "user", "")
    ///     .secret_from(|| async {
    ///         let text = tokio::fs::read_to_string("/run/secrets/pulse").await;
    ///         text.map(|text| text.trim_end().to_owned())
    ///     });
    /// ```
    #[must_use]
    pub fn secret_from<F, E>(self, provider: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<String, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        self.set(|settings| settings.secret_from = Some(SecretProvider::new(provider)))
    }

    /// Heartbeat (default 10 seconds), rounded up to whole seconds.
    ///
    /// A connection counts as lost when nothing was received from the broker for twice as
    /// long. The broker may ask for a shorter one. Zero leaves it to the broker.
    #[must_use]
    pub fn heartbeat(self, heartbeat: Duration) -> Self {
        let rest = u64::from(heartbeat.subsec_nanos() > 0);
        let seconds = heartbeat.as_secs().saturating_add(rest);
        let seconds = seconds.try_into().unwrap_or(u16::MAX);
        self.set(|settings| settings.heartbeat = seconds)
    }

    /// Timeout for connecting, including the login (default 30 seconds).
    #[must_use]
    pub fn connection_timeout(self, timeout: Duration) -> Self {
        self.set(|settings| settings.connection_timeout = timeout)
    }

    /// Maximum number of channels to negotiate (default 0, the broker's own limit).
    ///
    /// A consumer needs two, a publisher one, and each one more for every request that the
    /// broker refuses, such as a binding: that closes the channel, whose number is not used
    /// again. If no number is left, the client connects again, except for bindings that were
    /// refused before.
    #[must_use]
    pub fn channel_max(self, channels: u16) -> Self {
        self.set(|settings| settings.channel_max = channels)
    }

    /// Maximum size of a frame to negotiate in bytes (default 128 KiB, as RabbitMQ's). The
    /// broker may ask for a smaller one.
    ///
    /// Allowed are 4096 bytes to 1 MiB, and 0 for the default. Larger messages are split
    /// into frames; a message's headers have to fit into one.
    #[must_use]
    pub fn frame_max(self, bytes: u32) -> Self {
        self.set(|settings| settings.frame_max = bytes)
    }

    /// Name of the connection in RabbitMQ's listings (default `taskcluster-pulse`).
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        self.set(|settings| settings.name = name.into())
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        if let Some(settings) = self.transport_mut::<Settings>() {
            change(settings);
        }
        self
    }
}
