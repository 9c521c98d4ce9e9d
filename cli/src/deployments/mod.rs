//! The commands that read the documents of a deployment: `drift` and `pull`.

mod closure;
mod deployment;
pub mod drift;
mod input;
pub mod pull;

use std::error::Error;
use std::io::Write;
use std::process::ExitCode;

use clap::Subcommand;

pub use deployment::Error as DeploymentError;
pub use input::Error as InputError;

use crate::defaults::Defaults;

/// A command that reads the documents of a deployment, or documents on disk.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "clap would print them instead of those of the arguments"
)]
pub enum Command {
    Drift(drift::Args),
    Pull(pull::Args),
}

impl Command {
    pub(crate) fn run(
        &self,
        defaults: &Defaults,
        stdout: &mut impl Write,
    ) -> Result<ExitCode, Box<dyn Error>> {
        Ok(match self {
            Self::Drift(args) => drift::run(args, defaults, stdout)?,
            Self::Pull(args) => pull::run(args, defaults, stdout)?,
        })
    }
}
