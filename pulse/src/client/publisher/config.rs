//! A publisher's configuration.

use std::time::Duration;

use crate::client::connection::Connection;
use crate::client::reconnect::Reconnect;

#[derive(Debug)]
pub(super) struct Config {
    pub(super) connection: Connection,
    /// The exchanges to declare on each connection.
    pub(super) exchanges: Vec<&'static str>,
    /// Maximum number of unconfirmed messages.
    pub(super) max_in_flight: usize,
    pub(super) deadline: Duration,
    pub(super) reconnect: Reconnect,
    /// Whether the counters and gauges are exported as metrics.
    pub(super) is_exported: bool,
}

impl Config {
    /// The default configuration.
    pub(super) fn new(connection: Connection) -> Self {
        Self {
            connection,
            exchanges: Vec::new(),
            max_in_flight: 1000,
            deadline: Duration::from_secs(60),
            reconnect: Reconnect::forever(),
            is_exported: true,
        }
    }
}
