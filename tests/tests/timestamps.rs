//! Points in time against another validator's `date-time`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use taskcluster_pulse::Timestamp;
use taskcluster_tests::texts::near;

/// Texts that are date-times or nearly are.
const SAMPLES: &[&str] = &[
    "2026-01-31T12:00:00.000Z",
    "2024-02-29T23:59:59.123456789123Z",
    "2023-02-29T00:00:00Z",
    "1970-01-01t00:00:00z",
    "1900-02-28T00:00:00+05:30",
    "2016-12-31T23:59:60Z",
    "2017-01-01T05:29:60.5+05:30",
    "0000-01-01T00:00:00.000+23:59",
    "9999-12-31T23:59:59.999-23:59",
    "2026-01-31 12:00:00Z",
    "2026-01-31T12:00:00",
    "2026-01-31T12:00:00,5Z",
    "2026-01-31T12:00:00.Z",
    "2026-01-31T12:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T12:00:00+24:00",
    "2026-01-31T12:00:00\u{2212}01:00",
];

/// How many texts are tried.
const TEXTS: usize = 50_000;

fn texts() -> Vec<String> {
    let mut texts = near(SAMPLES, 1, TEXTS);
    texts.extend(SAMPLES.iter().map(|&sample| sample.to_owned()));
    texts
}

#[test]
fn the_same_texts_are_date_times() {
    let schema =
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "format": "date-time" });
    let theirs = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    let mut read = 0;
    for text in texts() {
        let expected = theirs.is_valid(&Value::from(text.as_str()));
        assert_eq!(text.parse::<Timestamp>().is_ok(), expected, "{text:?}");
        read += usize::from(expected);
    }
    assert!(read > TEXTS / 50 && read < TEXTS, "{read} are date-times");
}

/// Whatever is read is written as a date-time of RFC 3339 that is the same time.
#[test]
fn what_is_written_is_read_again() {
    for text in texts() {
        let Ok(time) = text.parse::<Timestamp>() else {
            continue;
        };
        let again = time.to_string().parse().map(Timestamp::as_millis);
        assert_eq!(again, Ok(time.as_millis()), "{text:?} as {time}");
    }
}

#[test]
fn times_are_written_in_utc_with_three_decimals() {
    for (text, written) in [
        ("2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.1239Z", "2026-01-31T12:00:00.123Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:60.500Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
        // Only with an offset have these times a year of four digits.
        ("9999-12-31T23:59:59-00:01", "9999-12-31T00:01:59.000-23:59"),
        ("0000-01-01T00:00:00+00:01", "0000-01-01T23:58:00.000+23:59"),
    ] {
        let time: Timestamp = text.parse().expect("a time");
        assert_eq!(time.to_string(), written, "{text}");
    }
}

#[test]
fn the_times_of_the_system_are_the_same_times() {
    let second = Duration::from_secs(1);
    for time in [UNIX_EPOCH, UNIX_EPOCH + second, UNIX_EPOCH - second] {
        let ours = Timestamp::try_from(time).expect("a time");
        assert_eq!(SystemTime::try_from(ours), Ok(time));
    }
    let far = UNIX_EPOCH + Duration::from_secs(1 << 40);
    assert!(Timestamp::try_from(far).is_err());
}

#[test]
fn milliseconds_are_clamped_to_years_of_four_digits() {
    let written = [i64::MIN, 0, i64::MAX].map(|time| Timestamp::from_millis(time).to_string());
    let expected = [
        "0000-01-01T00:00:00.000Z",
        "1970-01-01T00:00:00.000Z",
        "9999-12-31T23:59:59.999Z",
    ];
    assert_eq!(written, expected);
}
