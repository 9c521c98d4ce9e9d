//! The program: its arguments and its commands.

use std::error::Error;
use std::ffi::OsString;
use std::io;
use std::process::ExitCode;

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::defaults::Defaults;
use crate::printed::{FAILED, fail, print, print_error};
use crate::{codegen, terminal};

/// Placeholder for the program's name in the examples of help texts.
const PROGRAM: &str = "PROGRAM";

/// Placeholder for the options that `codegen` needs outside of the workspace.
const OPTIONS: &str = " OPTIONS";

/// A command of both the installed program and `cargo xtask`.
#[derive(Debug, Subcommand)]
#[expect(
    missing_docs,
    reason = "clap would print them instead of those of the arguments"
)]
pub enum Command {
    Codegen(codegen::Args),
    #[cfg(feature = "deployments")]
    #[command(flatten)]
    Deployments(crate::deployments::Command),
}

impl Command {
    /// Runs the command and prints its result on standard output.
    ///
    /// # Errors
    ///
    /// If the command fails; pass the error to [`fail`].
    pub fn run(&self, defaults: &Defaults) -> Result<ExitCode, Box<dyn Error>> {
        let mut stdout = io::stdout().lock();
        Ok(match self {
            Self::Codegen(args) => codegen::run(args, defaults, &mut stdout)?,
            #[cfg(feature = "deployments")]
            Self::Deployments(command) => command.run(defaults, &mut stdout)?,
        })
    }
}

/// Generate code for Taskcluster's exchanges, compare deployments, and read and replay
/// messages.
#[derive(Debug, Parser)]
#[command(name = "taskcluster-events", bin_name = "taskcluster-events", version)]
struct Program {
    #[command(subcommand)]
    command: AnyCommand,
}

/// A command of the installed program.
#[derive(Debug, Subcommand)]
enum AnyCommand {
    #[command(flatten)]
    Shared(Command),
    #[cfg(feature = "broker")]
    #[command(flatten)]
    Broker(crate::broker::Command),
}

impl AnyCommand {
    fn run(&self, defaults: &Defaults) -> Result<ExitCode, Box<dyn Error>> {
        match self {
            Self::Shared(command) => command.run(defaults),
            #[cfg(feature = "broker")]
            Self::Broker(command) => command.run(),
        }
    }
}

/// Parses `args`, the first of which is the program's name, and runs their command.
/// Errors are printed on standard error.
#[must_use]
pub fn run(args: impl IntoIterator<Item = OsString>, defaults: &Defaults) -> ExitCode {
    let command = examples_for(Program::command(), defaults);
    #[cfg(feature = "broker")]
    clap_complete::CompleteEnv::with_factory(|| command.clone()).complete();
    let parsed = command
        .try_get_matches_from(args)
        .and_then(|matches| Program::from_arg_matches(&matches));
    match parsed {
        Ok(program) => program
            .command
            .run(defaults)
            .unwrap_or_else(|error| fail(&*error)),
        Err(error) => usage(error),
    }
}

/// Prints an error of the arguments, or the requested help, and returns the exit code.
#[must_use]
pub fn usage(mut error: clap::Error) -> ExitCode {
    if !error.use_stderr() {
        let printed = print(&mut io::stdout(), &error.render().to_string());
        return printed.map_or_else(|error| fail(&error), |_| ExitCode::SUCCESS);
    }
    // The texts that the user wrote are in the context, each printed as a part of a line.
    let escaped: Vec<_> = error
        .context()
        .filter(|(kind, _)| *kind != ContextKind::Usage)
        .filter_map(|(kind, value)| Some((kind, escaped(value)?)))
        .collect();
    for (kind, value) in escaped {
        error.insert(kind, value);
    }
    print_error(&error.render().to_string());
    ExitCode::from(FAILED)
}

fn escaped(value: &ContextValue) -> Option<ContextValue> {
    Some(match value {
        ContextValue::String(text) => ContextValue::String(terminal::part(text)),
        ContextValue::Strings(texts) => {
            ContextValue::Strings(texts.iter().map(|text| terminal::part(text)).collect())
        }
        ContextValue::StyledStr(text) => ContextValue::StyledStr(plain(text)),
        ContextValue::StyledStrs(texts) => {
            ContextValue::StyledStrs(texts.iter().map(plain).collect())
        }
        _ => return None,
    })
}

fn plain(text: &StyledStr) -> StyledStr {
    terminal::part(&text.to_string()).into()
}

/// Completes the examples in the help texts of `command`, so that they work with these
/// defaults.
#[must_use]
pub fn examples_for(command: clap::Command, defaults: &Defaults) -> clap::Command {
    let options = match defaults.pulse {
        Some(_) => "",
        None => " --package my-events --pulse DIR",
    };
    command.mut_subcommands(|command| {
        let help = command.get_after_long_help().map(ToString::to_string);
        match help {
            Some(help) => command.after_long_help(
                help.replace(PROGRAM, defaults.program)
                    .replace(OPTIONS, options),
            ),
            None => command,
        }
    })
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn clap_accepts_the_definition_of_the_arguments() {
        super::Program::command().debug_assert();
    }
}
