//! The arguments of `cargo xtask`.

use std::error::Error;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use taskcluster_events_cli::{examples_for, fail, usage};

use crate::{test, workspace};

/// Work on the crates that give Taskcluster's pulse messages Rust types.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
#[command(after_help = "\
Examples:
  cargo xtask codegen           write generated/ from schemas/
  cargo xtask codegen --check   fail, with a diff, when generated/ is stale
  cargo xtask test              run every test, on a RabbitMQ of its own

`cargo xtask help COMMAND` says more about each.")]
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
    fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Shared(command) => command.run(&workspace::defaults()?),
            Self::Test(args) => Ok(test::run(args)?),
        }
    }
}

/// Parses the arguments of this process and runs the command that they name.
/// What went wrong is printed on standard error.
#[must_use]
pub fn main() -> ExitCode {
    let parsed = examples_for(Cli::command(), "cargo xtask")
        .try_get_matches()
        .and_then(|matches| Cli::from_arg_matches(&matches));
    match parsed {
        Ok(cli) => cli.command.run().unwrap_or_else(|error| fail(&*error)),
        Err(error) => usage(error),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn clap_accepts_the_definition_of_the_arguments() {
        super::Cli::command().debug_assert();
    }
}
