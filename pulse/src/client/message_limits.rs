//! The limits of AMQP and Taskcluster for the parts of a message.

use serde_json::Value;

use super::transport::{Headers, RawMessage, TooLong, TransportError, Unsendable, code};
use crate::routing::MAX_SHORT_STRING_BYTES;

/// The headers with further keys by which a message is routed. The broker removes the second.
pub(crate) const CC: &str = "CC";
pub(crate) const BCC: &str = "BCC";

/// The media type of every message.
pub(crate) const CONTENT_TYPE: &str = "application/json";

/// Maximum number of routes of a message in Taskcluster.
pub(crate) const MAX_ROUTES: usize = 64;

/// Maximum number of tables and arrays within each other, the table of all headers
/// included. lapin and this crate read them by recursion, and a stack that overflows ends
/// the process, so a consumer closes its connection at a message with more.
pub(crate) const MAX_HEADER_LEVELS: usize = 64;

impl RawMessage {
    /// Sets a header. The keys in an array `CC` are kept apart from other headers; a broker
    /// routes by no other value in it.
    pub(crate) fn set_header(&mut self, name: String, value: Value) {
        match value {
            Value::Array(keys) if name == CC => {
                let keys = keys.iter().filter_map(Value::as_str);
                self.cc = keys.map(str::to_owned).collect();
                self.headers.remove(CC);
            }
            value => drop(self.headers.insert(name, value)),
        }
    }

    /// Checks the lengths of names, the size of the frame that has everything but the
    /// body, the types of headers for routes, and how deeply headers are nested. A broker, or
    /// each consumer, would close the channel or the connection because of them, with every
    /// message on it.
    pub(crate) fn check(&self, frame_max: usize) -> Result<(), Unsendable> {
        let is_other = |name: &&str| self.headers.get(*name).is_some_and(|it| !it.is_array());
        // Routes take the place of another `CC`.
        let cc = self.cc.is_empty().then_some(CC);
        if let Some(header) = cc.into_iter().chain([BCC]).find(is_other) {
            return Err(Unsendable::NotRoutes { header });
        }
        match table_levels(&self.headers) {
            0..=MAX_HEADER_LEVELS => Ok(self.check_lengths(frame_max)?),
            levels => Err(Unsendable::TooDeep { levels }),
        }
    }

    fn check_lengths(&self, frame_max: usize) -> Result<(), TooLong> {
        check_name("the exchange's name", &self.exchange)?;
        check_name("the routing key", &self.routing_key)?;
        if let Some(id) = &self.message_id {
            check_name("the message id", id)?;
        }
        check_names(&self.headers)?;
        let bytes = self.header_frame_bytes();
        if bytes <= frame_max {
            return Ok(());
        }
        Err(TooLong {
            part: "the frame of headers and routes".to_owned(),
            bytes,
            limit: frame_max,
            advice: "shorten them, or raise frame_max here and at the broker",
        })
    }

    /// The size of the message's content header frame, in bytes.
    pub(crate) fn header_frame_bytes(&self) -> usize {
        // Type, channel, size and end of the frame; class, weight, size of the body and
        // flags; the delivery mode.
        const FIXED: usize = (1 + 2 + 4 + 1) + (2 + 2 + 8 + 2) + 1;
        let id = self.message_id.as_ref().map_or(0, |id| 1 + id.len());
        let timestamp = self.timestamp.map_or(0, |_| 8);
        // The number of a mandatory message has at most 20 digits.
        let number = if self.mandatory { 1 + 20 } else { 0 };
        FIXED + 1 + CONTENT_TYPE.len() + id + timestamp + number + self.headers_bytes()
    }

    fn headers_bytes(&self) -> usize {
        let routes: usize = self.cc.iter().map(|route| 1 + 4 + route.len()).sum();
        let cc = match self.cc.is_empty() {
            true => 0,
            false => 1 + CC.len() + 1 + 4 + routes,
        };
        match self.headers.is_empty() && self.cc.is_empty() {
            true => 0,
            false => table_bytes(&self.headers) + cc,
        }
    }
}

impl From<TooLong> for Unsendable {
    fn from(error: TooLong) -> Self {
        Self::TooLong(error)
    }
}

impl From<Unsendable> for TransportError {
    fn from(error: Unsendable) -> Self {
        match error {
            Unsendable::TooLong(error) => error.into(),
            Unsendable::TooDeep { levels } => Self::coded(
                code::PRECONDITION_FAILED,
                format!("its headers have {levels} levels, and {MAX_HEADER_LEVELS} are allowed"),
            ),
            Unsendable::NotRoutes { header } => Self::coded(
                code::PRECONDITION_FAILED,
                format!("its header {header} is not an array"),
            ),
        }
    }
}

impl From<TooLong> for TransportError {
    /// The error of a request that the broker refuses, which affects one message only.
    fn from(error: TooLong) -> Self {
        let TooLong {
            part, bytes, limit, ..
        } = error;
        let reason = format!("{part} has {bytes} bytes, and AMQP allows {limit}");
        Self::coded(code::PRECONDITION_FAILED, reason)
    }
}

/// Checks the length of a short string of AMQP, whose length is one byte.
pub(crate) fn check_name(part: &str, name: &str) -> Result<(), TooLong> {
    check_name_of(|| part.to_owned(), name)
}

/// The same; `part` is called only for a name that is too long.
fn check_name_of(part: impl FnOnce() -> String, name: &str) -> Result<(), TooLong> {
    match name.len() {
        0..=MAX_SHORT_STRING_BYTES => Ok(()),
        bytes => Err(TooLong {
            part: part(),
            bytes,
            limit: MAX_SHORT_STRING_BYTES,
            advice: "shorten it",
        }),
    }
}

/// Checks the names in a table of headers, and in the tables within it.
fn check_names(headers: &Headers) -> Result<(), TooLong> {
    headers.iter().try_for_each(|(name, value)| {
        let part = || {
            let start: String = name.chars().take(20).collect();
            format!("the name of header {start:?}...")
        };
        check_name_of(part, name)?;
        check_names_in(value)
    })
}

fn check_names_in(value: &Value) -> Result<(), TooLong> {
    match value {
        Value::Array(values) => values.iter().try_for_each(check_names_in),
        Value::Object(table) => check_names(table),
        _ => Ok(()),
    }
}

/// How many tables and arrays are within each other.
fn table_levels(table: &Headers) -> usize {
    1 + table.values().map(value_levels).max().unwrap_or(0)
}

fn value_levels(value: &Value) -> usize {
    match value {
        Value::Array(values) => 1 + values.iter().map(value_levels).max().unwrap_or(0),
        Value::Object(table) => table_levels(table),
        _ => 0,
    }
}

fn table_bytes(table: &Headers) -> usize {
    let member = |(name, value): (&String, &Value)| header_bytes(name, value);
    4 + table.iter().map(member).sum::<usize>()
}

/// The size of one header, in bytes.
pub(crate) fn header_bytes(name: &str, value: &Value) -> usize {
    1 + name.len() + value_bytes(value)
}

/// The size of a value in a table, in bytes, including the byte of its type.
fn value_bytes(value: &Value) -> usize {
    1 + match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 8,
        Value::String(text) => 4 + text.len(),
        Value::Array(values) => 4 + values.iter().map(value_bytes).sum::<usize>(),
        Value::Object(table) => table_bytes(table),
    }
}
