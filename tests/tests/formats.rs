//! Compiled formats against another validator of JSON Schema.

use serde_json::{Value, json};
use taskcluster_documents::pattern::{Constraint, compile};
use taskcluster_tests::matcher::matcher;
use taskcluster_tests::texts::near;

/// How many texts each format is tried on.
const TEXTS: usize = 20_000;

/// Formats, each with texts that have it or nearly have it.
const FORMATS: &[(&str, &[&str])] = &[
    (
        "date",
        &[
            "2024-02-29",
            "2023-02-29",
            "1900-02-29",
            "2000-02-29",
            "2024-12-31",
            "2024-11-31",
            "1999-01-01",
        ],
    ),
    (
        "duration",
        &[
            "P1Y2M3DT4H5M6S",
            "P3W",
            "PT1H",
            "P1DT1S",
            "P1M",
            "PT1M",
            "P1Y1D",
            "PT1H1S",
            "P1Y1W",
        ],
    ),
    (
        "ipv4",
        &[
            "127.0.0.1",
            "255.255.255.255",
            "256.1.1.1",
            "1.02.3.4",
            "199.249.99.9",
        ],
    ),
    (
        "ipv6",
        &[
            "::",
            "::1",
            "1::",
            "2001:db8::1:0:0:1",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "1::3:4:5:6:7:8",
            "::ffff:192.0.2.1",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3::1.2.3.4",
            "1::2::3",
            "12345::",
        ],
    ),
    (
        "json-pointer",
        &["", "/", "/a/b~0c~1d", "/é/😀", "a", "/~2", "/~"],
    ),
    (
        "relative-json-pointer",
        &["0", "1/a/b", "0#", "10#", "01", "2/~0", "1a"],
    ),
    (
        "time",
        &[
            "23:59:59Z",
            "00:00:00.123+00:00",
            "23:59:60Z",
            "15:59:60-08:00",
            "01:29:60+01:30",
            "22:59:60Z",
            "12:34:56z",
            "24:00:00Z",
            "23:59:60.5+00:00",
            "00:59:60+01:00",
            "00:00:60+00:01",
            "08:08:08-23:59",
        ],
    ),
    (
        "date-time",
        &[
            "2026-01-31T12:00:00.000Z",
            "2024-02-29t23:59:59.123456789-08:00",
            "2023-02-29T00:00:00Z",
            "2016-12-31T23:59:60Z",
            "2017-01-01T05:29:60.5+05:30",
            "2016-12-31T15:59:60-08:00",
            "2016-06-15T23:59:60Z",
            "2016-13-31T12:00:00Z",
            "2026-01-31 12:00:00Z",
            "2026-01-31T12:00:00",
        ],
    ),
    (
        "uri",
        &[
            "https://user:pw@hg.mozilla.org:443/a/b;c=d?x=y&z#frag",
            "mailto:a@b.c",
            "urn:isbn:1",
            "a:",
            "http://[::1]:80/",
            "http://[v1.x:y]/",
            "a:/",
            "a://",
            "a:///b",
            "http://a/%41%zz",
            "http://[::1",
            "a:b:c@d",
            "file:/etc/x",
            "http://h:80a/",
        ],
    ),
    (
        "uri-reference",
        &[
            "//host/path?q#f",
            "/a/b",
            "a/b:c",
            "a:b",
            "",
            "?q",
            "#f",
            "../x",
            "./a:b",
            "a@b/c",
            "1a:b",
            "//[::1]",
        ],
    ),
    (
        "uri-template",
        &[
            "/a/{b}",
            "{+x}{#y,z:3}{?a*,b}",
            "{a.b.c}",
            "{a..b}",
            "{}",
            "{",
            "}",
            "{a:10000}",
            "{a:9999}",
            "{%41b}",
            "é%20'",
            "a b",
            "{=x}",
            "{a:0}",
            "{a*:1}",
        ],
    ),
    (
        "uuid",
        &[
            "b5a1b9d0-1c3e-11ee-be56-0242ac120002",
            "B5A1B9D0-1C3E-11EE-BE56-0242AC120002",
            "b5a1b9d01c3e11eebe560242ac120002",
        ],
    ),
    (
        "hostname",
        &[
            "example.com",
            "a-b.c1",
            "xa--b.c",
            "a",
            "-a",
            "a-",
            "a..b",
            "a.",
            "a--b.c",
            "ab-c-d",
            "a23456789-123456789-123456789-123456789-123456789-123456789-123",
        ],
    ),
    (
        "email",
        &[
            "joe.bloggs@example.com",
            "\"joe b\"@example.com",
            "\"\"@a.b",
            "a@[127.0.0.1]",
            "a@[IPv6:::1]",
            "a@[ipv6:1::2]",
            "te~s`t!#@a",
            "a@b@c.d",
            "\"a@b\"@c.d",
            "\"a\\\"b\"@c",
            ".a@b.c",
            "a.@b.c",
            "a@-b.c",
            "a@b.c-",
            "1234567890123456789012345678901234567890123456789012345678901234@a.b",
        ],
    ),
];

/// Another validator's verdict on texts with the format `name`.
fn validator(name: &str) -> impl Fn(&str) -> bool {
    let schema =
        json!({ "$schema": "https://json-schema.org/draft/2020-12/schema", "format": name });
    let validator = jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)
        .expect("a schema");
    move |text| validator.is_valid(&Value::from(text))
}

/// Whether the other validator has more rules than the standards of the format: it
/// decodes `xn--` labels, refuses hyphens third and fourth in others, and takes a
/// display name for part of an address.
fn is_beyond(name: &str, text: &str) -> bool {
    let is_reserved = |label: &str| label.get(2..4) == Some("--");
    match name {
        "hostname" | "email" => text.split(['.', '@']).any(is_reserved) || text.contains(" <"),
        _ => false,
    }
}

#[test]
fn formats_agree() {
    for (name, samples) in FORMATS {
        let compiled = compile(&Constraint {
            formats: &[name],
            ..Constraint::default()
        });
        let ours = matcher(
            &compiled
                .unwrap_or_else(|refusal| panic!("{refusal:?}"))
                .format
                .unwrap(),
        );
        let theirs = validator(name);
        let mut texts = near(samples, name.len() as u64, TEXTS);
        texts.extend(samples.iter().map(|&sample| sample.to_owned()));
        let mut matched = 0;
        for text in texts.iter().filter(|text| !is_beyond(name, text)) {
            let expected = theirs(text);
            assert_eq!(ours.matches(text), expected, "{name} on {text:?}");
            matched += usize::from(expected);
        }
        assert!(
            matched > TEXTS / 50 && matched < TEXTS,
            "{name} matched {matched}"
        );
    }
}

/// Each leap second of a day, with each offset it could be written with.
#[test]
fn leap_seconds_agree() {
    let compiled = compile(&Constraint {
        formats: &["time"],
        ..Constraint::default()
    });
    let ours = matcher(&compiled.unwrap().format.unwrap());
    let theirs = validator("time");
    for minute in (0..24 * 60).step_by(7) {
        for offset in (0..24 * 60).step_by(1) {
            for sign in ["+", "-"] {
                let (hours, minutes) = (minute / 60, minute % 60);
                let (ahead, more) = (offset / 60, offset % 60);
                let text = format!("{hours:02}:{minutes:02}:60{sign}{ahead:02}:{more:02}");
                assert_eq!(ours.matches(&text), theirs(&text), "{text}");
            }
        }
    }
}

#[test]
fn the_length_of_a_hostname_is_bounded() {
    let compiled = compile(&Constraint {
        formats: &["hostname"],
        ..Constraint::default()
    });
    let ours = matcher(&compiled.unwrap().format.unwrap());
    let theirs = validator("hostname");
    for (length, labels) in [(253, 127), (255, 128)] {
        let text = vec!["a"; labels].join(".");
        assert_eq!(text.len(), length);
        assert_eq!(ours.matches(&text), theirs(&text));
    }
    for length in [63, 64] {
        let text = "a".repeat(length);
        assert_eq!(ours.matches(&text), theirs(&text));
    }
}

#[test]
fn labels_may_have_hyphens_everywhere_but_at_the_ends() {
    for (format, text) in [
        ("hostname", "r3---sn-4g5e6nls.example.com"),
        ("hostname", "XN--BCHER-KVA.Example"),
        ("email", "a@r3---SN-4g5e6nls.example.com"),
    ] {
        let compiled = compile(&Constraint {
            formats: &[format],
            ..Constraint::default()
        });
        let ours = matcher(&compiled.unwrap().format.unwrap());
        assert!(ours.matches(text), "{format} {text}");
    }
}

#[test]
fn one_of_two_formats_is_enough() {
    let compiled = compile(&Constraint {
        formats: &["ipv4", "uuid"],
        ..Constraint::default()
    });
    let ours = matcher(&compiled.unwrap().format.unwrap());
    assert!(ours.matches("127.0.0.1"));
    assert!(ours.matches("b5a1b9d0-1c3e-11ee-be56-0242ac120002"));
    assert!(!ours.matches("example.com"));
}

#[test]
fn what_is_refused_says_why() {
    let refused = [
        "idn-email",
        "idn-hostname",
        "iri",
        "iri-reference",
        "colour",
    ];
    for name in refused {
        let refusal = compile(&Constraint {
            formats: &[name],
            ..Constraint::default()
        });
        let refusal = refusal.expect_err(name);
        assert!(refusal.what.contains(name), "{}", refusal.what);
    }
}
