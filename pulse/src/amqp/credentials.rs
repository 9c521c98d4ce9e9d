//! Where a RabbitMQ is, and who connects to it.

use std::fmt;

use lapin::uri::{AMQPAuthority, AMQPScheme, AMQPUri, AMQPUserInfo};

use super::link::AmqpTransport;
use crate::client::{Connection, Error};

/// Where a RabbitMQ is, and who connects to it, part by part; the other way is
/// [`Connection::amqp`]. TLS is used unless it is declined. Printing it shows
/// no secret.
///
/// ```
/// use taskcluster_pulse::{Connection, Credentials};
///
/// let credentials = Credentials::new("pulse.example.com", "user", "secret");
/// let connection = Connection::from(credentials);
/// # assert!(!format!("{connection:?}").contains("secret"));
/// ```
#[derive(Clone)]
pub struct Credentials(AMQPUri);

impl Credentials {
    /// `user` on the RabbitMQ at `host`, by TLS on its usual port, on the
    /// virtual host `/`.
    pub fn new(
        host: impl Into<String>,
        user: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        let scheme = AMQPScheme::AMQPS;
        Self(AMQPUri {
            authority: AMQPAuthority {
                userinfo: AMQPUserInfo {
                    username: user.into(),
                    password: secret.into(),
                },
                host: host.into(),
                port: scheme.default_port(),
            },
            scheme,
            ..AMQPUri::default()
        })
    }

    /// Sets the virtual host.
    #[must_use]
    pub fn vhost(mut self, vhost: impl Into<String>) -> Self {
        self.0.vhost = vhost.into();
        self
    }

    /// Sets the port, where it is not the usual one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.0.authority.port = port;
        self
    }

    /// Connects without TLS, on the usual port for that: everything, the secret
    /// included, can be read on its way. For a broker on the same machine.
    #[must_use]
    pub fn without_tls(mut self) -> Self {
        self.0.scheme = AMQPScheme::AMQP;
        self.0.authority.port = self.0.scheme.default_port();
        self
    }

    /// Reads `amqps://user:secret@host:port/vhost`, parts encoded as in any
    /// URL. The text of the parser's errors may repeat the secret, so it is
    /// not passed on.
    fn parse(url: &str) -> Result<Self, Error> {
        let refused = |problem| Error::Address { problem };
        let (scheme, rest) = url
            .split_once("://")
            .ok_or_else(|| refused("it has no `://`"))?;
        if !matches!(scheme, "amqp" | "amqps") {
            return Err(refused("it begins with neither amqps:// nor amqp://"));
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() || host.starts_with(':') {
            return Err(refused("it names no host"));
        }
        // The parser takes an address in brackets for a missing one.
        if host.starts_with('[') {
            return Err(refused("the host is an IPv6 address; give its name"));
        }
        url.parse()
            .map(Self)
            .map_err(|_| refused("a part of it is malformed"))
    }

    pub(super) fn uri(&self) -> &AMQPUri {
        &self.0
    }
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let AMQPUri {
            scheme,
            authority,
            vhost,
            ..
        } = &self.0;
        write!(
            f,
            "{scheme}://{}@{}:{} (virtual host {vhost})",
            authority.userinfo.username, authority.host, authority.port
        )
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({self})")
    }
}

impl From<Credentials> for Connection {
    fn from(credentials: Credentials) -> Self {
        Self::new(AmqpTransport::new(credentials))
    }
}

impl Connection {
    /// A connection to the RabbitMQ that `url` names:
    /// `amqps://user:secret@host/vhost`, with TLS; `amqp://` goes without.
    /// Without a virtual host it is `/`.
    ///
    /// # Errors
    ///
    /// [`Error::Address`], where `url` is no such URL.
    pub fn amqp(url: &str) -> Result<Self, Error> {
        Credentials::parse(url).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_and_its_parts_are_one() -> Result<(), Error> {
        let url = Credentials::parse("amqps://a%40b:s%2Fcret@host/v%2Fh")?;
        let parts = Credentials::new("host", "a@b", "s/cret").vhost("v/h");
        assert_eq!(url.uri(), parts.uri());
        Ok(())
    }

    #[test]
    fn no_secret_is_printed() -> Result<(), Error> {
        let credentials = Credentials::parse("amqp://user:hush@host:1")?;
        for text in [
            format!("{credentials}"),
            format!("{credentials:?}"),
            format!("{:?}", Connection::from(credentials)),
        ] {
            assert!(text.contains("user@host:1"), "{text}");
            assert!(!text.contains("hush"), "{text}");
        }
        Ok(())
    }

    #[test]
    fn a_refused_address_is_not_repeated() {
        for url in [
            "",
            "user:hush@host/vhost",
            "https://user:hush@host",
            "amqp://",
            "amqp://user:hush@",
            "amqp://user:hush@:1/",
            "amqp://user:hush@[::1]/",
            "amqp://user:hush@host:port/",
            "amqp://user:hush@host/?heartbeat=hush",
            "amqp:user:hush@host",
        ] {
            let Err(error) = Credentials::parse(url) else {
                panic!("{url:?} was taken");
            };
            let text = format!("{error} {error:?}");
            assert!(!text.contains("hush"), "{url:?}: {text}");
        }
    }
}
