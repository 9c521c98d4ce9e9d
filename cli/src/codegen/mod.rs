//! `codegen`: generates the folder of a crate from documents.

mod error;
mod package;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use taskcluster_codegen::{Errors, Files, Generator};

pub use error::Error;
use package::PackageArgs;

use crate::defaults::Defaults;
use crate::folder::{self, Output, names};
use crate::printed::{self, listed, notes, warn};
use crate::{sources, terminal};

/// Exit code of `--check` if the output is stale.
const STALE: u8 = 1;

/// Write the generated crate from exchange references and schemas.
///
/// All files are written, or none; an unchanged file is not touched. A run that
/// was killed is finished by the next one. The files of a run are listed in the
/// output's generated-files.txt; all other files there are yours and stay.
///
/// Names stay the same when schemas are added: they are kept in the output's
/// names.json. Delete it to choose all names again.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  PROGRAM codegen OPTIONS
  PROGRAM codegen OPTIONS --check
  PROGRAM codegen OPTIONS \\
    --schemas references.json --out ../my-events

Exit codes:
  0  the output is written, or was up to date
  1  --check found the output stale
  2  the input is wrong or can't be read, or the output or the report can't be
     written; the output is then unchanged, except as the error states")]
pub struct Args {
    /// The documents: a folder with *.json files at any depth, or one file
    /// [default: schemas/]
    #[arg(long, value_name = "PATH")]
    schemas: Option<PathBuf>,

    /// The folder of the crate to write [default: generated/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    /// The folder of the taskcluster-pulse crate, on which the new crate depends
    /// [required; for `cargo xtask`, the default is that of the workspace]
    #[arg(long, value_name = "DIR")]
    pulse: Option<PathBuf>,

    #[command(flatten)]
    package: PackageArgs,

    /// Write nothing: show the beginning of the diff of each stale file, and list missing and
    /// orphaned ones
    #[arg(long)]
    check: bool,

    /// Fail if the documents have keywords or formats that are not enforced, such as
    /// misspelled ones and those beside a $ref; otherwise only warn. A keyword that holds the
    /// target of a $ref, such as `components`, is a place for schemas
    #[arg(long)]
    deny_unknown_keywords: bool,
}

impl Args {
    /// The command that brings the output up to date: this one, without `--check`.
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
        for (option, value) in self.package.given() {
            command += &format!(" {option} {}", terminal::quoted(Path::new(value)));
        }
        command
    }
}

/// Runs the command and prints the result on `stdout`.
///
/// # Errors
///
/// If the input can't be read or generated from, or the output can't be read or written.
/// The output is then unchanged, except after [`folder::Error::Unfinished`].
pub fn run(args: &Args, defaults: &Defaults, stdout: &mut impl Write) -> Result<ExitCode, Error> {
    let output = Output::at(args.out.as_ref().unwrap_or(&defaults.out))?;
    let pulse = args.pulse.as_ref().or(defaults.pulse.as_ref());
    let pulse = pulse.ok_or(Error::NoRuntime)?;
    let runtime = output.path_to(pulse)?;
    if folder::package(pulse).as_deref() != Some(package::RUNTIME) {
        return Err(Error::NotRuntime {
            path: pulse.clone(),
        });
    }
    let command = args.command(defaults.program);
    if args.check {
        if folder::is_half_written(&output.folder) {
            output.check_idle()?;
            return stale(&report::interrupted(&output, &command), stdout);
        }
    } else if let Some(recovery) = output.recover()? {
        let text = folder::report::recovered(&output, recovery);
        print(
            stdout,
            &text,
            "an interrupted run was finished, this one was not started",
        )?;
    }
    args.package.check(&output)?;
    let names = names::read(&output.shown)?;
    let generator = Generator::new().names(names.clone());
    let files = generate(args, defaults, runtime, generator)?;
    let comparison = output.compare(&files);
    if args.check && !comparison.as_ref().is_ok_and(|it| it.changes.is_empty()) {
        // A run beside this one may have changed files meanwhile.
        output.check_idle()?;
    }
    let comparison = comparison?;
    if comparison.changes.is_empty() {
        let text = report::up_to_date(&output, &comparison);
        return print(stdout, &text, "the output is up to date");
    }
    if args.check {
        return stale(&report::stale(&output, &comparison, &command), stdout);
    }
    output.write(&files, names.as_ref().map(|names| names.bytes.as_slice()))?;
    let text = report::written(&output, &comparison);
    print(stdout, &text, "the output is written")
}

/// Generates the files from the documents. Warns of unknown keywords, or refuses them.
fn generate(
    args: &Args,
    defaults: &Defaults,
    runtime: String,
    generator: Generator,
) -> Result<Files, Error> {
    let documents = sources::read(args.schemas.as_ref().unwrap_or(&defaults.schemas))?;
    let header = format!("Generated by `{} codegen`; do not edit.", defaults.program);
    let generator = generator.header(&header).sources(documents.sources);
    let unknown = generator.unknown_keywords();
    let mut errors = Vec::new();
    let files = generator.package(&args.package.package(runtime));
    let files = files.unwrap_or_else(|found| {
        errors.extend(found.iter().cloned());
        Files::new()
    });
    match args.deny_unknown_keywords {
        true => errors.extend(unknown),
        false if errors.is_empty() => notes(&listed(&unknown, "warning")),
        false => {}
    }
    Errors::unless_empty(errors, files).map_err(|errors| Error::Schemas {
        errors,
        yaml: documents.yaml,
    })
}

/// Prints `text`, the result of a check. The exit code is the same if that fails.
fn stale(text: &str, stdout: &mut impl Write) -> Result<ExitCode, Error> {
    if let Err(error) = print(stdout, text, "the output is stale") {
        warn(&error);
    }
    Ok(ExitCode::from(STALE))
}

fn print(stdout: &mut impl Write, text: &str, outcome: &'static str) -> Result<ExitCode, Error> {
    match printed::print(stdout, text) {
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(source) => Err(Error::Stdout { outcome, source }),
    }
}
