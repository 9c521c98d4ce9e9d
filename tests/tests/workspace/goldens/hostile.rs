//! Text that is not interpreted as anything else.

use serde_json::json;
use taskcluster_pulse::{Binding, Exchange, OpenEnum};
use taskcluster_tests::goldens::hostile::etc::{APanic, Exchange2, Kinds, Message2, MessageE};

use super::{assert_found, pattern, valid, violations};

#[test]
fn hostile_names_are_kept_on_the_wire() {
    assert_eq!(APanic::INFO.service, "../../etc");
    assert_eq!(
        APanic::default().exchange_name(),
        "exchange/`\"\\\n/\"; panic!(); \"#\n"
    );
    assert_eq!(pattern(&APanic::default()), "c\"\n`.#");
    assert_eq!(Exchange2::default().exchange_name(), "exchange/`\"\\\n/`");
}

#[test]
fn hostile_names_and_values_are_kept() {
    for (value, variant) in MessageE::KNOWN {
        assert_eq!(&valid::<Message2>(json!({"e": value})).e, variant);
    }
    valid::<Message2>(json!({
        "e": "*/", "p\"; panic!()": "\" ~~~ ```", "\u{202e}\0": "`\"\\\n\u{202e}", "/../..": ["x"],
        "u": "``", "more": " ~~~ ",
    }));
    assert_found(
        violations::<Message2>(json!({
            "e": "", "p\"; panic!()": "a ~~~ ```", "\u{202e}\0": "", "/../..": ["z"], "u": "x", "more": "",
        })),
        &[
            ("/~1..~1../0", "enum"),
            ("/e", "enum"),
            ("/p\"; panic!()", "pattern"),
            ("/u", "pattern"),
            ("/\u{202e}\0", "const"),
            ("/more", "pattern"),
        ],
    );
    assert_found(
        violations::<Kinds>(json!(["a", ""])),
        &[("/1", "minLength")],
    );
}
