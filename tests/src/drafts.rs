//! Types of the schemas of every keyword of draft-06 and draft-07, and of random schemas,
//! for the tests that compare them with another validator.

include!(concat!(env!("OUT_DIR"), "/drafts.rs"));
