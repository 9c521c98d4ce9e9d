//! `cargo xtask test`: everything, on a RabbitMQ of its own.

mod broker;
mod everything;
mod jobs;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::io;
use std::process::{Command, ExitCode, ExitStatus};

use crate::printed::report;
use crate::rabbitmq;
use crate::workspace::{self, exit_code};

use broker::{Broker, Lease};

/// Run every test of the workspace, those on a real RabbitMQ included.
///
/// The broker is the one that the variable PULSE_TEST_URL names, such as
/// amqp://guest:guest@127.0.0.1:5672/%2f. Set PULSE_TEST_MANAGEMENT_URL to its
/// management API, such as http://guest:guest@127.0.0.1:15672/%2f; without it, the
/// tests of that API are skipped.
///
/// If PULSE_TEST_URL is not set, a private RabbitMQ is started on free ports of
/// 127.0.0.1, with its data in a temporary folder, and is removed afterwards, even if
/// tests fail. If RabbitMQ is not installed, this asks whether to install
/// it with the system's package manager; as root, it does so at once.
///
/// Tests that need the broker run beside all others, which have a lower priority. The
/// output of both is printed when they have ended. All tests are run, even if one fails.
///
/// If all pass, the tests of the client are run again on each further RabbitMQ: those in
/// the folders of PULSE_TEST_RABBITMQ, and in /opt/rabbitmq_server-*/sbin.
///
/// PULSE_TEST_LONG=1 runs the long forms of some tests, such as those of random input.
#[derive(Debug)]
#[cfg_attr(
    feature = "commands",
    derive(clap::Args),
    command(after_long_help = "\
Examples:
  cargo xtask test
  cargo xtask test -- -p taskcluster-pulse --test rabbitmq
  cargo xtask test -- routing -- --nocapture

Exit codes:
  0    every test passed
  2    there is no broker to test with; the error has the remedy
  any other is that of the first failure: 101 for a failed test, or cargo's")
)]
pub struct Args {
    /// Install RabbitMQ without asking if it is missing, with sudo if that needs root
    #[cfg_attr(feature = "commands", arg(long))]
    install: bool,

    /// More arguments for `cargo test --workspace --all-features`, which runs the tests
    /// that they choose. `-p PACKAGE` takes the place of `--workspace`
    #[cfg_attr(feature = "commands", arg(last = true, value_name = "ARGS"))]
    cargo_args: Vec<OsString>,
}

impl Args {
    /// The arguments of `cargo xtask test`; `None` for another command, for help, and for
    /// unknown arguments.
    #[must_use]
    pub fn parse(args: &[OsString]) -> Option<Self> {
        let args = args.strip_prefix(&["test".into()])?;
        let rest = args.strip_prefix(&["--install".into()]);
        let cargo_args = match rest.unwrap_or(args) {
            [] => &[],
            [dashes, cargo_args @ ..] if dashes == "--" => cargo_args,
            _ => return None,
        };
        Some(Self {
            install: rest.is_some(),
            cargo_args: cargo_args.to_vec(),
        })
    }
}

/// The tests can't be run.
#[derive(Debug)]
pub enum Error {
    /// The workspace is not found.
    Workspace(io::Error),
    /// There is no broker.
    RabbitMq(rabbitmq::Error),
    /// Cargo can't be run.
    Cargo(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Workspace(_) => f.write_str("cannot find the tests"),
            Self::RabbitMq(error) => error.fmt(f),
            Self::Cargo(_) => f.write_str("cannot run cargo; run this by `cargo xtask test`"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::RabbitMq(error) => error.source(),
            Self::Workspace(error) | Self::Cargo(error) => Some(error),
        }
    }
}

impl From<rabbitmq::Error> for Error {
    fn from(error: rabbitmq::Error) -> Self {
        Self::RabbitMq(error)
    }
}

/// `cargo test` for everything.
const WHOLE_WORKSPACE: [&str; 3] = ["test", "--workspace", "--all-features"];

/// `cargo test` for packages that are named. Beside `--workspace`, names choose nothing.
const PACKAGES: [&str; 2] = ["test", "--all-features"];

/// The tests that are run on each further RabbitMQ. With `-p`, cargo would build what they
/// depend on with other features.
const CLIENT_TESTS: [&str; 2] = ["--test", "rabbitmq"];

/// Runs the tests; the exit code is that of the first failure.
///
/// # Errors
///
/// There is no broker, or cargo can't be run.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let (broker, others) = Broker::find(args.install)?;
    if !args.cargo_args.is_empty() {
        let status = cargo_test(&args.cargo_args, &broker.lease()?)?;
        return Ok(exit_code(status));
    }
    let mut code = everything::run(broker)?;
    let client = CLIENT_TESTS.map(OsString::from);
    for other in others {
        if code != ExitCode::SUCCESS {
            break;
        }
        report(format_args!("testing the client with {other}"));
        code = exit_code(cargo_test(&client, &other.lease()?)?);
    }
    Ok(code)
}

/// Runs `cargo test` with a broker.
fn cargo_test(cargo_args: &[OsString], lease: &Lease) -> Result<ExitStatus, Error> {
    let mut for_cargo = cargo_args.split(|arg| arg == "--");
    let for_cargo = for_cargo.next().unwrap_or_default();
    let for_tests = cargo_args.iter().skip_while(|arg| *arg != "--").skip(1);
    let mut command = cargo()?;
    if for_cargo.iter().any(|arg| names_package(arg)) {
        command.args(PACKAGES);
    } else {
        command.args(WHOLE_WORKSPACE);
    }
    command.args(for_cargo).arg("--");
    // The tests that need a broker are marked `#[ignore]`.
    let mut chosen = for_tests.clone();
    if !chosen.any(|arg| arg == "--ignored" || arg == "--include-ignored") {
        command.arg("--include-ignored");
    }
    command
        .args(lease.skipped())
        .args(for_tests)
        .envs(lease.variables());
    command.status().map_err(Error::Cargo)
}

/// Whether an argument is `-p PACKAGE`, in any of its forms.
fn names_package(arg: &OsStr) -> bool {
    let arg = arg.as_encoded_bytes();
    arg.starts_with(b"-p") || arg.starts_with(b"--package")
}

/// Cargo, in the folder of the workspace.
fn cargo() -> Result<Command, Error> {
    let mut command = workspace::cargo();
    command.current_dir(workspace::root().map_err(Error::Workspace)?);
    Ok(command)
}
