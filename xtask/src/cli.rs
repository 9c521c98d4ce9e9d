//! The arguments of `cargo xtask`, and what its exit codes mean.

use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{codegen, test};

/// What a command exits with when it could not do what it was asked to.
///
/// It is also what clap exits with on arguments that it does not understand.
const FAILED: u8 = 2;

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
    Codegen(codegen::Args),
    Test(test::Args),
}

impl Command {
    fn run(&self) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Codegen(args) => Ok(codegen::run(args, &mut io::stdout().lock())?),
            Self::Test(args) => Ok(test::run(args)?),
        }
    }
}

/// Parses the arguments of this process, runs the command that they name, and
/// says on standard error why it failed if it did.
#[must_use]
pub fn main() -> ExitCode {
    Cli::parse().command.run().unwrap_or_else(|error| {
        // There is nobody left to tell when standard error is closed.
        let _ = writeln!(io::stderr(), "error: {error}");
        ExitCode::from(FAILED)
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn clap_finds_no_fault_in_the_arguments() {
        super::Cli::command().debug_assert();
    }
}
