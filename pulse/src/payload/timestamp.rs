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
        read(text)
            .map(Self)
            .ok_or_else(|| TimestampError(text.to_owned()))
    }
}

/// The form of a date-time up to its fraction.
const FORM: &[u8; 19] = b"dddd-dd-ddTdd:dd:dd";

/// Where the decimals end that the library reads: nine, after a dot.
const DECIMALS_END: usize = FORM.len() + 1 + 9;

/// The seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// Reads a date-time of RFC 3339; what it does not name is refused, although the
/// library takes it.
fn read(text: &str) -> Option<jiff::Timestamp> {
    let zone = zone_start(text.as_bytes())?;
    let time: jiff::Timestamp = match zone > DECIMALS_END {
        true => [&text[..DECIMALS_END], &text[zone..]]
            .concat()
            .parse()
            .ok()?,
        false => text.parse().ok()?,
    };
    // The library reads a leap second as the second before, at any time of the
    // day; there is one only at the end of a day in UTC.
    let leap = text.as_bytes()[FORM.len() - 2] == b'6';
    (!leap || time.as_second().rem_euclid(DAY) == DAY - 1).then_some(time)
}

/// Where the zone starts in a text that has the form of a date-time of RFC 3339.
/// The library takes more than that: spaces, commas, shorter and longer offsets.
fn zone_start(text: &[u8]) -> Option<usize> {
    let (head, tail) = text.split_at_checked(FORM.len())?;
    let formed = head.iter().zip(FORM).all(|(&byte, &form)| match form {
        b'd' => byte.is_ascii_digit(),
        form => byte.eq_ignore_ascii_case(&form),
    });
    let zone = fraction_end(tail);
    (formed && is_zone(zone)).then(|| text.len() - zone.len())
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
        [b'+' | b'-', hours @ .., b':', c, d] => {
            let is_hours = matches!(hours, [b'0' | b'1', b'0'..=b'9'] | [b'2', b'0'..=b'3']);
            is_hours && matches!((c, d), (b'0'..=b'5', b'0'..=b'9'))
        }
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
