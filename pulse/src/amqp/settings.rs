//! The configuration of a connection to RabbitMQ.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};
use tokio::sync::Mutex;

use super::address::{AMQP, Address};
use super::secret::{Secret, SecretProvider};
use crate::client::Error;

/// Minimum value of `frame_max` in AMQP, in bytes.
const FRAME_MIN_SIZE: u32 = 4096;

/// Maximum value of `frame_max`, in bytes: eight times RabbitMQ's default. lapin
/// allocates 32 frames each for reading and writing, so this is 64 MiB.
const FRAME_MAX_SIZE: u32 = 1024 * 1024;

/// The value of `frame_max` by default, RabbitMQ's own. It is never left to the broker:
/// a broker without a limit would make lapin allocate 32 frames of 4 GiB.
const FRAME_DEFAULT_SIZE: u32 = 128 * 1024;

/// Maximum size of a connection's name, which is in the same frame as the secret.
const MAX_NAME_BYTES: usize = 255;

/// Maximum size of a secret: no broker is known to accept more before the login.
const MAX_SECRET_BYTES: usize = 64 * 1024;

/// Why a secret can't be sent.
pub(super) fn wrong_secret(secret: &Secret) -> Option<String> {
    let secret = secret.expose();
    if secret.contains('\0') {
        return Some("the secret has a NUL character, which ends it; leave it out".to_owned());
    }
    (secret.len() > MAX_SECRET_BYTES).then(|| {
        format!(
            "the secret has {} bytes; use one of at most {MAX_SECRET_BYTES}",
            secret.len()
        )
    })
}

/// The address of a RabbitMQ, the login, and the parameters of the connection.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(super) address: Address,
    /// Provides the secret instead of the address, if set.
    pub(super) secret_from: Option<SecretProvider>,
    /// In seconds; 0 for the broker's default.
    pub(super) heartbeat: u16,
    pub(super) connection_timeout: Duration,
    /// 0 for the broker's default.
    pub(super) channel_max: u16,
    /// In bytes; 0 for [`FRAME_DEFAULT_SIZE`].
    pub(super) frame_max: u32,
    pub(super) ca_file: Option<PathBuf>,
    /// Held while the certificates are read.
    pub(super) reading: Arc<Mutex<()>>,
    pub(super) name: String,
}

impl Settings {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            secret_from: None,
            // A half-open connection is detected after two of them.
            heartbeat: 10,
            connection_timeout: Duration::from_secs(30),
            channel_max: 0,
            frame_max: 0,
            ca_file: None,
            reading: Arc::default(),
            name: "taskcluster-pulse".to_owned(),
        }
    }

    /// Reads a URL with its parameters.
    pub(super) fn parse(url: &str) -> Result<Self, Error> {
        let settings = Self::read(url).map_err(|reason| Error::Address { reason })?;
        settings.check()?;
        Ok(settings)
    }

    fn read(url: &str) -> Result<Self, String> {
        let (address, parameters) = Address::parse(url, &AMQP)?;
        let tls = address.tls;
        let mut settings = Self::new(address);
        for (index, (name, value)) in parameters.iter().enumerate() {
            let earlier = parameters.iter().take(index);
            if earlier.into_iter().any(|(other, _)| other == name) {
                return Err(format!("parameter {name:?} is given twice; leave one out"));
            }
            settings.set(name, value)?;
        }
        if tls && !settings.address.tls {
            return Err(
                "parameter ssl=0 contradicts amqps://; leave it out, or write amqp://".to_owned(),
            );
        }
        if settings.ca_file.is_some() && !settings.address.tls {
            return Err(
                "parameter cacertfile needs TLS; write amqps://, or leave it out".to_owned(),
            );
        }
        Ok(settings)
    }

    /// Sets the value of a URL's parameter. The names are RabbitMQ's, those of amqplib
    /// (in camel case), and kombu's `ssl`.
    fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "heartbeat" => self.heartbeat = number(name, value)?,
            "connection_timeout" => {
                self.connection_timeout = Duration::from_millis(number(name, value)?);
            }
            "channel_max" | "channelMax" => self.channel_max = number(name, value)?,
            "frame_max" | "frameMax" => self.frame_max = number(name, value)?,
            "cacertfile" => self.ca_file = Some(value.into()),
            "ssl" => self.set_tls(value)?,
            _ => {
                return Err(format!(
                    "unknown parameter {name:?}; known are heartbeat, connection_timeout, \
                     channel_max, frame_max, cacertfile and ssl"
                ));
            }
        }
        Ok(())
    }

    fn set_tls(&mut self, value: &str) -> Result<(), String> {
        let tls = match value {
            "1" | "true" | "True" => true,
            "0" | "false" | "False" => false,
            _ => return Err("parameter ssl is neither 1 nor 0".to_owned()),
        };
        self.address.tls = tls;
        Ok(())
    }

    /// Checks for settings that no broker accepts.
    pub(super) fn check(&self) -> Result<(), Error> {
        let wrong = self.address.wrong().or_else(|| self.wrong());
        match wrong.or_else(|| wrong_secret(&self.address.secret)) {
            Some(reason) => Err(Error::Setting { reason }),
            None => Ok(()),
        }
    }

    fn wrong(&self) -> Option<String> {
        if self.connection_timeout.is_zero() {
            return Some("connection_timeout is 0; give the broker some seconds".to_owned());
        }
        if self.name.len() > MAX_NAME_BYTES {
            return Some(format!(
                "the connection's name has {} bytes; use at most {MAX_NAME_BYTES}",
                self.name.len()
            ));
        }
        match self.frame_max {
            0 | FRAME_MIN_SIZE..=FRAME_MAX_SIZE => None,
            bytes => Some(format!(
                "frame_max is {bytes}; use 0 for RabbitMQ's default, or {FRAME_MIN_SIZE} to \
                 {FRAME_MAX_SIZE} bytes"
            )),
        }
    }

    /// lapin's form of the settings, with the secret for one connection.
    pub(super) fn uri(&self, secret: &Secret) -> AMQPUri {
        let Address {
            tls,
            user,
            host,
            vhost,
            ..
        } = &self.address;
        let (_, port) = self.address.endpoint(&AMQP);
        AMQPUri {
            scheme: match tls {
                true => AMQPScheme::AMQPS,
                false => AMQPScheme::AMQP,
            },
            authority: AMQPAuthority {
                userinfo: AMQPUserInfo {
                    username: user.clone(),
                    password: secret.expose().to_owned(),
                },
                host: host.clone(),
                port,
            },
            vhost: vhost.clone(),
            query: AMQPQueryString {
                heartbeat: Some(self.heartbeat),
                channel_max: Some(self.channel_max),
                frame_max: Some(match self.frame_max {
                    0 => FRAME_DEFAULT_SIZE,
                    bytes => bytes,
                }),
                ..AMQPQueryString::default()
            },
        }
    }
}

fn number<T: FromStr>(name: &str, value: &str) -> Result<T, String> {
    let unit = match name {
        "heartbeat" => " of seconds",
        "connection_timeout" => " of milliseconds",
        _ => "",
    };
    value
        .parse()
        .map_err(|_| format!("parameter {name} is not a whole number{unit} in its range"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(url: &str) -> (AMQPQueryString, Duration) {
        let settings = Settings::parse(url).unwrap_or_else(|reason| panic!("{url}: {reason}"));
        let query = settings.uri(&settings.address.secret).query;
        (query, settings.connection_timeout)
    }

    #[test]
    fn parameters_reach_the_connection() {
        let (usual, timeout) = query("amqp://localhost");
        assert_eq!(usual.heartbeat, Some(10), "half-open is detected in 20 s");
        assert_eq!(
            (usual.channel_max, usual.frame_max),
            (Some(0), Some(131_072))
        );
        assert_eq!(timeout, Duration::from_secs(30));
        for url in [
            "amqp://localhost?heartbeat=5&connection_timeout=500&channel_max=7&frame_max=8192",
            "amqp://localhost?heartbeat=5&connection_timeout=500&channelMax=7&frameMax=8192",
        ] {
            let (set, timeout) = query(url);
            assert_eq!(set.heartbeat, Some(5), "{url}");
            assert_eq!((set.channel_max, set.frame_max), (Some(7), Some(8192)));
            assert_eq!(timeout, Duration::from_millis(500));
        }
    }

    #[test]
    fn a_short_heartbeat_is_not_left_to_the_broker() {
        let connection = crate::Connection::new("h", "u", "s");
        let set = |millis| {
            let heartbeat = Duration::from_millis(millis);
            let mut connection = connection.clone().heartbeat(heartbeat);
            let settings = connection.transport_mut::<Settings>();
            settings.map(|settings| settings.heartbeat)
        };
        assert_eq!([set(0), set(500)], [Some(0), Some(1)]);
        assert_eq!([set(1000), set(1001)], [Some(1), Some(2)]);
    }

    #[test]
    fn the_parts_of_a_url_are_decoded() {
        let settings = Settings::parse("amqps://a%40b:s%2Fcret@[2001:db8::1]:5673/v%2Fh");
        let uri = settings.map(|settings| settings.uri(&settings.address.secret));
        let uri = uri.expect("a URL");
        assert_eq!(uri.authority.host, "2001:db8::1", "without brackets");
        let login = uri.authority.userinfo;
        assert_eq!((&*login.username, &*login.password), ("a@b", "s/cret"));
        assert_eq!((uri.authority.port, &*uri.vhost), (5673, "v/h"));
    }
}
