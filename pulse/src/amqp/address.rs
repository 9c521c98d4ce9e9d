//! URLs of AMQP brokers and of HTTP APIs.

use std::net::IpAddr;

use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::secret::Secret;
use crate::routing::MAX_SHORT_STRING_BYTES;

/// RabbitMQ's default user and secret, which it accepts from the same machine only.
const GUEST: &str = "guest";

/// A protocol's URL schemes and usual ports, with TLS and without.
pub(super) struct Protocol {
    pub(super) tls: (&'static str, u16),
    pub(super) plain: (&'static str, u16),
}

pub(super) const AMQP: Protocol = Protocol {
    tls: ("amqps", 5671),
    plain: ("amqp", 5672),
};

/// A server, the user and the virtual host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) tls: bool,
    pub(super) user: String,
    pub(super) secret: Secret,
    /// A name or an IP address, without brackets.
    pub(super) host: String,
    /// `None` for the usual port of the protocol.
    pub(super) port: Option<u16>,
    pub(super) vhost: String,
}

/// A URL's query: names and values, decoded.
pub(super) type Parameters = Vec<(String, String)>;

impl Address {
    /// Reads `scheme://user:secret@host:port/vhost?name=value`.
    ///
    /// # Errors
    ///
    /// What is wrong. The text repeats no part of the URL, because any part may belong to
    /// a secret that is not encoded.
    pub(super) fn parse(text: &str, protocol: &Protocol) -> Result<(Self, Parameters), String> {
        check_delimiters(text)?;
        let url = Url::parse(text).map_err(not_a_url)?;
        let tls = is_tls(text, &url, protocol)?;
        let host = host(&url)?;
        let (user, secret) = login(&url, &host)?;
        let parameters = url.query_pairs().into_owned().collect();
        let address = Self {
            tls,
            user,
            secret: Secret::new(secret),
            host,
            port: url.port(),
            vhost: vhost(&url)?,
        };
        Ok((address, parameters))
    }

    /// Why the host, the port, the user or the virtual host can't be used, and what to
    /// do.
    pub(super) fn wrong(&self) -> Option<String> {
        let long = |part: &str, text: &str| {
            (text.len() > MAX_SHORT_STRING_BYTES).then(|| {
                let bytes = text.len();
                format!("the {part} has {bytes} bytes; AMQP allows {MAX_SHORT_STRING_BYTES}")
            })
        };
        if !is_host(&self.host) {
            let host = "the host is neither a name nor an IP address; write it without scheme, port \
                        or brackets";
            return Some(host.to_owned());
        }
        if self.port == Some(0) {
            return Some("the port is 0; leave it out for the usual one".to_owned());
        }
        if self.user.contains('\0') {
            return Some("the user has a NUL character; leave it out".to_owned());
        }
        long("user", &self.user).or_else(|| long("virtual host", &self.vhost))
    }

    /// The scheme and the port for `protocol`.
    pub(super) fn endpoint(&self, protocol: &Protocol) -> (&'static str, u16) {
        let (scheme, usual) = match self.tls {
            true => protocol.tls,
            false => protocol.plain,
        };
        (scheme, self.port.unwrap_or(usual))
    }

    /// The server, the user and the virtual host, without the secret.
    pub(super) fn describe(&self, protocol: &Protocol) -> String {
        let (scheme, port) = self.endpoint(protocol);
        format!(
            "{scheme}://{}@{}:{port} (virtual host {})",
            self.user,
            self.url_host(),
            self.vhost
        )
    }

    /// The host in the form of a URL. An invalid host is not printed, because it may be a
    /// URL with a secret.
    pub(super) fn url_host(&self) -> String {
        if !is_host(&self.host) {
            return "(no host)".to_owned();
        }
        match self.host.contains(':') {
            true => format!("[{}]", self.host),
            false => self.host.clone(),
        }
    }
}

/// Refuses a text whose user or secret would be parsed as other parts of the URL: the
/// host of `amqp://user:/hush@host` would be `user`.
fn check_delimiters(text: &str) -> Result<(), String> {
    let unusable =
        |character: char| character.is_whitespace() || character.is_control() || character == '\\';
    if text.contains(unusable) {
        return Err(
            "it has white space, a control character or a backslash; percent-encode it".to_owned(),
        );
    }
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    let after_authority = rest.find(['/', '?', '#']).and_then(|end| rest.get(end..));
    if after_authority.is_some_and(|rest| rest.contains('@')) {
        return Err(
            "user, secret and virtual host must be percent-encoded: write `/` as %2F, `?` as %3F, `#` as %23 \
             and `@` as %40"
                .to_owned(),
        );
    }
    Ok(())
}

fn not_a_url(error: url::ParseError) -> String {
    use url::ParseError::{
        EmptyHost, IdnaError, InvalidDomainCharacter, InvalidIpv4Address, InvalidIpv6Address,
        InvalidPort, RelativeUrlWithoutBase,
    };
    let reason = match error {
        EmptyHost => "it has no host",
        InvalidPort => "its port is not a port number",
        InvalidIpv4Address | InvalidIpv6Address => "its host is not an IP address",
        IdnaError | InvalidDomainCharacter => "its host is not a host name",
        RelativeUrlWithoutBase => "it has no scheme",
        _ => "it is not a URL",
    };
    reason.to_owned()
}

fn is_tls(text: &str, url: &Url, protocol: &Protocol) -> Result<bool, String> {
    let (tls, plain) = (protocol.tls.0, protocol.plain.0);
    // The parser takes `https:host` as well.
    let rest = text.get(url.scheme().len()..).unwrap_or_default();
    match url.scheme() {
        scheme if rest.starts_with("://") && scheme == tls => Ok(true),
        scheme if rest.starts_with("://") && scheme == plain => Ok(false),
        _ => Err(format!("it begins with neither {tls}:// nor {plain}://")),
    }
}

fn host(url: &Url) -> Result<String, String> {
    match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => decode(name),
        Some(Host::Ipv4(address)) => Ok(address.to_string()),
        Some(Host::Ipv6(address)) => Ok(address.to_string()),
        _ => Err("it has no host".to_owned()),
    }
}

/// The user and the secret. The default is `guest` for a broker on this machine, because
/// RabbitMQ accepts it only there.
fn login(url: &Url, host: &str) -> Result<(String, String), String> {
    match (url.username(), url.password()) {
        ("", None) if is_loopback(host) => Ok((GUEST.to_owned(), GUEST.to_owned())),
        ("", _) => Err("it has no user; only a broker on this machine accepts `guest`".to_owned()),
        (user, secret) => Ok((decode(user)?, decode(secret.unwrap_or_default())?)),
    }
}

/// Whether `host` is a name or an address, the latter without brackets.
fn is_host(host: &str) -> bool {
    let without_zone = host.split('%').next().unwrap_or(host);
    without_zone.parse::<IpAddr>().is_ok() || matches!(Host::parse(host), Ok(Host::Domain(_)))
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// The virtual host: `/` if the path is empty, or `//`, which is kombu's form. A slash at
/// the end is ignored.
fn vhost(url: &Url) -> Result<String, String> {
    if url.fragment().is_some() {
        return Err("it has a fragment; write `#` as %23".to_owned());
    }
    let path = url.path();
    let vhost = path.strip_prefix('/').unwrap_or(path);
    match vhost.strip_suffix('/').unwrap_or(vhost) {
        "" => Ok("/".to_owned()),
        vhost => decode(vhost),
    }
}

fn decode(text: &str) -> Result<String, String> {
    match percent_decode_str(text).decode_utf8() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err("a percent-encoded part is not UTF-8".to_owned()),
    }
}
