//! Compiles any text as a pattern, and combines it with lengths. A pattern that is refused
//! must give an error with a reason.

#![no_main]

use libfuzzer_sys::fuzz_target;
use taskcluster_documents::pattern::Compiler;

fuzz_target!(|input: (Option<u8>, Option<u8>, &str)| {
    let (min_length, max_length, pattern) = input;
    match Compiler::default().pattern(pattern) {
        Ok(form) => drop(form.one_pass(min_length.map(u64::from), max_length.map(u64::from))),
        Err(refusal) => assert!(!refusal.to_string().is_empty()),
    }
});
