//! All tests, side by side.

use std::process::{Command, ExitCode};
use std::thread;

use crate::workspace::exit_code;

use super::broker::Broker;
use super::jobs::{Job, Results};
use super::{Error, WHOLE_WORKSPACE, cargo};

/// Features of `serde_json` that any crate of a build may turn on, and that change how
/// it holds numbers and objects.
const JSON_FEATURES: [&str; 2] = [
    "--features",
    "serde_json/arbitrary_precision,serde_json/preserve_order",
];

/// The test programs whose results these features must not change.
const JSON_TESTS: [&str; 4] = ["--test", "goldens", "--test", "workspace"];

/// Tests that are skipped: those of patterns and formats, a quarter of the time, which
/// match texts. A name that is no longer right skips nothing.
const TEXT_TESTS: [&str; 3] = ["--", "--skip", "languages::"];

/// Builds all tests, and runs them as three jobs: the tests that need a broker, which wait
/// for it most of the time; all others; and those of payloads with other features of
/// `serde_json`.
///
/// Cargo locks the target folder while it builds, not while tests run. So everything is
/// built first, and no job waits for another.
///
/// # Errors
///
/// The broker does not start, or cargo can't be run.
pub(super) fn run(broker: Broker) -> Result<ExitCode, Error> {
    let mut builds = [whole_workspace()?, json_tests()?];
    for build in &mut builds {
        let built = build.arg("--no-run").status().map_err(Error::Cargo)?;
        if !built.success() {
            return Ok(exit_code(built));
        }
    }
    let lease = broker.lease()?;
    // `--tests` leaves out the examples in documentation: with `--ignored`, rustdoc would
    // run those that are marked `ignore`.
    let mut with_broker = whole_workspace()?;
    with_broker.args(["--no-fail-fast", "--tests", "--"]);
    with_broker.arg("--ignored").args(lease.skipped());
    let mut others = whole_workspace()?;
    others.arg("--no-fail-fast");
    let mut json = json_tests()?;
    json.arg("--no-fail-fast").args(TEXT_TESTS);

    let results = Results::default();
    let with_broker = Job::new("tests with a broker", with_broker).with(lease.variables());
    // Tests with a broker have deadlines, so all others get a lower priority.
    let beside = [
        Job::new("tests without a broker", others).in_background(),
        Job::new("payloads with other features of serde_json", json).in_background(),
    ];
    thread::scope(|scope| {
        for job in beside {
            scope.spawn(|| results.run(job));
        }
        results.run(with_broker);
    });
    Ok(results.finish())
}

fn whole_workspace() -> Result<Command, Error> {
    let mut command = cargo()?;
    command.args(WHOLE_WORKSPACE);
    Ok(command)
}

/// The choice of packages and features is that of [`whole_workspace`], so only crates that
/// depend on `serde_json` are built once more.
fn json_tests() -> Result<Command, Error> {
    let mut command = whole_workspace()?;
    command.args(JSON_FEATURES).args(JSON_TESTS);
    Ok(command)
}
