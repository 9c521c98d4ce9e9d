//! Points in time, printed in Taskcluster's form.

mod canonical;
#[cfg(feature = "chrono")]
mod chrono;

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use ::chrono::{DateTime, Datelike, FixedOffset, Offset, SecondsFormat, TimeDelta, Timelike, Utc};
use serde_core::de::{Deserialize, Deserializer, Error, Visitor};
use serde_core::{Serialize, Serializer};

use canonical::Canonical;

/// A point in time, parsed from any date-time of RFC 3339 and printed in Taskcluster's
/// form: UTC, three decimals, `Z`.
///
/// A time that is not a whole millisecond is printed with six or nine decimals, so
/// that parsing the text gives the same time. Digits beyond the nanosecond are lost.
///
/// ```
/// use taskcluster_pulse::Timestamp;
///
/// let time: Timestamp = "2026-01-31T13:00:00+01:00".parse()?;
/// assert_eq!(time.to_string(), "2026-01-31T12:00:00.000Z");
///
/// let exact: Timestamp = "2026-01-31T12:00:00.123456Z".parse()?;
/// assert_eq!(exact.to_string(), "2026-01-31T12:00:00.123456Z");
/// # Ok::<(), taskcluster_pulse::TimestampError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// The error of a text that is not a date-time of RFC 3339, or of a time outside the
/// years 0 to 9999.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimestampError(String);

impl fmt::Display for TimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text) = self;
        write!(
            f,
            "{text:?} is not a date and time of RFC 3339, such as 2026-01-31T12:00:00.000Z"
        )
    }
}

impl std::error::Error for TimestampError {}

/// The first and the last millisecond of the years 0 to 9999, since 1970.
const WRITABLE: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl Timestamp {
    /// The time `milliseconds` after the start of 1970 in UTC, or before it if
    /// negative; clamped to the years 0 to 9999.
    pub fn from_millis(milliseconds: i64) -> Self {
        let clamped = milliseconds.clamp(*WRITABLE.start(), *WRITABLE.end());
        Self(DateTime::from_timestamp_millis(clamped).unwrap_or_default())
    }

    /// Milliseconds since the start of 1970 in UTC, negative before it.
    pub fn as_millis(self) -> i64 {
        self.0.timestamp_millis()
    }
}

impl TryFrom<Timestamp> for SystemTime {
    type Error = TimestampError;

    fn try_from(timestamp: Timestamp) -> Result<Self, TimestampError> {
        let since = timestamp.0.signed_duration_since(DateTime::UNIX_EPOCH);
        match since.to_std() {
            Ok(since) => UNIX_EPOCH.checked_add(since),
            Err(_) => UNIX_EPOCH.checked_sub(since.abs().to_std().unwrap_or_default()),
        }
        .ok_or_else(|| TimestampError(timestamp.to_string()))
    }
}

impl TryFrom<SystemTime> for Timestamp {
    type Error = TimestampError;

    fn try_from(time: SystemTime) -> Result<Self, TimestampError> {
        let since = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => TimeDelta::from_std(after),
            Err(before) => TimeDelta::from_std(before.duration()).map(|since| -since),
        };
        since
            .ok()
            .and_then(|since| DateTime::UNIX_EPOCH.checked_add_signed(since))
            .filter(|time| WRITABLE.contains(&time.timestamp_millis()))
            .map(Self)
            .ok_or_else(|| TimestampError(format!("{time:?}")))
    }
}

impl FromStr for Timestamp {
    type Err = TimestampError;

    fn from_str(text: &str) -> Result<Self, TimestampError> {
        parse(text)
            .map(Self)
            .ok_or_else(|| TimestampError(text.to_owned()))
    }
}

/// The index of the `T` in RFC 3339; chrono accepts a space as well.
const SEPARATOR: usize = "2026-01-31".len();

/// The seconds of a day.
const DAY: i64 = 24 * 60 * 60;

/// Parses a date-time of RFC 3339.
fn parse(text: &str) -> Option<DateTime<Utc>> {
    canonical::parse(text).or_else(|| parse_any_form(text))
}

/// Parses a date-time of RFC 3339 in any form.
///
/// chrono accepts more than the RFC: a space before the time, a minus sign that is
/// not ASCII, and a leap second in any minute. Those are `None`.
fn parse_any_form(text: &str) -> Option<DateTime<Utc>> {
    if !text.is_ascii() || text.as_bytes().get(SEPARATOR) == Some(&b' ') {
        return None;
    }
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    has_second(time).then_some(time)
}

/// Whether `time` is in a second that exists: chrono knows leap seconds in any minute, but
/// there is one only at the end of a day.
fn has_second(time: DateTime<Utc>) -> bool {
    let is_leap = time.timestamp_subsec_nanos() >= 1_000_000_000;
    !is_leap || time.timestamp().rem_euclid(DAY) == DAY - 1
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = Canonical::new(self.0) {
            return f.pad(text.as_str());
        }
        let decimals = match self.0.nanosecond().is_multiple_of(1_000_000) {
            true => SecondsFormat::Millis,
            // chrono chooses 3, 6 or 9 decimals; for a whole second it would choose none.
            false => SecondsFormat::AutoSi,
        };
        let year = self.0.year();
        f.pad(&match (0..=9999).contains(&year) {
            true => self.0.to_rfc3339_opts(decimals, true),
            false => {
                let local = self.0.with_timezone(&far_zone(year));
                local.to_rfc3339_opts(decimals, false)
            }
        })
    }
}

/// The offset with which a time outside the years 0 to 9999 is printed.
///
/// RFC 3339 has four digits for the year. A time that was parsed in one of these years
/// can be up to a day outside of them in UTC; printed with the largest offset of RFC
/// 3339, its year is within them.
fn far_zone(year: i32) -> FixedOffset {
    let minutes = match year {
        ..0 => 24 * 60 - 1,
        _ => 1 - 24 * 60,
    };
    FixedOffset::east_opt(minutes * 60).unwrap_or(Utc.fix())
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match Canonical::new(self.0) {
            Some(text) => serializer.serialize_str(text.as_str()),
            None => serializer.collect_str(self),
        }
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
