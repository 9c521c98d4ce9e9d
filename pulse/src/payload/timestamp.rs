//! Dates with times, as Taskcluster writes them.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::format::{Fixed, Item, Numeric, Pad};
use chrono::{DateTime, Datelike, FixedOffset, Offset, TimeDelta, Utc};
use serde_core::de::{Deserialize, Deserializer, Error, Visitor};
use serde_core::{Serialize, Serializer};

/// A point in time, read from any date-time of RFC 3339 and written as
/// Taskcluster writes it: UTC, three decimals, `Z`.
///
/// Digits beyond the milliseconds are kept for comparing and not written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(DateTime<Utc>);

/// A text that is not a date-time of RFC 3339, or none that Rust can hold.
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

/// The first and the last millisecond that Taskcluster's form has digits for.
const WRITABLE: RangeInclusive<i64> = -62_167_219_200_000..=253_402_300_799_999;

impl Timestamp {
    /// The time `milliseconds` after the start of 1970 in UTC, or before it
    /// where negative; clamped to the years 0 to 9999.
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
        read(text)
            .map(Self)
            .ok_or_else(|| TimestampError(text.to_owned()))
    }
}

/// Where RFC 3339 has a `T`; the library takes a space as well.
const SEPARATOR: usize = "2026-01-31".len();

/// The seconds in a day.
const DAY: i64 = 24 * 60 * 60;

/// Reads a date-time of RFC 3339; what it does not name is refused, although the
/// library takes it: a space before the time, a minus sign that is not ASCII, a
/// leap second at any minute. There is one only at the end of a day in UTC.
fn read(text: &str) -> Option<DateTime<Utc>> {
    if !text.is_ascii() || text.as_bytes().get(SEPARATOR) == Some(&b' ') {
        return None;
    }
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    let leap = time.timestamp_subsec_nanos() >= 1_000_000_000;
    (!leap || time.timestamp().rem_euclid(DAY) == DAY - 1).then_some(time)
}

/// Whether `text` is a date-time of RFC 3339.
pub(super) fn is_timestamp(text: &str) -> bool {
    read(text).is_some()
}

/// A date and time of RFC 3339 with three decimals, without its zone.
const FORM: [Item<'static>; 12] = [
    Item::Numeric(Numeric::Year, Pad::Zero),
    Item::Literal("-"),
    Item::Numeric(Numeric::Month, Pad::Zero),
    Item::Literal("-"),
    Item::Numeric(Numeric::Day, Pad::Zero),
    Item::Literal("T"),
    Item::Numeric(Numeric::Hour, Pad::Zero),
    Item::Literal(":"),
    Item::Numeric(Numeric::Minute, Pad::Zero),
    Item::Literal(":"),
    Item::Numeric(Numeric::Second, Pad::Zero),
    Item::Fixed(Fixed::Nanosecond3),
];

/// Takes no memory, as a form with a zone would: a check looks at times as they are
/// written.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let year = self.0.year();
        if (0..=9999).contains(&year) {
            let utc = self.0.naive_utc();
            utc.format_with_items(FORM.iter()).write_to(f)?;
            return f.write_str("Z");
        }
        let local = self.0.with_timezone(&far_zone(year));
        let there = local.naive_local();
        there.format_with_items(FORM.iter()).write_to(f)?;
        fmt::Display::fmt(local.offset(), f)
    }
}

/// RFC 3339 has four digits for the year. A time that was read in one of these
/// years can be a day outside of them in UTC; it is written in the zone, of those
/// that RFC 3339 has, that is furthest off.
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
