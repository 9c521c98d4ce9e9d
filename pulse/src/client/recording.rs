//! Messages as lines of JSON, to be kept in a file and published again.

use std::fmt;

use serde_core::de::Error;
use serde_json::Value;
use serde_json::value::RawValue;

use super::envelope::Envelope;
use super::transport::{Arrival, Headers, RawMessage};
use crate::payload::Members;
use crate::routing::ROUTE_PREFIX;
use crate::value::RawJson;

const EXCHANGE: &str = "exchange";
const ROUTING_KEY: &str = "routingKey";
const ROUTES: &str = "routes";
const CC: &str = "cc";
const HEADERS: &str = "headers";
const MESSAGE_ID: &str = "messageId";
const TIMESTAMP: &str = "timestamp";
const PAYLOAD: &str = "payload";
const BYTES: &str = "bytes";

impl Envelope {
    /// The message as one line of JSON, without a line break.
    ///
    /// A file of such lines is a recording, as `taskcluster-events listen --record FILE`
    /// writes it.
    ///
    /// ```
    /// use taskcluster_pulse::Envelope;
    ///
    /// let bread = Envelope::new("exchange/bakery/v1/bread", "primary.left", r#"{"n": 1.0}"#);
    /// let line = bread.with_routes(["mail.bob"]).to_json();
    /// assert_eq!(
    ///     line,
    ///     r#"{"exchange":"exchange/bakery/v1/bread","routingKey":"primary.left","routes":["mail.bob"],"payload":{"n": 1.0}}"#,
    /// );
    /// assert_eq!(Envelope::from_json(&line)?.bytes(), br#"{"n": 1.0}"#);
    /// # Ok::<(), taskcluster_pulse::RecordingError>(())
    /// ```
    ///
    /// The properties `routes`, `headers`, `messageId` and `timestamp` (in seconds since
    /// 1970) are present if the message has them. If a key in the `CC` header lacks the
    /// prefix `route.`, `cc` has all of them, unchanged, instead of `routes`. `payload` is
    /// the original text, with spaces for line breaks and tabs. A payload that is not JSON
    /// is written as `bytes` instead, an array of numbers.
    pub fn to_json(&self) -> String {
        let mut line = Line::default();
        line.add(EXCHANGE, &quoted(self.exchange()));
        line.add(ROUTING_KEY, &quoted(self.routing_key()));
        if !self.cc().iter().all(|key| key.starts_with(ROUTE_PREFIX)) {
            line.add(CC, &Value::from(self.cc()));
        } else if self.routes().len() > 0 {
            line.add(ROUTES, &self.routes().collect::<Value>());
        }
        if !self.headers().is_empty() {
            line.add(HEADERS, &Value::Object(self.headers().clone()));
        }
        if let Some(id) = self.message_id() {
            line.add(MESSAGE_ID, &quoted(id));
        }
        if let Some(seconds) = self.timestamp_seconds() {
            line.add(TIMESTAMP, &seconds);
        }
        match serde_json::from_slice::<&RawValue>(self.bytes()) {
            Ok(payload) => line.add(PAYLOAD, &payload.get().replace(['\r', '\n', '\t'], " ")),
            Err(_) => line.add(BYTES, &Value::from(self.bytes())),
        }
        line.end()
    }

    /// Reads a line that [`to_json`](Self::to_json) has written. Unknown properties are
    /// ignored.
    ///
    /// # Errors
    ///
    /// [`RecordingError`], if the text is not such an object.
    pub fn from_json(line: &str) -> Result<Self, RecordingError> {
        read(line).map_err(|source| RecordingError { line: None, source })
    }
}

fn read(line: &str) -> Result<Envelope, serde_json::Error> {
    let mut members: Members = serde_json::from_str(line)?;
    let payload: Option<RawJson> = members.optional(PAYLOAD)?;
    let bytes = match payload {
        Some(payload) => payload.get().as_bytes().to_owned(),
        None => members.required(BYTES)?,
    };
    let mut cc: Vec<String> = members.optional(CC)?.unwrap_or_default();
    let routes: Vec<String> = members.optional(ROUTES)?.unwrap_or_default();
    let prefixed = |route| format!("{ROUTE_PREFIX}{route}");
    cc.extend(routes.iter().map(prefixed));
    let headers: Option<RawJson> = members.optional(HEADERS)?;
    let headers = headers.as_ref().map(read_headers).transpose()?;
    let mut message = RawMessage {
        exchange: members.required(EXCHANGE)?,
        routing_key: members.required(ROUTING_KEY)?,
        cc,
        headers: Headers::new(),
        message_id: members.optional(MESSAGE_ID)?,
        timestamp: members.optional(TIMESTAMP)?,
        bytes,
        mandatory: false,
    };
    for (name, value) in headers.unwrap_or_default() {
        message.set_header(name, value);
    }
    Ok(Envelope::from_arrival(Arrival {
        tag: 0,
        redelivered: false,
        message,
    }))
}

fn read_headers(text: &RawJson) -> Result<Headers, serde_json::Error> {
    match text.exact() {
        Some(Value::Object(headers)) => Ok(headers),
        Some(_) => Err(Error::custom("invalid `headers`: expected an object")),
        None => Err(Error::custom(
            "invalid `headers`: a number is out of range, a text is not Unicode, or they nest \
             too deeply",
        )),
    }
}

/// An object under construction.
#[derive(Default)]
struct Line(String);

impl Line {
    fn add(&mut self, name: &str, value: &dyn fmt::Display) {
        let Self(text) = self;
        text.push(if text.is_empty() { '{' } else { ',' });
        text.push_str(&format!("\"{name}\":{value}"));
    }

    fn end(self) -> String {
        self.0 + "}"
    }
}

fn quoted(text: &str) -> Value {
    Value::from(text)
}

/// The error for a text that is not a recorded message. The reason is its source.
#[derive(Debug)]
pub struct RecordingError {
    /// The number of the line, from 1, in a recording.
    line: Option<usize>,
    source: serde_json::Error,
}

impl RecordingError {
    #[cfg(feature = "memory")]
    pub(crate) fn at(self, line: usize) -> Self {
        let line = Some(line);
        Self { line, ..self }
    }
}

impl fmt::Display for RecordingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        f.write_str("not a recorded message; expected one JSON object on a line, as Envelope::to_json writes it")
    }
}

impl std::error::Error for RecordingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}
