//! Compares the generator's output and errors with checked-in files, one test for each
//! folder and file.
//!
//! - `golden/NAME`: `tests/goldens/NAME/input` is generated as `expected`, which the
//!   crate `taskcluster-tests` compiles and uses.
//! - `refusal/KIND/NAME`: `codegen/tests/refusals/KIND/NAME.json` is refused with the
//!   errors in `NAME.txt`.
//!
//! To add a case, add its input. After an intended change, `UPDATE_GOLDENS=1 cargo test
//! -p taskcluster-codegen --test goldens` rewrites the expected files; read the diff
//! before committing it.

mod golden;
mod refusal;
#[path = "../support/mod.rs"]
mod support;

use std::env;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use similar::TextDiff;

fn main() -> ExitCode {
    let mut trials: Vec<Trial> = golden::trials().collect();
    trials.extend(refusal::trials());
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Whether to write the expected files rather than compare with them.
fn updates() -> bool {
    env::var_os("UPDATE_GOLDENS").is_some()
}

/// A diff from `expected` to `made`, the content of the file `name`; empty if equal.
fn diff(name: &str, expected: &str, made: &str) -> String {
    let diff = TextDiff::from_lines(expected, made);
    diff.unified_diff().header(name, name).to_string()
}

/// Fails with `differences`, if any, and the command that accepts them.
fn compare(differences: &str) -> Result<(), Failed> {
    if differences.is_empty() {
        return Ok(());
    }
    Err(format!(
        "{differences}\nIf this is intended, run: \
         UPDATE_GOLDENS=1 cargo test -p taskcluster-codegen --test goldens"
    )
    .into())
}
