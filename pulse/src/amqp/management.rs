//! RabbitMQ's management HTTP API, as far as it tells the bindings of a queue:
//! `GET /api/queues/{vhost}/{queue}/bindings`, see
//! <https://www.rabbitmq.com/docs/http-api-reference>.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use ureq::http::{StatusCode, header::AUTHORIZATION};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use super::credentials::{Credentials, Protocol};
use crate::client::management::ListBindings;
use crate::client::transport::BoxFuture;
use crate::client::{Management, ManagementError, QueueBinding};

/// How long the whole answer may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// The ports are those that the plugin listens on unless it is told otherwise.
const HTTP: Protocol = Protocol {
    tls: ("https", 15671),
    plain: ("http", 15672),
    other_scheme: "it begins with neither https:// nor http://",
};

impl Management {
    /// RabbitMQ's management HTTP API at `url`,
    /// `https://user:secret@host:15671/vhost`, with TLS; `http://` goes without.
    /// The virtual host is the one of the queues; without one it is `/`. Without
    /// a port it is that of the scheme, as in any URL.
    ///
    /// The user needs the tag `management`, and some right to the virtual host.
    /// It need not be the user who consumes. No proxy is used, whatever the
    /// environment says: AMQP uses none.
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
    /// [`ManagementError::Address`], where `url` is no such URL.
    pub fn http(url: &str) -> Result<Self, ManagementError> {
        let credentials = parse(url).map_err(|problem| ManagementError::Address { problem })?;
        Ok(credentials.into())
    }
}

fn parse(url: &str) -> Result<Credentials, &'static str> {
    let mut credentials = Credentials::parse(url, &HTTP)?;
    let usual = if credentials.tls { 443 } else { 80 };
    credentials.port.get_or_insert(usual);
    // `https://host/` and `https://host` are one; to AMQP they are two.
    if credentials.vhost.is_empty() {
        credentials.vhost.push('/');
    }
    Ok(credentials)
}

impl From<Credentials> for Management {
    /// The management HTTP API of the RabbitMQ at this host: on its own usual
    /// port, 15671, or 15672 without TLS, unless another is set.
    fn from(credentials: Credentials) -> Self {
        Self::new(ManagementApi(Arc::new(credentials)))
    }
}

struct ManagementApi(Arc<Credentials>);

impl ListBindings for ManagementApi {
    fn address(&self) -> String {
        self.0.address(&HTTP)
    }

    fn bindings<'a>(
        &'a self,
        queue: &'a str,
    ) -> BoxFuture<'a, Result<Vec<QueueBinding>, ManagementError>> {
        let (credentials, name) = (Arc::clone(&self.0), queue.to_owned());
        Box::pin(async move {
            // It fails when the HTTP client panics or the runtime shuts down.
            tokio::task::spawn_blocking(move || ask(&credentials, &name))
                .await
                .unwrap_or_else(|error| Err(Problem::NoAnswer(error.to_string())))
                .map_err(|problem| problem.at(self.address(), queue))
        })
    }
}

/// What went wrong, before it is said where.
enum Problem {
    NoAnswer(String),
    Login(String),
    NotFound,
    Answer(String),
}

impl Problem {
    fn at(self, address: String, queue: &str) -> ManagementError {
        match self {
            Self::NoAnswer(reason) => ManagementError::Unreachable { address, reason },
            Self::Login(reason) => ManagementError::Login { address, reason },
            Self::NotFound => ManagementError::NotFound {
                address,
                queue: queue.to_owned(),
            },
            Self::Answer(reason) => ManagementError::Answer { address, reason },
        }
    }
}

impl From<ureq::Error> for Problem {
    fn from(error: ureq::Error) -> Self {
        Self::NoAnswer(error.to_string())
    }
}

fn ask(credentials: &Credentials, queue: &str) -> Result<Vec<QueueBinding>, Problem> {
    let mut response = agent()
        .get(url(credentials, queue))
        .header(AUTHORIZATION, authorization(credentials))
        .call()?;
    let body = response.body_mut().read_to_vec()?;
    match response.status() {
        StatusCode::OK => bindings(&body),
        StatusCode::UNAUTHORIZED => Err(Problem::Login(reason(&body))),
        StatusCode::NOT_FOUND => Err(Problem::NotFound),
        status => Err(Problem::Answer(format!("it answers {status}"))),
    }
}

fn agent() -> ureq::Agent {
    let certificates: Vec<_> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|certificate| Certificate::from_der(certificate).to_owned())
        .collect();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&certificates))
        .unversioned_rustls_crypto_provider(provider)
        .build();
    ureq::Agent::config_builder()
        .tls_config(tls)
        .proxy(None)
        .timeout_global(Some(TIMEOUT))
        // What to do about a status, and about another address, is said here.
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .build()
        .new_agent()
}

fn url(credentials: &Credentials, queue: &str) -> String {
    let part = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let (scheme, port) = credentials.endpoint(&HTTP);
    format!(
        "{scheme}://{}:{port}/api/queues/{}/{}/bindings",
        credentials.url_host(),
        part(&credentials.vhost),
        part(queue)
    )
}

/// HTTP's basic authentication, RFC 7617.
fn authorization(credentials: &Credentials) -> String {
    let pair = format!("{}:{}", credentials.user, credentials.secret);
    format!("Basic {}", STANDARD.encode(pair))
}

/// Why the API refuses, in its own words.
fn reason(body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    match answer.get("reason").and_then(Value::as_str) {
        Some(reason) => reason.to_owned(),
        None => "it does not say why".to_owned(),
    }
}

fn bindings(body: &[u8]) -> Result<Vec<QueueBinding>, Problem> {
    let mut bindings = list(body).map_err(Problem::Answer)?;
    // Every queue has a binding to the default exchange, which has no name.
    // RabbitMQ 3.10 lists nothing on a virtual host that doesn't exist.
    if bindings.is_empty() {
        return Err(Problem::NotFound);
    }
    bindings.retain(|binding| !binding.exchange.is_empty());
    Ok(bindings)
}

fn list(body: &[u8]) -> Result<Vec<QueueBinding>, String> {
    let answer: Value =
        serde_json::from_slice(body).map_err(|error| format!("it is no JSON, {error}"))?;
    let list = answer.as_array().ok_or("it is no JSON array")?;
    list.iter().map(binding).collect()
}

fn binding(listed: &Value) -> Result<QueueBinding, String> {
    let text = |member: &str| match listed.get(member).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("a binding has no text {member:?}")),
    };
    Ok(QueueBinding {
        exchange: text("source")?,
        routing_key: text("routing_key")?,
        has_arguments: !is_empty(listed.get("arguments")),
    })
}

/// Whether there are no arguments; old versions write an empty table as `[]`.
fn is_empty(arguments: Option<&Value>) -> bool {
    match arguments {
        None | Some(Value::Null) => true,
        Some(Value::Object(members)) => members.is_empty(),
        Some(Value::Array(elements)) => elements.is_empty(),
        Some(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn api(url: &str) -> Credentials {
        parse(url).unwrap_or_else(|problem| panic!("{url}: {problem}"))
    }

    #[test]
    fn what_is_asked_for_is_encoded_whatever_it_holds() {
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
            assert_eq!(url(&api(from), "queue/u/? %"), asked, "{from}");
        }
    }

    #[test]
    fn the_parts_are_at_the_usual_port_of_the_api() {
        let parts = Credentials::new("host", "user", "hush");
        let text = format!("{:?}", Management::from(parts.clone()));
        assert!(text.contains("https://user@host:15671 "), "{text}");
        let text = format!("{:?}", Management::from(parts.without_tls()));
        assert!(text.contains("http://user@host:15672 "), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }

    #[test]
    fn a_refused_address_is_not_repeated() {
        for url in [
            "user:hush@host",
            "amqps://user:hush@host",
            "https://user:hush@",
            "https://user:hush@[::1/",
            "https://user:hush@host:port",
        ] {
            let Err(error) = Management::http(url) else {
                panic!("{url:?} was taken");
            };
            let text = format!("{error} {error:?}");
            assert!(!text.contains("hush"), "{url:?}: {text}");
        }
    }

    #[test]
    fn a_user_and_a_secret_of_any_text_log_in() {
        let credentials = api("http://Aladdin:open%20sesame@host");
        // The example of RFC 7617.
        let expected = "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==";
        assert_eq!(authorization(&credentials), expected);
    }

    #[test]
    fn arguments_are_seen_in_every_form() {
        let listed = |arguments| {
            let listed = format!(r#"[{{"source": "e", "routing_key": "k" {arguments}}}]"#);
            list(listed.as_bytes())
        };
        for (arguments, has_arguments) in [
            ("", false),
            (r#", "arguments": {}"#, false),
            (r#", "arguments": []"#, false),
            (r#", "arguments": {"x-match": "all"}"#, true),
        ] {
            let binding = QueueBinding {
                exchange: "e".to_owned(),
                routing_key: "k".to_owned(),
                has_arguments,
            };
            assert_eq!(listed(arguments), Ok(vec![binding]), "{arguments}");
        }
    }
}
