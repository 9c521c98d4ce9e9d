//! Conversions from and to the times of `chrono`, for the feature `chrono`.

use chrono::{DateTime, Utc};

use super::{Timestamp, TimestampError, WRITABLE, has_second};

impl From<Timestamp> for DateTime<Utc> {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.0
    }
}

impl TryFrom<DateTime<Utc>> for Timestamp {
    type Error = TimestampError;

    /// Fails outside of the years 0 to 9999, because Taskcluster's form has four digits, and
    /// in a leap second that is not the last second of a day.
    fn try_from(time: DateTime<Utc>) -> Result<Self, TimestampError> {
        match WRITABLE.contains(&time.timestamp_millis()) && has_second(time) {
            true => Ok(Self(time)),
            false => Err(TimestampError(time.to_string())),
        }
    }
}
