//! All tests, side by side.

use std::env;
use std::panic::resume_unwind;
use std::process::{Command, ExitCode};
use std::thread;

use crate::workspace::exit_code;

use super::broker::{Broker, Lease};
use super::jobs::{Job, Results};
use super::{Error, WHOLE_WORKSPACE, cargo};

/// Builds all tests while the broker starts, and runs them as two jobs: all that need no
/// broker; and those that do, which wait for it most of the time.
///
/// # Errors
///
/// The broker does not start, or cargo can't be run.
pub(super) fn run(broker: Broker) -> Result<ExitCode, Error> {
    let mut build = whole_workspace()?;
    build.arg("--no-run");
    let (built, lease) = thread::scope(|scope| {
        let lease = scope.spawn(|| broker.lease());
        let built = build.status().map_err(Error::Cargo);
        (built, lease.join())
    });
    let built = built?;
    if !built.success() {
        return Ok(exit_code(built));
    }
    let lease = lease.unwrap_or_else(|panic| resume_unwind(panic))?;
    let jobs = [without_broker()?, with_broker(&lease)?];
    let results = Results::default();
    thread::scope(|scope| {
        for job in jobs {
            results.start(scope, job);
        }
    });
    Ok(results.finish())
}

fn without_broker() -> Result<Job, Error> {
    let mut command = whole_workspace()?;
    command.arg("--no-fail-fast");
    Ok(Job::new("tests without a broker", command).in_background())
}

/// The variable with the number of tests that a test program runs at once.
const THREADS: &str = "RUST_TEST_THREADS";

/// These have deadlines, so all others get a lower priority.
fn with_broker(lease: &Lease) -> Result<Job, Error> {
    let mut command = whole_workspace()?;
    // `--tests` leaves out the examples in documentation: with `--ignored`, rustdoc would
    // run those that are marked `ignore`.
    command.args(["--no-fail-fast", "--tests", "--"]);
    command.arg("--ignored").args(lease.skipped());
    if env::var_os(THREADS).is_none() {
        // They wait most of the time.
        command.env(THREADS, "6");
    }
    Ok(Job::new("tests with a broker", command).with(lease.variables()))
}

fn whole_workspace() -> Result<Command, Error> {
    let mut command = cargo()?;
    command.args(WHOLE_WORKSPACE);
    Ok(command)
}
