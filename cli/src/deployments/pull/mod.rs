//! `pull`: writes the documents of a deployment to a folder.

mod error;
mod files;
mod replaceable;
mod report;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

pub use error::Error;

use crate::defaults::Defaults;
use crate::deployments::input::Input;
use crate::folder::{self, Output};
use crate::printed;

/// Take exchange references, and the schemas that they reach, into a folder.
///
/// In the folder, every document that the source has is replaced. Documents of the services
/// whose references the source has are removed where it no longer has them, and so are
/// schemas that only those referred to. All other files stay: other documents of other
/// services, the schemas that these refer to, and files that are not documents.
///
/// All documents are written, or none. A run that was killed is finished by the next one.
/// Documents are written in one format: sorted, indented, each at the path of its id.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  PROGRAM pull https://tc.example.com
  PROGRAM pull references.json --out schemas

Exit codes:
  0  the folder has the documents; removed files and those left alone are listed
  2  the documents can't be read or fetched, or the folder not written;
     the folder is then unchanged, except as the error states")]
pub struct Args {
    /// The documents: a root URL, a folder, or a file with all of them
    /// [default: $TASKCLUSTER_ROOT_URL]
    source: Option<PathBuf>,

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
    let source = match &args.source {
        Some(source) => Input::parse(source)?,
        None => Input::from_environment()?.ok_or(Error::NoSource)?,
    };
    let out = args.out.as_ref().unwrap_or(&defaults.schemas);
    let output = Output::documents_at(out)?;
    // An interrupted run has all that it needs in the folder, without the source.
    if let Some(recovery) = output.recover()? {
        let text = folder::report::recovered(&output, recovery);
        printed::print(stdout, &text).map_err(Error::Stdout)?;
    }
    let files = files::canonical(&source.read()?).map_err(Error::Documents)?;
    let replaceable = replaceable::replaceable(&output, &files)?;
    let output = output.replacing(replaceable);
    let comparison = output.compare(&files)?;
    if !comparison.changes.is_empty() {
        output.write(&files, None)?;
    }
    let text = report::written(&output, &comparison, &source.name());
    printed::print(stdout, &text).map_err(Error::Stdout)?;
    Ok(ExitCode::SUCCESS)
}
