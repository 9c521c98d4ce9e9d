//! Numbers that a float does not hold.

use serde::{Deserialize, Serialize};
use taskcluster_pulse::__private::{Keyword, Schema, Type};
use taskcluster_pulse::{Payload, PayloadError, Validate, decode_strict};

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
