//! The formats `time` and `date-time`: RFC 3339, 5.6, `full-time` and `date-time`.
//!
//! A leap second is the last second of a day in UTC, so its offset follows from its hour
//! and minute. One automaton that remembers both takes too many states; two, one for the
//! hours and one for the minutes, take few.

use super::compile::whole;
use super::form::{Form, Shape};

const FRACTION: &str = "(?:\\.\\d+)?";
const HOUR: &str = "(?:[01]\\d|2[0-3])";
const MINUTE: &str = "[0-5]\\d";

/// The patterns of a time after a prefix that `before` matches: one for ordinary times,
/// and two that leap seconds match both.
pub(super) struct Patterns {
    pub(super) ordinary: String,
    pub(super) leap: [String; 2],
}

impl Patterns {
    pub(super) fn after(before: &str, bytes: usize) -> Self {
        let ordinary = format!("{HOUR}:{MINUTE}:{MINUTE}{FRACTION}(?:[Zz]|[+-]{HOUR}:{MINUTE})");
        Self {
            ordinary: format!("{before}{ordinary}"),
            leap: [
                format!("{before}(?:{})", hours()),
                format!("[\\0-\\x7f]{{{bytes}}}(?:{})", minutes()),
            ],
        }
    }
}

/// The length of `23:59:59Z`.
const SHORTEST: usize = 9;

/// The form of a time after a prefix that `before` matches, of `bytes` bytes.
pub(super) fn form(before: &str, bytes: usize) -> Form {
    let Patterns { ordinary, leap } = Patterns::after(before, bytes);
    let [hours, minutes] = leap;
    let form = |shape| Form {
        shape,
        shortest: bytes + SHORTEST,
        longest: None,
    };
    let leap = form(Shape::AllOf(vec![whole(&hours), whole(&minutes)]));
    form(Shape::AnyOf(vec![whole(&ordinary), leap]))
}

/// Leap seconds whose hour fits the offset: the UTC time is 23:59, so a positive offset
/// is the local time plus a minute, and a negative one is the rest of the day minus a
/// minute.
fn hours() -> String {
    let of_hour = |hour: u32| {
        format!(
            "{hour:02}:(?:{most}:60{FRACTION}\\+{hour:02}:{MINUTE}|59:60{FRACTION}\\+{next:02}:{MINUTE}|{MINUTE}:60{FRACTION}-{left:02}:{MINUTE})",
            most = "(?:[0-4]\\d|5[0-8])",
            next = (hour + 1) % 24,
            left = 23 - hour,
        )
    };
    let hours: Vec<String> = (0..24).map(of_hour).collect();
    format!("{}|23:59:60{FRACTION}[Zz]", hours.join("|"))
}

/// Leap seconds whose minute fits the offset.
fn minutes() -> String {
    let of_minute = |minute: u32| {
        format!(
            "{minute:02}:60{FRACTION}(?:\\+{HOUR}:{next:02}|-{HOUR}:{left:02})",
            next = (minute + 1) % 60,
            left = 59 - minute,
        )
    };
    let minutes: Vec<String> = (0..60).map(of_minute).collect();
    format!("{HOUR}:(?:{}|59:60{FRACTION}[Zz])", minutes.join("|"))
}
