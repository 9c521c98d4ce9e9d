//! Numbers that a float does not hold.

use std::collections::BTreeMap;
use std::error::Error;

use serde::{Deserialize, Serialize};
use taskcluster_pulse::__private::{Keyword, Schema, Type};
use taskcluster_pulse::{Payload, PayloadError, RawJson, Validate, decode, decode_strict};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Triple(f64);

impl Validate for Triple {
    const SCHEMA: &'static Schema =
        &Schema::new(&[Keyword::Type(&[Type::Number]), Keyword::MultipleOf("3")]);

    fn is_valid(&self) -> bool {
        self.0 % 3.0 == 0.0
    }
}

impl Payload for Triple {
    const IS_TYPED: bool = true;
}

#[test]
fn a_valid_number_that_would_be_rounded_breaks_no_schema() {
    assert_eq!(
        decode_strict(b"9007199254740990").ok(),
        Some(Triple(9007199254740990.0))
    );
    let error = decode_strict::<Triple>(b"9007199254740993").expect_err("rounded");
    assert!(matches!(error, PayloadError::Json(_)), "{error:?}");
    let error = decode_strict::<Triple>(b"9007199254740992").expect_err("no multiple");
    assert!(matches!(error, PayloadError::Schema(_)), "{error:?}");
}

/// Counts by name, and any value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Counts {
    counts: BTreeMap<String, u64>,
    any: Option<RawJson>,
}

impl Validate for Counts {
    const SCHEMA: &'static Schema = {
        const EACH: Schema = Schema::new(&[
            Keyword::Type(&[Type::Object]),
            Keyword::AdditionalProperties(&Schema::INTEGER),
        ]);
        &Schema::new(&[
            Keyword::Type(&[Type::Object]),
            Keyword::Properties(&[("counts", &EACH), ("any", &Schema::ANY)]),
        ])
    };

    fn is_valid(&self) -> bool {
        true
    }
}

impl Payload for Counts {
    const IS_TYPED: bool = true;
}

/// The schema allows them, so they are no violations.
#[test]
fn the_error_of_a_long_integer_has_its_place() {
    let long = "123456789012345678901234567890";
    let message =
        format!(r#"{{"counts": {{"a": 1, "b": {long}, "c": -{long}.0}}, "any": {long}}}"#);
    let errors = [
        decode::<Counts>(message.as_bytes()),
        decode_strict::<Counts>(message.as_bytes()),
    ];
    for error in errors {
        let error = error.expect_err("it is too long");
        assert!(matches!(error, PayloadError::Json(_)), "{error:?}");
        let cause = error.source().expect("a cause").to_string();
        let places = "; integers of more than 64 bits: /counts/b: 1.2345678901234568e+29 breaks \
                      maximum 18446744073709551615\n/counts/c: -1.2345678901234568e+29 breaks \
                      minimum -9223372036854775808";
        assert!(cause.ends_with(places), "{cause}");
    }
    let kept = format!(r#"{{"counts": {{"a": 1.0}}, "any": {long}}}"#);
    assert!(decode::<Counts>(kept.as_bytes()).is_ok());
}
