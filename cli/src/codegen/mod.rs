//! `codegen`: from documents to the folder of a crate.
//!
//! ```text
//! sources   the documents on disk → the generator's input
//! output    the output folder: what it may be, what it holds
//! changes   how what it holds differs from what the generator makes
//! report    those changes in words, with a diff
//! replace   the folder as a whole, or not at all
//! ```

mod changes;
mod error;
mod output;
mod replace;
mod report;
mod sources;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use taskcluster_codegen::{Files, Target};

pub use changes::Change;
pub use error::Error;
pub use output::Output;

use crate::{Defaults, terminal};

/// What a check exits with when the output is stale.
const STALE: u8 = 1;

/// The file of the output that says what was named how, for the next run.
const NAMES: &str = "names.json";

/// Write the generated crate from exchange references and schemas.
///
/// The output is replaced as a whole, or left as it was. Where nothing changed,
/// nothing is touched. In the output folder, `target`, `Cargo.lock` and names
/// that start with a dot are yours; everything else is generated.
///
/// What has a name keeps it, whatever is added to the schemas: the output's
/// names.json says what was named how. Delete it to have everything named anew.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  PROGRAM codegen
  PROGRAM codegen --check
  PROGRAM codegen --schemas references.json --out ../my-events

Exit codes:
  0  the output is written, or was up to date
  1  --check found the output stale
  2  the input is wrong, or could not be read, or the output not written;
     the output is as it was")]
pub struct Args {
    /// The documents: a folder with *.json files at any depth, or one file
    /// [default: schemas/]
    #[arg(long, value_name = "PATH")]
    schemas: Option<PathBuf>,

    /// The folder of the crate to write [default: generated/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The folder of the taskcluster-pulse crate, on which the new crate depends
    /// [default: the one of the workspace, for `cargo xtask`]
    #[arg(long, value_name = "DIR")]
    pulse: Option<PathBuf>,

    /// Write nothing: show a diff of whatever is stale, missing or orphaned
    #[arg(long)]
    check: bool,
}

impl Args {
    /// The command that brings the output up to date: this one, without the check.
    fn command(&self, program: &str) -> String {
        let mut command = format!("{program} codegen");
        let options = [
            ("--schemas", &self.schemas),
            ("--out", &self.out),
            ("--pulse", &self.pulse),
        ];
        for (option, path) in options {
            if let Some(path) = path {
                command += &format!(" {option} {}", terminal::quoted(path));
            }
        }
        command
    }
}

/// Runs the command and prints on `stdout` what it did or found.
///
/// # Errors
///
/// The input can't be read or generated from, or the output can't be read or
/// written; the output is then as it was.
pub fn run(args: &Args, defaults: &Defaults, stdout: &mut impl Write) -> Result<ExitCode, Error> {
    let schemas = args.schemas.as_ref().unwrap_or(&defaults.schemas);
    let output = Output::at(args.out.as_ref().unwrap_or(&defaults.out))?;
    let pulse = args.pulse.as_ref().or(defaults.pulse.as_ref());
    if !args.check {
        output.check_replaceable()?;
    }
    let target = Target::Crate {
        package: "taskcluster-events".to_owned(),
        pulse: output.path_to(pulse.ok_or(Error::NoRuntime)?)?,
    };
    let names = sources::names(&output.shown.join(NAMES))?;
    let sources = sources::read(schemas)?;
    let files = taskcluster_codegen::generate(&sources, names.as_ref(), &target)?;
    if files.is_empty() {
        return Err(Error::NoExchanges {
            path: schemas.clone(),
        });
    }
    let changes = output.changes(&files)?;
    if args.check {
        check(
            &args.command(defaults.program),
            &output,
            &files,
            &changes,
            stdout,
        )
    } else {
        write(&output, &files, &changes, stdout)
    }
}

fn check(
    command: &str,
    output: &Output,
    files: &Files,
    changes: &[Change],
    stdout: &mut impl Write,
) -> Result<ExitCode, Error> {
    if changes.is_empty() {
        tell(stdout, &report::up_to_date(output, files))?;
        return Ok(ExitCode::SUCCESS);
    }
    tell(stdout, &report::stale(output, changes, command))?;
    Ok(ExitCode::from(STALE))
}

fn write(
    output: &Output,
    files: &Files,
    changes: &[Change],
    stdout: &mut impl Write,
) -> Result<ExitCode, Error> {
    if changes.is_empty() {
        tell(stdout, &report::up_to_date(output, files))?;
    } else {
        output.replace(files)?;
        tell(stdout, &report::written(output, files, changes))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes `text`; that a reader such as `head` has heard enough is no failure.
fn tell(stdout: &mut impl Write, text: &str) -> Result<(), Error> {
    let written = stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush());
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Error::Stdout(error)),
        _ => Ok(()),
    }
}
