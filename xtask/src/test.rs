//! `cargo xtask test`: everything, on a RabbitMQ of its own.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::io;
use std::process::{Command, ExitCode, ExitStatus};

use crate::rabbitmq::{self, RabbitMq, Server};
use crate::workspace::{self, exit_code};

/// The variable that names the broker to test with.
const URL: &str = "PULSE_TEST_URL";

/// The variable that names the management API of that broker.
const MANAGEMENT_URL: &str = "PULSE_TEST_MANAGEMENT_URL";

/// The module of the tests that need a management API.
const MANAGEMENT_TESTS: &str = "management_api::";

/// The tests that are run on each further RabbitMQ.
const CLIENT_TESTS: [&str; 4] = ["-p", "taskcluster-pulse", "--test", "rabbitmq"];

/// Run every test of the workspace, those on a real RabbitMQ included.
///
/// The broker is the one that the variable PULSE_TEST_URL names, such as
/// amqp://guest:guest@127.0.0.1:5672/%2f. Set PULSE_TEST_MANAGEMENT_URL to its
/// management API, such as http://guest:guest@127.0.0.1:15672/%2f; without it, the
/// tests of that API are skipped.
///
/// Where PULSE_TEST_URL is not set, a private RabbitMQ is started on free ports
/// of 127.0.0.1, with its data in a temporary folder, and is removed afterwards,
/// whatever the tests do. If RabbitMQ is not installed, this asks whether to install
/// it with the system's package manager; as root, it does so at once.
///
/// The tests of the client are run again on each further RabbitMQ: those in the
/// folders of PULSE_TEST_RABBITMQ, and in /opt/rabbitmq_server-*/sbin.
///
/// PULSE_TEST_LONG=1 asks for the long forms of some tests, such as random hunts.
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
  2    there is no broker to test with; the error has the command to install one
  any other is cargo's, 101 for a failed test")
)]
pub struct Args {
    /// Install RabbitMQ without asking if it is missing, with sudo if that needs root
    #[cfg_attr(feature = "commands", arg(long))]
    install: bool,

    /// More arguments for `cargo test --workspace --all-features`
    #[cfg_attr(feature = "commands", arg(last = true, value_name = "ARGS"))]
    cargo_args: Vec<OsString>,
}

impl Args {
    /// The arguments of `cargo xtask test`; `None` for another command, for help, and for
    /// what is not understood.
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

/// Features of `serde_json` that any crate of a build may turn on, and that change how
/// it holds numbers and objects.
const JSON_FEATURES: &str = "serde_json/arbitrary_precision,serde_json/preserve_order";

/// The programs whose results these features must not change. They are run whole: a name
/// that fits no test would pass.
const JSON_TESTS: [&str; 4] = ["--test", "goldens", "--test", "workspace"];

/// Runs the tests; the exit code is that of `cargo test`. All of them are followed by
/// those of payloads, with other features of `serde_json`.
///
/// # Errors
///
/// There is no broker, or cargo can't be run.
pub fn run(args: &Args) -> Result<ExitCode, Error> {
    let status = test_on_broker(args)?;
    if !status.success() || !args.cargo_args.is_empty() {
        return Ok(exit_code(status));
    }
    eprintln!("testing payloads with {JSON_FEATURES}");
    let mut command = cargo()?;
    // With the same choice of packages and features as before, only what depends on
    // `serde_json` is built once more.
    command.args(WHOLE_WORKSPACE);
    command.args(["--features", JSON_FEATURES]);
    command.args(JSON_TESTS);
    command.status().map(exit_code).map_err(Error::Cargo)
}

fn test_on_broker(args: &Args) -> Result<ExitStatus, Error> {
    let cargo_args = args.cargo_args.as_slice();
    if is_set(URL) {
        eprintln!("testing with the broker that {URL} names");
        if !is_set(MANAGEMENT_URL) {
            eprintln!("skipping the tests of its management API: {MANAGEMENT_URL} is not set");
            return cargo_test(cargo_args, &["--skip", MANAGEMENT_TESTS], []);
        }
        return cargo_test(cargo_args, &[], []);
    }
    let server = match Server::find() {
        Some(server) => server,
        None => rabbitmq::install(args.install)?,
    };
    let others = server.others();
    let mut status = test_with(server, cargo_args)?;
    // A choice of tests is run once.
    if cargo_args.is_empty() {
        let client = CLIENT_TESTS.map(OsString::from);
        for server in others {
            if !status.success() {
                break;
            }
            eprintln!("testing the client with {}", server.path().display());
            status = test_with(server, &client)?;
        }
    }
    Ok(status)
}

/// Runs tests on a private broker of `server`.
fn test_with(server: Server, cargo_args: &[OsString]) -> Result<ExitStatus, Error> {
    // Cleans up when it is dropped; and when this process is killed, too.
    let broker = RabbitMq::start_with_management(server)?;
    eprintln!("testing with a private RabbitMQ, {}", broker.address());
    let management = broker.management_url().map(|url| (MANAGEMENT_URL, url));
    let amqp = (URL, broker.url().to_owned());
    cargo_test(cargo_args, &[], [amqp].into_iter().chain(management))
}

fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// Runs `cargo test`, with `test_args` for the test programs before those in
/// `cargo_args`.
fn cargo_test(
    cargo_args: &[OsString],
    test_args: &[&str],
    variables: impl IntoIterator<Item = (&'static str, String)>,
) -> Result<ExitStatus, Error> {
    let mut for_cargo = cargo_args.split(|arg| arg == "--");
    let for_tests = cargo_args.iter().skip_while(|arg| *arg != "--").skip(1);
    let mut command = cargo()?;
    command
        .args(WHOLE_WORKSPACE)
        .args(for_cargo.next().unwrap_or_default())
        // The tests that need a broker are marked `#[ignore]`.
        .args(["--", "--include-ignored"])
        .args(test_args)
        .args(for_tests)
        .envs(variables);
    command.status().map_err(Error::Cargo)
}

/// Cargo, in the folder of the workspace.
fn cargo() -> Result<Command, Error> {
    let mut command = workspace::cargo();
    command.current_dir(workspace::root().map_err(Error::Workspace)?);
    Ok(command)
}
