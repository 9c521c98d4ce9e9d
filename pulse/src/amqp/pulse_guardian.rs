//! PulseGuardian, which manages the users and queues of Mozilla's Pulse:
//! `GET /queue/{queue}/bindings`, without a login.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use url::Url;

use super::bindings::{HttpBindings, Source};
use super::http::Request;
use crate::client::{Management, ManagementError};

impl Management {
    /// The PulseGuardian at `url`, such as `https://pulseguardian.mozilla.org`.
    ///
    /// It lists the bindings of any queue of its Pulse, without a login.
    ///
    /// ```
    /// # fn example() -> Result<(), taskcluster_pulse::ManagementError> {
    /// use taskcluster_pulse::Management;
    ///
    /// let management = Management::pulse_guardian("https://pulseguardian.mozilla.org")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`ManagementError::Address`], if `url` is not an HTTP URL, or has a user, a secret
    /// or parameters.
    pub fn pulse_guardian(url: &str) -> Result<Self, ManagementError> {
        match parse(url) {
            Ok(source) => Ok(Self::new(HttpBindings {
                source,
                ca_file: None,
            })),
            Err(reason) => Err(ManagementError::Address {
                reason: format!("{reason}; the form is https://host"),
            }),
        }
    }
}

/// The address up to its path, without a `/` at the end.
struct PulseGuardian(String);

fn parse(url: &str) -> Result<PulseGuardian, String> {
    // The URL parser ignores white space.
    if url.contains(|character: char| character.is_whitespace() || character.is_control()) {
        return Err("it has white space or a control character".to_owned());
    }
    let url = Url::parse(url).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "https" | "http") {
        return Err("it begins with neither https:// nor http://".to_owned());
    }
    if url.as_str().contains(['@', '?', '#']) {
        return Err(
            "PulseGuardian takes neither a login nor parameters, so leave them out".to_owned(),
        );
    }
    Ok(PulseGuardian(url.as_str().trim_end_matches('/').to_owned()))
}

impl Source for PulseGuardian {
    fn address(&self) -> String {
        format!("PulseGuardian at {}", self.0)
    }

    fn request(&self, queue: &str) -> Request {
        // The slashes of a queue's name are not encoded.
        let words: Vec<String> = queue
            .split('/')
            .map(|word| utf8_percent_encode(word, NON_ALPHANUMERIC).to_string())
            .collect();
        Request {
            url: format!("{}/queue/{}/bindings", self.0, words.join("/")),
            authorization: None,
        }
    }

    fn list<'a>(&self, queue: &str, answer: &'a Value) -> Result<&'a Vec<Value>, &'static str> {
        if answer.get("queue_name").and_then(Value::as_str) != Some(queue) {
            return Err("it does not name the queue in \"queue_name\"");
        }
        answer
            .get("bindings")
            .and_then(Value::as_array)
            .ok_or("it has no array \"bindings\"")
    }
}
