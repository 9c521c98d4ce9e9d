//! Compiles any text as a pattern, with lengths. It is compiled within the limits on
//! its automaton, or refused with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taskcluster_documents::pattern::{Constraint, compile};

fuzz_target!(|input: (Option<u8>, Option<u8>, &str)| {
    let (min_length, max_length, pattern) = input;
    let compiled = compile(&Constraint {
        pattern: Some(pattern),
        min_length: min_length.map(u64::from),
        max_length: max_length.map(u64::from),
        ..Constraint::default()
    });
    if let Err(refusal) = compiled {
        assert!(!refusal.what.is_empty());
    }
});
