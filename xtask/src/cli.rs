//! The arguments of `cargo xtask`.

use std::env;
use std::error::Error;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use taskcluster_events_cli::{Defaults, examples_for, fail, usage};

use crate::{test, workspace};

/// Generate Rust types of Taskcluster's messages, compare deployments, and run the tests.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(after_help = "\
Examples:
  cargo xtask codegen           write generated/ from schemas/
  cargo xtask codegen --check   fail, with a diff, when generated/ is stale
  cargo xtask test              run every test, on a RabbitMQ of its own

See `cargo xtask help COMMAND` for details.")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(flatten)]
    Shared(taskcluster_events_cli::Command),
    Test(test::Args),
}

impl Command {
    fn run(&self, defaults: &Defaults) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Shared(command) => command.run(defaults),
            Self::Test(args) => Ok(test::run(args)?),
        }
    }
}

/// Parses the arguments of this process and runs their command. Errors are printed on
/// standard error.
#[must_use]
pub fn main() -> ExitCode {
    let defaults = match defaults() {
        Ok(defaults) => defaults,
        Err(error) => return fail(&error),
    };
    let parsed = examples_for(Cli::command(), &defaults)
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => cli
            .command
            .run(&defaults)
            .unwrap_or_else(|error| fail(&*error)),
        Err(error) => usage(error),
    }
}

/// The workspace's own documents, generated crate and runtime as defaults.
///
/// # Errors
///
/// If the command runs outside of the workspace.
fn defaults() -> io::Result<Defaults> {
    let root = workspace::root()?;
    Ok(Defaults {
        program: "cargo xtask",
        schemas: path(&root, "schemas"),
        out: path(&root, "generated"),
        pulse: Some(root.join("pulse")),
    })
}

/// The path of `name` in the workspace at `root`, relative to the current folder if
/// possible.
fn path(root: &Path, name: &str) -> PathBuf {
    let absolute = root.join(name);
    let current = env::current_dir().and_then(|folder| folder.canonicalize());
    current
        .ok()
        .and_then(|current| pathdiff::diff_paths(&absolute, current))
        .unwrap_or(absolute)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn clap_accepts_the_definition_of_the_arguments() {
        super::Cli::command().debug_assert();
    }
}
