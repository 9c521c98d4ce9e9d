//! Addresses in the forms of various libraries.

use std::time::Duration;

use taskcluster_pulse::{Connection, Error, Publisher};
use tokio::time::timeout;

/// Addresses, and the printed connections.
const ACCEPTED: &[(&str, &str)] = &[
    (
        "amqp://u:p@localhost/",
        "amqp://u@localhost:5672 (virtual host /)",
    ),
    (
        "amqp://u:p@localhost",
        "amqp://u@localhost:5672 (virtual host /)",
    ),
    // kombu's form of the virtual host `/`.
    (
        "amqp://u:p@localhost//",
        "amqp://u@localhost:5672 (virtual host /)",
    ),
    (
        "amqps://u:p@localhost/%2F?heartbeat=10",
        "amqps://u@localhost:5671 (virtual host /)",
    ),
    // kombu's parameter for TLS.
    (
        "amqp://u:p@localhost:5671/?ssl=1",
        "amqps://u@localhost:5671 (virtual host /)",
    ),
    (
        "amqp://u:p@localhost/?ssl=True",
        "amqps://u@localhost:5671 (virtual host /)",
    ),
    (
        "amqp://u:p@localhost:5671/%2f?ssl=0",
        "amqp://u@localhost:5671 (virtual host /)",
    ),
    // The form of Taskcluster's JavaScript library.
    (
        "amqps://u:p@localhost:5671/%2F?frameMax=0",
        "amqps://u@localhost:5671 (virtual host /)",
    ),
    (
        "amqp://u:p@h/v?connection_timeout=500&channel_max=2&channelMax=3&frame_max=4096",
        "amqp://u@h:5672 (virtual host v)",
    ),
    (
        "amqps://a%40b:s%2Fcret@host/v%2Fh",
        "amqps://a@b@host:5671 (virtual host v/h)",
    ),
    (
        "amqp://localhost",
        "amqp://guest@localhost:5672 (virtual host /)",
    ),
    (
        "amqp://127.0.0.1:1/v",
        "amqp://guest@127.0.0.1:1 (virtual host v)",
    ),
    (
        "amqps://[::1]/",
        "amqps://guest@[::1]:5671 (virtual host /)",
    ),
    (
        "amqps://u:p@[2001:db8::1]:5673/v",
        "amqps://u@[2001:db8::1]:5673 (virtual host v)",
    ),
    ("amqp://u:p@host:/", "amqp://u@host:5672 (virtual host /)"),
    ("amqp://u:p@h/%2F/", "amqp://u@h:5672 (virtual host /)"),
    ("amqp://u:p@h/v/", "amqp://u@h:5672 (virtual host v)"),
    ("amqp://u:p@h/v%40h", "amqp://u@h:5672 (virtual host v@h)"),
    (
        "amqp://u:p@my_host/",
        "amqp://u@my_host:5672 (virtual host /)",
    ),
    (
        "amqp://u:p@h/?ssl=1&cacertfile=/ca.pem",
        "amqps://u@h:5671 (virtual host /)",
    ),
];

/// Addresses, and a part of the error.
const REFUSED: &[(&str, &str)] = &[
    ("amqp://u:p@localhost/%2f?colour=red", "colour"),
    ("amqp://u:p@localhost/?heartbeat=soon", "heartbeat"),
    ("amqp://u:p@localhost/?heartbeat=65536", "heartbeat"),
    ("amqp://u:p@localhost/?frame_max=100", "frame_max"),
    ("amqp://u:p@localhost/?frame_max=4294967295", "frame_max"),
    (
        "amqp://u:p@localhost/?connection_timeout=0",
        "connection_timeout",
    ),
    ("amqp://u:p@localhost:0/", "port"),
    ("amqp://u%00:p@localhost/", "NUL"),
    ("amqp://u:p%00@localhost/", "NUL"),
    ("amqp://u:p@h/?cacertfile=/ca.pem", "write amqps://"),
    ("amqp://u:p@localhost/?ssl=1&ssl=0", "twice"),
    ("amqp://u:p@localhost/?ssl=perhaps", "ssl"),
    ("amqps://u:p@localhost/?ssl=0", "ssl"),
    (
        "amqp://pulse-user:/hush99@127.0.0.1:5672/vh",
        "percent-encoded",
    ),
    (
        "amqp://pulse-user:7/hush99@127.0.0.1:5672/vh",
        "percent-encoded",
    ),
    ("amqp://pulse-user:#hush99@127.0.0.1/vh", "percent-encoded"),
    ("amqp://pulse-user:?hush99@127.0.0.1/vh", "percent-encoded"),
    (
        "amqp://pulse-user:12#34hush99@127.0.0.1/vh",
        "percent-encoded",
    ),
    (
        "amqp://pulse-user:a@b/hush99@127.0.0.1/vh",
        "percent-encoded",
    ),
    ("amqp://pulse-user:hush99\\@127.0.0.1/vh", "percent-encode"),
    ("amqp://pulse-user:hush99 @127.0.0.1/vh", "percent-encode"),
    ("amqp://host.example/vh", "no user"),
    ("amqp://:hush99@localhost/vh", "no user"),
    ("", "amqps://user:secret@host/vhost"),
    ("user:hush99@host/vhost", "amqps://"),
    ("https://user:hush99@host", "neither amqps:// nor amqp://"),
    ("amqp:user:hush99@host", "amqps://"),
    ("amqp://", "amqps://"),
    ("amqp://user:hush99@", "amqps://"),
    ("amqp://user:hush99@:1/", "amqps://"),
    ("amqp://user:hush99@[::1/", "amqps://"),
    ("amqp://user:hush99@[::1]host/", "amqps://"),
    ("amqp://user:hush99@host:port/", "amqps://"),
    ("amqp://user:hush99@host/#fragment", "fragment"),
];

#[test]
fn addresses_of_all_forms_are_parsed() {
    for (url, expected) in ACCEPTED {
        let connection = Connection::amqp(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(
            format!("{connection:?}"),
            format!("Connection({expected:?})"),
            "{url}"
        );
    }
}

#[test]
fn a_refused_address_is_not_repeated() {
    for (url, named) in REFUSED {
        let error = Connection::amqp(url).expect_err(url);
        assert!(
            matches!(error, Error::Address { .. } | Error::Setting { .. }),
            "{url}: {error}"
        );
        let text = format!("{error} {error:?}");
        assert!(text.contains(named), "{url}: {text}");
        for secret in ["hush", "99", "pulse-user"] {
            assert!(!text.contains(secret), "{url}: {text}");
        }
    }
}

#[test]
fn parts_are_printed_without_the_secret() {
    let connection = Connection::new("::1", "user", "hush").port(1).vhost("v");
    let text = format!("{connection:?}");
    assert!(
        text.contains("amqps://user@[::1]:1 (virtual host v)"),
        "{text}"
    );
    let text = format!("{:?}", connection.without_tls());
    assert!(text.contains("amqp://user@[::1]:1 "), "{text}");
    assert!(!text.contains("hush"), "{text}");
}

/// `start()` fails at once for settings that no broker accepts, because retries can't
/// help.
#[tokio::test]
async fn an_unusable_setting_ends_the_start() {
    let at = |host: &str| Connection::new(host, "user", "hush");
    let here = || at("127.0.0.1").port(1);
    let by = |user: &str, secret: &str| Connection::new("127.0.0.1", user, secret).port(1);
    for (connection, named) in [
        (here().vhost("v".repeat(256)), "virtual host has 256"),
        (by(&"u".repeat(256), "hush"), "user has 256"),
        (by("us\0er", "hush"), "NUL"),
        (by("user", "hu\0sh"), "NUL"),
        (by("user", &"hush".repeat(50_000)), "secret has 200000"),
        (here().name("n".repeat(100_000)), "name has 100000"),
        (here().frame_max(u32::MAX), "frame_max"),
        (here().frame_max(100), "frame_max"),
        (
            here().connection_timeout(Duration::ZERO),
            "connection_timeout",
        ),
        (here().port(0), "port is 0"),
        (at(""), "the host is neither a name"),
        (at("a b"), "the host is neither a name"),
        (at("127.0.0.1:5671"), "the host is neither a name"),
        (at("[::1]"), "brackets"),
        (at("amqps://user:hush@pulse.example.com"), "without scheme"),
    ] {
        let shown = format!("{connection:?}");
        assert!(!shown.contains("hush"), "{shown}");
        let start = Publisher::builder(connection.without_tls()).start();
        let result = timeout(Duration::from_secs(5), start).await;
        let error = result.expect(named).expect_err(named);
        assert!(matches!(error, Error::Setting { .. }), "{error}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(named), "{named}: {text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[cfg(feature = "management")]
#[test]
fn the_address_of_the_management_api_follows_the_same_rules() {
    use taskcluster_pulse::{Management, ManagementError};

    for (url, expected) in [
        ("https://u:p@host", "https://u@host:443 (virtual host /)"),
        (
            "http://u:p@host:15672/",
            "http://u@host:15672 (virtual host /)",
        ),
        (
            "http://localhost:15672/%2F",
            "http://guest@localhost:15672 (virtual host /)",
        ),
        (
            "https://u:p@host/v?cacertfile=ca.pem",
            "https://u@host:443 (virtual host v)",
        ),
    ] {
        let management = Management::http(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        assert_eq!(
            format!("{management:?}"),
            format!("Management({expected:?})"),
            "{url}"
        );
    }
    for (url, named) in [
        ("https://u:p@host/?colour=red", "colour"),
        ("https://user:/hush99@127.0.0.1/vh", "percent-encoded"),
        ("https://user:7/hush99@127.0.0.1/vh", "percent-encoded"),
        ("https://user:#hush99@127.0.0.1/vh", "percent-encoded"),
        ("https://user:?hush99@127.0.0.1/vh", "percent-encoded"),
        ("https://user:7\\hush99@127.0.0.1/vh", "percent-encode"),
        ("https:///user:hush99@127.0.0.1/vh", "percent-encoded"),
        ("https:user:hush99@127.0.0.1/vh", "https://"),
        ("https://host/vh", "no user"),
        ("amqps://user:hush99@host", "neither https:// nor http://"),
    ] {
        let error = Management::http(url).expect_err(url);
        assert!(
            matches!(error, ManagementError::Address { .. }),
            "{url}: {error}"
        );
        let text = format!("{error} {error:?}");
        assert!(text.contains(named), "{url}: {text}");
        assert!(!text.contains("hush"), "{url}: {text}");
    }
}
