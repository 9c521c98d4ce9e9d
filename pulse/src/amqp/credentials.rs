//! Where a RabbitMQ is, and who connects to it.

use std::fmt;

use lapin::uri::{AMQPAuthority, AMQPQueryString, AMQPScheme, AMQPUri, AMQPUserInfo};

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
pub struct Credentials {
    pub(super) tls: bool,
    pub(super) user: String,
    pub(super) secret: String,
    /// A name or an address; one of IPv6 has no brackets.
    host: String,
    /// `None` for the usual port of the protocol.
    pub(super) port: Option<u16>,
    pub(super) vhost: String,
    query: AMQPQueryString,
}

/// A protocol that RabbitMQ speaks: the scheme of its URLs and its usual port,
/// with TLS and without.
pub(super) struct Protocol {
    pub(super) tls: (&'static str, u16),
    pub(super) plain: (&'static str, u16),
    /// What is wrong with a URL that has another scheme.
    pub(super) other_scheme: &'static str,
}

pub(super) const AMQP: Protocol = Protocol {
    tls: ("amqps", 5671),
    plain: ("amqp", 5672),
    other_scheme: "it begins with neither amqps:// nor amqp://",
};

impl Credentials {
    /// `user` on the RabbitMQ at `host`, by TLS on its usual port, on the
    /// virtual host `/`. An IPv6 address is written without brackets, `::1`.
    pub fn new(
        host: impl Into<String>,
        user: impl Into<String>,
        secret: impl Into<String>,
    ) -> Self {
        Self {
            tls: true,
            user: user.into(),
            secret: secret.into(),
            host: host.into(),
            port: None,
            vhost: "/".to_owned(),
            query: AMQPQueryString::default(),
        }
    }

    /// Sets the virtual host.
    #[must_use]
    pub fn vhost(mut self, vhost: impl Into<String>) -> Self {
        self.vhost = vhost.into();
        self
    }

    /// Sets the port, where it is not the usual one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Connects without TLS; the usual port is then the one for that. Everything,
    /// the secret included, can be read on its way. For a broker on the same machine.
    #[must_use]
    pub fn without_tls(mut self) -> Self {
        self.tls = false;
        self
    }

    /// Reads `scheme://user:secret@host:port/vhost`, parts encoded as in any
    /// URL. The text of the parser's errors may repeat the secret, so it is
    /// not passed on.
    pub(super) fn parse(url: &str, protocol: &Protocol) -> Result<Self, &'static str> {
        let (scheme, rest) = url.split_once("://").ok_or("it has no `://`")?;
        let tls = scheme == protocol.tls.0;
        if !tls && scheme != protocol.plain.0 {
            return Err(protocol.other_scheme);
        }
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let host = authority.rsplit('@').next().unwrap_or_default();
        if host.is_empty() || host.starts_with(':') {
            return Err("it names no host");
        }
        let AMQPUri {
            authority,
            vhost,
            query,
            ..
        } = format!("amqp://{rest}")
            .parse()
            .map_err(|_| "a part of it is malformed")?;
        Ok(Self {
            tls,
            user: authority.userinfo.username,
            secret: authority.userinfo.password,
            // The parser checks an IPv6 address, and then gives localhost.
            host: ipv6(host).map_or(authority.host, str::to_owned),
            port: names_port(host).then_some(authority.port),
            vhost,
            query,
        })
    }

    pub(super) fn uri(&self) -> AMQPUri {
        let (_, port) = self.endpoint(&AMQP);
        AMQPUri {
            scheme: match self.tls {
                true => AMQPScheme::AMQPS,
                false => AMQPScheme::AMQP,
            },
            authority: AMQPAuthority {
                userinfo: AMQPUserInfo {
                    username: self.user.clone(),
                    password: self.secret.clone(),
                },
                host: self.host.clone(),
                port,
            },
            vhost: self.vhost.clone(),
            query: self.query.clone(),
        }
    }

    /// The scheme and the port by which `protocol` is spoken.
    pub(super) fn endpoint(&self, protocol: &Protocol) -> (&'static str, u16) {
        let (scheme, usual) = match self.tls {
            true => protocol.tls,
            false => protocol.plain,
        };
        (scheme, self.port.unwrap_or(usual))
    }

    /// Where the broker is and who connects, without the secret.
    pub(super) fn address(&self, protocol: &Protocol) -> String {
        let (scheme, port) = self.endpoint(protocol);
        format!(
            "{scheme}://{}@{}:{port} (virtual host {})",
            self.user,
            self.url_host(),
            self.vhost
        )
    }

    /// The host as it stands in a URL.
    pub(super) fn url_host(&self) -> String {
        match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        }
    }
}

/// The IPv6 address in the brackets that a URL puts around it.
fn ipv6(host: &str) -> Option<&str> {
    let (address, _) = host.strip_prefix('[')?.split_once(']')?;
    Some(address)
}

/// Whether a port follows the host.
fn names_port(host: &str) -> bool {
    let after_ipv6 = host.rsplit(']').next().unwrap_or_default();
    after_ipv6
        .split_once(':')
        .is_some_and(|(_, port)| !port.is_empty())
}

impl fmt::Display for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.address(&AMQP))
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
    /// Without a virtual host it is `/`. An IPv6 address stands in brackets.
    ///
    /// # Errors
    ///
    /// [`Error::Address`], where `url` is no such URL.
    pub fn amqp(url: &str) -> Result<Self, Error> {
        Credentials::parse(url, &AMQP)
            .map(Self::from)
            .map_err(|problem| Error::Address { problem })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amqp(url: &str) -> Credentials {
        Credentials::parse(url, &AMQP).unwrap_or_else(|problem| panic!("{url}: {problem}"))
    }

    #[test]
    fn a_url_and_its_parts_are_one() {
        let url = amqp("amqps://a%40b:s%2Fcret@host/v%2Fh");
        let parts = Credentials::new("host", "a@b", "s/cret").vhost("v/h");
        assert_eq!(url.uri(), parts.uri());
    }

    #[test]
    fn a_port_that_is_not_given_is_the_usual_one() {
        for (url, port) in [
            ("amqps://host", 5671),
            ("amqp://host/", 5672),
            ("amqp://host:/", 5672),
            ("amqp://host:5671", 5671),
            ("amqps://user:1@[::1]", 5671),
            ("amqps://[::1]:1/", 1),
        ] {
            assert_eq!(amqp(url).uri().authority.port, port, "{url}");
        }
        let parts = Credentials::new("host", "user", "secret").port(1);
        assert_eq!(parts.without_tls().uri().authority.port, 1);
    }

    #[test]
    fn an_ipv6_address_is_connected_to_without_its_brackets() {
        let url = amqp("amqps://user:secret@[2001:db8::1]:5673/vhost");
        let parts = Credentials::new("2001:db8::1", "user", "secret");
        let parts = parts.port(5673).vhost("vhost");
        assert_eq!(url.uri(), parts.uri());
        assert_eq!(url.uri().authority.host, "2001:db8::1");
        let text = url.to_string();
        assert!(text.contains("user@[2001:db8::1]:5673"), "{text}");
    }

    #[test]
    fn no_secret_is_printed() {
        let credentials = amqp("amqp://user:hush@host:1");
        for text in [
            format!("{credentials}"),
            format!("{credentials:?}"),
            format!("{:?}", Connection::from(credentials)),
        ] {
            assert!(text.contains("user@host:1"), "{text}");
            assert!(!text.contains("hush"), "{text}");
        }
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
            "amqp://user:hush@[::1/",
            "amqp://user:hush@[host]/",
            "amqp://user:hush@[::1]host/",
            "amqp://user:hush@host:port/",
            "amqp://user:hush@host/?heartbeat=hush",
            "amqp:user:hush@host",
        ] {
            let Err(error) = Connection::amqp(url) else {
                panic!("{url:?} was taken");
            };
            let text = format!("{error} {error:?}");
            assert!(!text.contains("hush"), "{url:?}: {text}");
        }
    }
}
