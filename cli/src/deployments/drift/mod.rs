//! `drift`: compares two sets of documents, and reports what the changes break.

mod error;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::Value;
use taskcluster_documents::text::escape_json;
use taskcluster_drift::render::{self, Page};
use taskcluster_drift::{Level, ReaderReport, Report, Side, accepts, compare, compare_only};

pub use error::Error;

use crate::defaults::Defaults;
use crate::deployments::input::Input;
use crate::folder::names;
use crate::{printed, terminal};

/// Exit code if a finding reaches the level.
const FOUND: u8 = 1;

/// Compare two sets of exchange references and schemas.
///
/// It answers four questions for each exchange: whether a consumer that was compiled
/// against OLD reads new messages, whether readers of NEW accept messages of a publisher
/// that was compiled against OLD, whether bindings still match, and whether code that
/// uses the crate still compiles. Every loss, except that of a whole exchange, comes with a
/// message or a routing key that shows it.
///
/// With --reader, the only question is whether a schema, such as a hook's
/// triggerSchema, accepts every message of an exchange of OLD: `refused` with a message
/// that shows it, or `fine`.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  PROGRAM drift https://tc.example.com
  PROGRAM drift schemas https://tc.example.com
  PROGRAM drift old/ new/ --format markdown
  PROGRAM drift schemas https://tc.example.com --exchange queue/task-failed
  PROGRAM drift --exchange queue/task-completed --reader trigger-schema.json

Levels of --fail-on:
  breaking  messages are lost or refused, bindings miss messages or misread keys,
            code no longer compiles, or one of these is not decided
  visible   or messages decode that break the old schema
  any       or anything was added or worded differently, or a binding matches more

Exit codes:
  0  nothing at or above the level of --fail-on
  1  something was found
  2  the two could not be compared; the error has the reason")]
pub struct Args {
    /// The documents that code was compiled against: a folder, a file with one or
    /// all documents, or a root URL [default: the folder that `codegen` reads]
    old: Option<PathBuf>,

    /// The documents to compare them with; a root URL alone is NEW (OLD with --reader)
    /// [default: $TASKCLUSTER_ROOT_URL]
    new: Option<PathBuf>,

    /// The format of the report
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// Exit with 1 from this level on
    #[arg(long, value_enum, value_name = "LEVEL", default_value_t)]
    fail_on: FailOn,

    /// Also list texts that changed only in wording, and exchanges without a change, in the
    /// format `text`; `json` always has both, the others have neither
    #[arg(long)]
    verbose: bool,

    /// Compare this exchange only, such as queue/task-completed; may be repeated. With
    /// --reader, the one whose messages the reader gets
    #[arg(long = "exchange", value_name = "NAME")]
    exchanges: Vec<String>,

    /// A JSON Schema that the messages of the exchange have to satisfy
    #[arg(
        long,
        value_name = "FILE",
        requires = "exchanges",
        conflicts_with = "new"
    )]
    reader: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// Annotations of a GitHub workflow
    Github,
    /// A comment for a pull request
    Markdown,
}

#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum FailOn {
    #[default]
    Breaking,
    Visible,
    Any,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            Self::Breaking => Level::Breaking,
            Self::Visible => Level::Visible,
            Self::Any => Level::Any,
        }
    }
}

/// Runs the command and prints the result on `stdout`.
///
/// # Errors
///
/// If the documents can't be read, or can't be compared.
pub fn run(args: &Args, defaults: &Defaults, stdout: &mut impl Write) -> Result<ExitCode, Error> {
    let found = found(args, defaults)?;
    let text = match args.format {
        Format::Text => terminal::lines(&render::text(found.page(), args.verbose)),
        Format::Json => escape_json(&format!("{:#}\n", found.json())),
        Format::Github => render::github(found.page()),
        Format::Markdown => render::markdown(found.page()),
    };
    printed::print(stdout, &text).map_err(Error::Stdout)?;
    Ok(match found.level() >= args.fail_on.level() {
        true => ExitCode::from(FOUND),
        false => ExitCode::SUCCESS,
    })
}

/// The result of a comparison.
enum Found {
    Sides(Report),
    Reader(ReaderReport),
}

impl Found {
    fn page(&self) -> Page {
        match self {
            Self::Sides(report) => report.into(),
            Self::Reader(report) => report.into(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Sides(report) => render::json(report),
            Self::Reader(report) => render::reader_json(report),
        }
    }

    fn level(&self) -> Level {
        match self {
            Self::Sides(report) => report.level(),
            Self::Reader(report) => report.level(),
        }
    }
}

fn found(args: &Args, defaults: &Defaults) -> Result<Found, Error> {
    let default = || Input::Path(defaults.schemas.clone());
    let parse = |argument: &Option<PathBuf>| argument.as_deref().map(Input::parse).transpose();
    let (old, new) = (parse(&args.old)?, parse(&args.new)?);
    if let Some(reader) = &args.reader {
        let [exchange] = args.exchanges.as_slice() else {
            return Err(Error::SeveralExchanges);
        };
        let messages = old.unwrap_or_else(default);
        let report = accepts(&side(&messages)?.0, exchange, &schema(reader)?);
        return report.map(Found::Reader).map_err(Error::Exchange);
    }
    let (old, new) = match (old, new) {
        // Code is rarely compiled against a deployment.
        (Some(Input::Url(new)), None) => (None, Some(Input::Url(new))),
        given => given,
    };
    let old = old.unwrap_or_else(default);
    let new = match new {
        Some(new) => new,
        None => Input::from_environment()?.ok_or(Error::NoNew)?,
    };
    if old.is_same(&new) {
        return Err(Error::Same { name: new.name() });
    }
    // Code is generated from the default folder, with the names beside the code.
    let names = match old.is_path(&defaults.schemas) {
        true => names::read(&defaults.out)?,
        false => None,
    };
    let (old, old_is_schema) = side(&old)?;
    let old = old.with_names(names).map_err(Error::Documents)?;
    let (new, new_is_schema) = side(&new)?;
    if old_is_schema != new_is_schema {
        let schema = if old_is_schema { old } else { new };
        return Err(Error::OneSchema { name: schema.name });
    }
    if old_is_schema && !args.exchanges.is_empty() {
        return Err(Error::SchemasOnly);
    }
    let report = match args.exchanges.as_slice() {
        [] => compare(&old, &new),
        names => compare_only(&old, &new, names).map_err(Error::Exchange)?,
    };
    Ok(Found::Sides(report))
}

/// Reads documents. The result also states whether they are a single schema, without a
/// reference.
fn side(input: &Input) -> Result<(Side, bool), Error> {
    let sources = input.read()?;
    let side = Side::read(input.name(), &sources).map_err(Error::Documents)?;
    let is_schema = matches!(sources.as_slice(), [only] if Side::schema("", only).is_ok());
    Ok((side, is_schema))
}

/// The schema of a reader, from a single file.
fn schema(path: &Path) -> Result<Side, Error> {
    let sources = Input::Path(path.to_path_buf()).read()?;
    match sources.as_slice() {
        [only] => Side::schema(terminal::path(path), only).map_err(Error::Documents),
        _ => Err(Error::SeveralReaders {
            path: path.to_path_buf(),
        }),
    }
}
