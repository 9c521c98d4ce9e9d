//! `pull`: writes the documents of a deployment to a folder.

mod error;
mod files;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

pub use error::Error;

use taskcluster_documents::text::count;

use crate::codegen::{Output, report};
use crate::defaults::Defaults;
use crate::deployments::input::Input;
use crate::{printed, terminal};

/// Take exchange references, and the schemas that they reach, into a folder.
///
/// All documents are written, or none; other documents in the folder are removed. A run
/// that was killed is finished by the next one. Documents are written in one format:
/// sorted, indented, each at the path of its id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  PROGRAM pull https://tc.example.com
  PROGRAM pull references.json --out schemas

Exit codes:
  0  the folder has the documents
  2  the documents can't be read or fetched, or the folder not written;
     the folder is then unchanged, except as the error states")]
pub struct Args {
    /// The documents: a root URL, a folder, or a file with all of them
    /// [default: $TASKCLUSTER_ROOT_URL]
    #[arg(value_parser = Input::parser())]
    source: Option<Input>,

    /// The folder to write [default: schemas/]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Runs the command and prints the result on `stdout`.
///
/// # Errors
///
/// If the documents can't be read, or the folder can't be written.
pub fn run(args: &Args, defaults: &Defaults, stdout: &mut impl Write) -> Result<ExitCode, Error> {
    let source = args.source.clone().or_else(Input::from_environment);
    let source = source.ok_or(Error::NoSource)?;
    let out = args.out.as_ref().unwrap_or(&defaults.schemas);
    let output = Output::documents_at(out)?;
    output.replaceable()?;
    let files = files::canonical(&source.read()?).map_err(Error::Documents)?;
    let recovered = output.recover()?.map(|it| report::recovered(&output, it));
    output.write(&files, None)?;
    let text = format!(
        "{}wrote {}: {} from {}\n",
        recovered.unwrap_or_default(),
        terminal::path(out),
        count(files.len(), "document"),
        terminal::part(&source.name())
    );
    printed::print(stdout, &text).map_err(Error::Stdout)?;
    Ok(ExitCode::SUCCESS)
}
