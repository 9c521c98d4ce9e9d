//! Every keyword of draft-06 and draft-07: alone, under each keyword that contains
//! schemas, and in recursive schemas; then random schemas. All are compared with a
//! validator that reads the schemas.

mod generated {
    include!(concat!(env!("OUT_DIR"), "/judges.rs"));
}
mod numbers;
#[allow(dead_code, unreachable_pub, reason = "the build script uses the rest")]
mod random;
mod table;
mod tables;
mod types;

use taskcluster_pulse::{Payload, PayloadError, RawJson, Violations, decode, decode_strict};

/// The results of a generated type for a text.
pub(crate) struct Judgement {
    pub(crate) strict: Result<(), PayloadError>,
    pub(crate) tolerant: Result<Decoded, PayloadError>,
}

/// A decoded text.
pub(crate) struct Decoded {
    pub(crate) validated: Result<(), Violations>,
    /// Its encoded form.
    pub(crate) written: RawJson,
}

/// Decodes and validates a text with a generated type.
pub(crate) type Judge = fn(&[u8]) -> Judgement;

pub(crate) fn judge<P: Payload>(text: &[u8]) -> Judgement {
    Judgement {
        strict: decode_strict::<P>(text).map(drop),
        tolerant: decode::<P>(text).map(|payload| Decoded {
            validated: payload.validate(),
            written: RawJson::of(&payload).expect("a payload has a JSON form"),
        }),
    }
}
