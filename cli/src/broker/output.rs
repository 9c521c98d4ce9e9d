//! Messages on the terminal.

use serde_json::Value;
use taskcluster_documents::chain;
use taskcluster_documents::text::escape_json;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{Envelope, RawJson, Reconnecting};

use super::filter;
use crate::printed::print_error;
use crate::terminal;

/// The format of a printed message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Style {
    /// A line with the exchange and the routing key.
    #[default]
    Line,
    /// That line, and the payload indented.
    Pretty,
    /// A line of JSON, as in a recording.
    Json,
}

/// The format of printed messages.
#[derive(Debug, clap::Args)]
#[group(multiple = false)]
pub(super) struct StyleArgs {
    /// Print the payload, too, indented
    #[arg(long)]
    pretty: bool,

    /// Print each message as a line of JSON
    #[arg(long)]
    json: bool,
}

impl StyleArgs {
    pub(super) fn style(&self) -> Style {
        match self {
            Self { json: true, .. } => Style::Json,
            Self { pretty: true, .. } => Style::Pretty,
            _ => Style::Line,
        }
    }
}

impl Style {
    /// The message in this style, with a line break at the end.
    pub(super) fn text(self, envelope: &Envelope) -> String {
        match self {
            Self::Line => line(envelope),
            Self::Pretty => line(envelope) + &indented(envelope),
            Self::Json => escape_json(&(envelope.to_json() + "\n")),
        }
    }
}

/// The exchange, the entries of the routing key, and the routes of a message.
pub(super) fn line(envelope: &Envelope) -> String {
    let mut parts = Vec::new();
    match EXCHANGES.find(envelope.exchange()) {
        Ok(exchange) => {
            parts.push(exchange.short_name());
            let entries = filter::entries(exchange, envelope.routing_key());
            let set = entries.filter(|(entry, word)| entry.constant.is_none() && word != "_");
            parts.extend(set.map(|(entry, word)| format!("{}={word}", entry.name)));
        }
        Err(_) => parts.extend([envelope.exchange(), envelope.routing_key()].map(str::to_owned)),
    }
    parts.extend(envelope.routes().map(|route| format!("route={route}")));
    terminal::lines(&parts.join(" ").replace('\n', r"\n")) + "\n"
}

/// The payload indented; or on one line, if only its text has all that it says.
pub(super) fn indented(envelope: &Envelope) -> String {
    let bytes = envelope.bytes();
    let text: RawJson = match serde_json::from_slice(bytes) {
        Ok(text) => text,
        Err(error) => return format!("({} bytes that are not JSON: {error})\n", bytes.len()),
    };
    escape_json(&match text.parse::<Value>() {
        Ok(payload) => format!("{payload:#}\n"),
        Err(_) => text.get().replace(['\r', '\n', '\t'], " ") + "\n",
    })
}

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    Valid,
    Invalid,
    /// The exchange is none of Taskcluster's, so that its schema is not known.
    UnknownExchange,
}

/// Checks the payload of a message against the schema of its exchange, and prints
/// violations on standard error, after `place`, in which the message is, if it is in a file.
pub(super) fn check(envelope: &Envelope, place: &str) -> Checked {
    let Ok(exchange) = EXCHANGES.find(envelope.exchange()) else {
        return Checked::UnknownExchange;
    };
    let mut payload = exchange.new_payload_object();
    let Err(error) = payload.decode_strict(envelope.bytes()) else {
        return Checked::Valid;
    };
    let mut text = format!("{place}invalid: {}", line(envelope));
    for error in chain(&error) {
        // The violations of a schema are a line each.
        let lines = error.to_string();
        text.extend(lines.lines().map(|line| format!("  {line}\n")));
    }
    print_error(&text);
    Checked::Invalid
}

/// The warning that a message is not checked.
pub(super) fn unknown_exchange(envelope: &Envelope) -> String {
    let exchange = terminal::part(envelope.exchange());
    format!("{exchange}: none of Taskcluster's exchanges, so its messages are not checked")
}

/// The report that a connection failed or was lost.
pub(super) fn reconnecting(next: &Reconnecting) -> String {
    let seconds = next.delay.as_secs_f64();
    let reasons = chain(&*next.error).map(|it| terminal::part(&it.to_string()));
    let reason = reasons.collect::<Vec<_>>().join(": ");
    format!("no connection: {reason}; trying again in {seconds:.1} s\n")
}
