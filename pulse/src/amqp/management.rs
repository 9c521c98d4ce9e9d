//! RabbitMQ's management HTTP API: `GET /api/queues/{vhost}/{queue}/bindings`, see
//! <https://www.rabbitmq.com/docs/http-api-reference>.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

use super::address::{Address, Protocol};
use super::bindings::{HttpBindings, Source};
use super::http::Request;
use crate::client::{Management, ManagementError};

/// Default ports are those of HTTP, as in any URL.
const HTTP: Protocol = Protocol {
    tls: ("https", 443),
    plain: ("http", 80),
};

impl Management {
    /// RabbitMQ's management HTTP API at `url`, `https://user:secret@host:15671/vhost`.
    ///
    /// `http://` connects without TLS.
    ///
    /// The virtual host is that of the queues, `/` by default. User, secret and virtual
    /// host are percent-encoded. The parameter `cacertfile` names a PEM file of the
    /// certificate authorities to trust; the default is the same as that of
    /// [`Connection::ca_file`](crate::Connection::ca_file), whose file is not used here. No
    /// proxy is used.
    ///
    /// The user needs RabbitMQ's tag `management`, and some permission on the
    /// virtual host. It need not be the user who consumes. On Mozilla's Pulse no
    /// user has the tag: see [`pulse_guardian`](Self::pulse_guardian).
    ///
    /// ```no_run
    /// # async fn example() -> Result<(), taskcluster_pulse::ManagementError> {
    /// use taskcluster_pulse::Management;
    ///
    /// let management = Management::http("https://user:secret@pulse.example.com:15671")?;
    /// for binding in management.bindings("queue/user/pool-watcher").await? {
    ///     println!("{binding}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagementError::Address`], if `url` is not such a URL. It repeats no part of
    /// the URL that could belong to the secret.
    pub fn http(url: &str) -> Result<Self, ManagementError> {
        match parse(url) {
            Ok(bindings) => Ok(Self::new(bindings)),
            Err(reason) => Err(ManagementError::Address {
                reason: format!("{reason}; the form is https://user:secret@host:15671/vhost"),
            }),
        }
    }
}

fn parse(url: &str) -> Result<HttpBindings<RabbitMq>, String> {
    let (address, parameters) = Address::parse(url, &HTTP)?;
    let mut ca_file = None;
    for (name, value) in parameters {
        match name.as_str() {
            "cacertfile" => ca_file = Some(value.into()),
            _ => return Err(format!("unknown parameter {name:?}; known is cacertfile")),
        }
    }
    let source = RabbitMq(address);
    Ok(HttpBindings { source, ca_file })
}

struct RabbitMq(Address);

impl Source for RabbitMq {
    fn address(&self) -> String {
        self.0.describe(&HTTP)
    }

    fn request(&self, queue: &str) -> Request {
        let Self(address) = self;
        let part = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
        let (scheme, port) = address.endpoint(&HTTP);
        let url = format!(
            "{scheme}://{}:{port}/api/queues/{}/{}/bindings",
            address.url_host(),
            part(&address.vhost),
            part(queue)
        );
        Request {
            url,
            authorization: Some(basic(address)),
        }
    }

    fn list<'a>(&self, _queue: &str, answer: &'a Value) -> Result<&'a Vec<Value>, &'static str> {
        answer.as_array().ok_or("it is not a JSON array")
    }
}

/// HTTP's basic authentication, RFC 7617.
fn basic(address: &Address) -> String {
    let pair = format!("{}:{}", address.user, address.secret.expose());
    format!("Basic {}", STANDARD.encode(pair))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, queue: &str) -> Request {
        match parse(url) {
            Ok(bindings) => bindings.source.request(queue),
            Err(reason) => panic!("{url}: {reason}"),
        }
    }

    #[test]
    fn names_are_encoded() {
        for (from, asked) in [
            (
                "https://u:s@host:15671",
                "https://host:15671/api/queues/%2F/",
            ),
            ("https://u:s@host/", "https://host:443/api/queues/%2F/"),
            ("http://u:s@host/a%2Fb", "http://host:80/api/queues/a%2Fb/"),
            ("http://u:s@[::1]:1/v", "http://[::1]:1/api/queues/v/"),
        ] {
            let asked = format!("{asked}queue%2Fu%2F%3F%20%25/bindings");
            assert_eq!(request(from, "queue/u/? %").url, asked, "{from}");
        }
    }

    #[test]
    fn a_user_and_a_secret_of_any_text_log_in() {
        let request = request("http://Aladdin:open%20sesame@host", "q");
        // The example of RFC 7617.
        let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert_eq!(request.authorization.as_deref(), Some(expected));
    }
}
