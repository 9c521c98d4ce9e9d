//! `cargo xtask`: runs the tests, or the program that has all other commands.
//!
//! That program needs the generator, and is built when it is first run. This one does not,
//! because cargo builds the generator with other features for the tests: in a fresh clone,
//! they would wait until it was built twice. For `codegen`, the first command in a fresh
//! clone, that program is built without the other commands, which need an HTTP client.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::process::ExitCode;

use xtask::printed::report;
use xtask::test;
use xtask::workspace;

fn main() -> ExitCode {
    let args: Vec<OsString> = env::args_os().skip(1).collect();
    let result = match test::Args::parse(&args) {
        Some(args) => test::run(&args).map_err(Into::into),
        None => other_command(&args),
    };
    result.unwrap_or_else(|error| fail(&*error))
}

/// Runs a command by the program `xtask-commands`, which also has the help, and the errors
/// about arguments.
fn other_command(args: &[OsString]) -> Result<ExitCode, Box<dyn Error>> {
    let mut cargo = workspace::cargo();
    cargo.args(["run", "--quiet", "--manifest-path"]);
    cargo.arg(workspace::root()?.join("Cargo.toml"));
    cargo.args(["--package", "xtask", "--features", features(args)]);
    cargo.args(["--bin", "xtask-commands", "--"]).args(args);
    Ok(workspace::become_program(cargo)?)
}

/// The features of `xtask-commands` that these arguments need. Help, and the error about an
/// unknown command, need all, because they name all commands.
fn features(args: &[OsString]) -> &'static str {
    match args.first() {
        Some(command) if command == "codegen" => "commands",
        _ => "deployments",
    }
}

fn fail(error: &dyn Error) -> ExitCode {
    report(format_args!("error: {error}"));
    let mut cause = error.source();
    while let Some(error) = cause {
        report(format_args!("  cause: {error}"));
        cause = error.source();
    }
    ExitCode::from(2)
}
