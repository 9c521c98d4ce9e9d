//! Dates with times, as Taskcluster writes them.

use std::fmt;
use std::str::FromStr;
use std::time::SystemTime;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::{Serialize, Serializer};

/// A point in time, read from any date-time of RFC 3339 and written as
/// Taskcluster writes it: UTC, three decimals, `Z`.
///
/// Digits beyond the milliseconds are kept for comparing and not written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(jiff::Timestamp);

/// A text that is not a date-time of RFC 3339, or none that Rust can hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a date and time of RFC 3339, such as 2026-01-31T12:00:00.000Z")]
pub struct TimestampError(String);

impl Timestamp {
    /// The time `milliseconds` after the start of 1970 in UTC, or before it
    /// where negative; clamped to the years -9999 to 9999.
    pub fn from_millis(milliseconds: i64) -> Self {
        let clamped = milliseconds.clamp(
            jiff::Timestamp::MIN.as_millisecond(),
            jiff::Timestamp::MAX.as_millisecond(),
        );
        Self(jiff::Timestamp::from_millisecond(clamped).unwrap_or_default())
    }

    /// Milliseconds since the start of 1970 in UTC, negative before it.
    pub fn as_millis(self) -> i64 {
        self.0.as_millisecond()
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        timestamp
            .0
            .try_into()
            .map_err(|_| TimestampError(timestamp.to_string()))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        jiff::Timestamp::try_from(time)
            .map(Self)
            .map_err(|_| TimestampError(format!("{time:?}")))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        if !is_rfc3339(text.as_bytes()) {
            return Err(TimestampError(text.to_owned()));
        }
        text.parse()
            .map(Self)
            .map_err(|_| TimestampError(text.to_owned()))
    }
}

/// Whether `text` has the form that RFC 3339 gives a date-time. The library
/// that reads it takes more than that: spaces, commas, shorter offsets.
fn is_rfc3339(text: &[u8]) -> bool {
    const FORM: &[u8; 19] = b"dddd-dd-ddTdd:dd:dd";
    let Some((head, tail)) = text.split_at_checked(FORM.len()) else {
        return false;
    };
    head.iter().zip(FORM).all(|(&byte, &form)| match form {
        b'd' => byte.is_ascii_digit(),
        form => byte.eq_ignore_ascii_case(&form),
    }) && is_zone(fraction_end(tail))
}

/// What follows the fraction of the seconds, if there is a fraction; the
/// whole of `tail` where there is none, or it has no digit.
fn fraction_end(tail: &[u8]) -> &[u8] {
    match tail.strip_prefix(b".") {
        Some(rest) => match rest.iter().take_while(|byte| byte.is_ascii_digit()).count() {
            0 => tail,
            digits => &rest[digits..],
        },
        None => tail,
    }
}

fn is_zone(zone: &[u8]) -> bool {
    match zone {
        [b'Z' | b'z'] => true,
        [b'+' | b'-', a, b, b':', c, d] => [a, b, c, d].iter().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}", self.0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;
        impl Visitor<'_> for Text {
            type Value = Timestamp;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a date and time of RFC 3339")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Timestamp, E> {
                text.parse().map_err(E::custom)
            }
        }
        deserializer.deserialize_str(Text)
    }
}
