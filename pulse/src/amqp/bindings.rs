//! Sources of a queue's bindings by HTTP: RabbitMQ's management API, and
//! PulseGuardian.

use std::error::Error;
use std::path::PathBuf;
use std::thread::Builder;

use serde_json::Value;
use tokio::sync::oneshot;
use ureq::http::StatusCode;

use super::http::{Request, Response};
use crate::client::management::ListBindings;
use crate::client::transport::BoxFuture;
use crate::client::{ManagementError, QueueBinding};
use crate::json;

/// A service that lists the bindings of a queue.
pub(super) trait Source: Send + Sync + 'static {
    /// The service, the user and the virtual host, without the secret.
    fn address(&self) -> String;

    /// The request for the bindings of `queue`.
    fn request(&self, queue: &str) -> Request;

    /// The list of bindings in the service's answer, each in the form that
    /// RabbitMQ gives it.
    fn list<'a>(&self, queue: &str, answer: &'a Value) -> Result<&'a Vec<Value>, &'static str>;
}

/// A source, and the file of certificate authorities to trust.
pub(super) struct HttpBindings<S> {
    pub(super) source: S,
    pub(super) ca_file: Option<PathBuf>,
}

impl<S: Source> ListBindings for HttpBindings<S> {
    fn address(&self) -> String {
        self.source.address()
    }

    fn bindings<'a>(
        &'a self,
        queue: &'a str,
    ) -> BoxFuture<'a, Result<Vec<QueueBinding>, ManagementError>> {
        let (request, ca_file) = (self.source.request(queue), self.ca_file.clone());
        Box::pin(async move {
            let (done, response) = oneshot::channel();
            // A thread, because a runtime that shuts down would wait for a blocking task.
            let get = move || done.send(request.get(ca_file.as_deref()));
            let thread = Builder::new().name("management".to_owned()).spawn(get);
            match (thread, response.await) {
                (Ok(_), Ok(Ok(response))) => self.read(queue, &response),
                (Ok(_), Ok(Err(error))) => Err(self.unreachable(error)),
                (Ok(_), Err(panicked)) => Err(self.unreachable(panicked)),
                (Err(error), _) => Err(self.unreachable(error)),
            }
        })
    }
}

impl<S: Source> HttpBindings<S> {
    fn unreachable(&self, error: impl Error + Send + Sync + 'static) -> ManagementError {
        ManagementError::Unreachable {
            address: self.source.address(),
            source: error.into(),
        }
    }

    fn not_found(&self, queue: &str) -> ManagementError {
        ManagementError::NotFound {
            address: self.source.address(),
            queue: queue.to_owned(),
        }
    }

    fn unexpected(&self, reason: String, source: Option<serde_json::Error>) -> ManagementError {
        ManagementError::Answer {
            address: self.source.address(),
            reason,
            source: source.map(Into::into),
        }
    }

    fn read(&self, queue: &str, response: &Response) -> Result<Vec<QueueBinding>, ManagementError> {
        match response.status {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return Err(ManagementError::Login {
                    address: self.source.address(),
                    reason: reason(&response.body),
                });
            }
            StatusCode::NOT_FOUND => return Err(self.not_found(queue)),
            status => return Err(self.unexpected(format!("the status is {status}"), None)),
        }
        let answer = json::parse(&response.body)
            .map_err(|error| self.unexpected("it is not JSON".to_owned(), Some(error)))?;
        let bindings = self
            .parse(queue, &answer.value)
            .map_err(|reason| self.unexpected(reason, None))?;
        // Every queue has a binding to the default exchange, which has no name. Both
        // services return an empty list if the queue does not exist.
        if bindings.is_empty() {
            return Err(self.not_found(queue));
        }
        let named = |binding: &QueueBinding| !binding.exchange.is_empty();
        Ok(bindings.into_iter().filter(named).collect())
    }

    fn parse(&self, queue: &str, answer: &Value) -> Result<Vec<QueueBinding>, String> {
        let list = self.source.list(queue, answer)?;
        list.iter().map(|listed| binding(queue, listed)).collect()
    }
}

/// The reason that RabbitMQ gives for a refusal.
fn reason(body: &[u8]) -> String {
    let answer = json::parse(body).map_or(Value::Null, |answer| answer.value);
    match answer.get("reason").and_then(Value::as_str) {
        Some(reason) => reason.to_owned(),
        None => "without a reason".to_owned(),
    }
}

fn binding(queue: &str, listed: &Value) -> Result<QueueBinding, String> {
    let text = |member: &str| match listed.get(member).and_then(Value::as_str) {
        Some(text) => Ok(text.to_owned()),
        None => Err(format!("a binding has no text {member:?}")),
    };
    // Listed bindings may be removed, so they must be of this queue.
    if text("destination").is_ok_and(|destination| destination != queue) {
        return Err("it lists a binding of another queue".to_owned());
    }
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

    #[test]
    fn arguments_are_seen_in_every_form() {
        for (arguments, has_arguments) in [
            ("", false),
            (r#", "arguments": {}"#, false),
            (r#", "arguments": []"#, false),
            (r#", "arguments": {"x-match": "all"}"#, true),
        ] {
            let listed = format!(r#"{{"source": "e", "routing_key": "k" {arguments}}}"#);
            let listed = serde_json::from_str(&listed).expect("JSON");
            let binding = binding("q", &listed).expect("a binding");
            assert_eq!(binding.has_arguments, has_arguments, "{arguments}");
        }
    }
}
