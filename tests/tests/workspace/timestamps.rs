//! Timestamps, compared with another validator's `date-time` and with chrono.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::{Value, json};
use taskcluster_events::worker_manager::WorkerPulseMessage;
use taskcluster_pulse::Timestamp;
use taskcluster_pulse::decode;
use taskcluster_tests::texts::near;

/// Date-times, and texts that nearly are.
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

/// Number of texts.
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
    let texts = texts();
    let mut read = 0;
    for text in &texts {
        let expected = theirs.is_valid(&Value::from(text.as_str()));
        assert_eq!(text.parse::<Timestamp>().is_ok(), expected, "{text:?}");
        read += usize::from(expected);
    }
    let count = texts.len();
    assert!(
        read > 100 && read < count,
        "{read} of {count} are date-times"
    );
}

#[test]
fn a_printed_time_is_parsed_as_the_same_time() {
    for text in texts() {
        let Ok(time) = text.parse::<Timestamp>() else {
            continue;
        };
        assert_eq!(time.to_string().parse(), Ok(time), "{text:?} as {time}");
    }
}

#[test]
fn the_canonical_form_is_parsed_and_printed_as_chrono_does() {
    let mut random = fastrand::Rng::with_seed(7);
    let (first, last) = (
        Timestamp::from_millis(i64::MIN),
        Timestamp::from_millis(i64::MAX),
    );
    let edges = [first.as_millis(), -1, 0, 1, last.as_millis()];
    let times = (0..TEXTS).map(|_| random.i64(first.as_millis()..=last.as_millis()));
    for millis in edges.into_iter().chain(times) {
        let theirs = DateTime::<Utc>::from_timestamp_millis(millis).expect("a time");
        let text = theirs.to_rfc3339_opts(SecondsFormat::Millis, true);
        let ours = Timestamp::from_millis(millis);
        assert_eq!(ours.to_string(), text);
        assert_eq!(
            serde_json::to_value(ours).expect("JSON"),
            Value::from(text.as_str())
        );
        assert_eq!(text.parse(), Ok(ours), "{text}");
    }
}

#[test]
fn texts_near_the_canonical_form_are_parsed_as_chrono_does() {
    let canonical = |text: &String| text.len() == 24 && text.contains('T') && text.ends_with('Z');
    let mut parsed = 0;
    let texts = near(
        &["2026-01-31T12:00:00.000Z", "2024-02-29T23:59:59.999Z"],
        3,
        TEXTS,
    );
    for text in &texts {
        let theirs = DateTime::parse_from_rfc3339(text).map(|time| time.timestamp_millis());
        if canonical(text) && !text.contains(":60") {
            let ours = text.parse().map(Timestamp::as_millis);
            assert_eq!(ours.ok(), theirs.ok(), "{text:?}");
            parsed += usize::from(theirs.is_ok());
        }
    }
    assert!(parsed > 100, "{parsed}");
}

#[test]
fn a_payload_keeps_the_microseconds_of_its_times() {
    let text = br#"{"workerPoolId": "a/b", "providerId": "c", "workerGroup": "d", "workerId": "e",
        "capacity": 1, "timestamp": "2026-03-14T04:31:05.123456Z"}"#;
    let message: WorkerPulseMessage = decode(text).expect("a message");
    let encoded = serde_json::to_vec(&message).expect("JSON");
    assert_eq!(
        decode::<WorkerPulseMessage>(&encoded).expect("a message"),
        message
    );
    assert!(String::from_utf8_lossy(&encoded).contains("05.123456Z"));
}

#[test]
fn times_are_printed_in_utc_with_three_decimals_or_more() {
    for (text, written) in [
        ("2026-01-31T13:00:00+01:00", "2026-01-31T12:00:00.000Z"),
        ("2026-01-31T12:00:00.5Z", "2026-01-31T12:00:00.500Z"),
        ("2026-01-31T12:00:00.1239Z", "2026-01-31T12:00:00.123900Z"),
        (
            "2026-01-31T13:00:00.1239000001+01:00",
            "2026-01-31T12:00:00.123900Z",
        ),
        (
            "2026-01-31T12:00:00.000000001Z",
            "2026-01-31T12:00:00.000000001Z",
        ),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:60.000Z"),
        ("2016-12-31T23:59:60.5Z", "2016-12-31T23:59:60.500Z"),
        ("9999-12-31T23:59:59Z", "9999-12-31T23:59:59.000Z"),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00.000Z"),
        // Only their offset gives these times a year of four digits.
        ("9999-12-31T23:59:59-00:01", "9999-12-31T00:01:59.000-23:59"),
        ("0000-01-01T00:00:00+00:01", "0000-01-01T23:58:00.000+23:59"),
    ] {
        let time: Timestamp = text.parse().expect("a time");
        assert_eq!(time.to_string(), written, "{text}");
    }
}

#[test]
fn system_times_convert_both_ways() {
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
    let padded = format!("{:>26}", Timestamp::from_millis(0));
    assert_eq!(padded, "  1970-01-01T00:00:00.000Z");
}

#[test]
fn leap_seconds_are_at_the_end_of_a_day() {
    let time = |hour| {
        let day = NaiveDate::from_ymd_opt(2016, 12, 31).expect("a day");
        let leap = day.and_hms_milli_opt(hour, 59, 59, 1500).expect("a time");
        Timestamp::try_from(leap.and_utc())
    };
    let leap = time(23).expect("a leap second").to_string();
    assert_eq!(leap, "2016-12-31T23:59:60.500Z");
    assert!(time(12).is_err());
}
