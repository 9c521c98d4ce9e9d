//! Turns Taskcluster's exchange references and JSON Schemas into Rust source.
//!
//! The library does no I/O: it takes the bytes of documents and gives back the
//! text of files, so that a command line and a build script can both use it.
//!
//! ```text
//! load      bytes → documents, known by what they say of themselves
//! resolve   documents → schemas with every $ref followed
//! lower     schemas → the model: services, exchanges, types, rules
//! emit      model → token streams
//! format    token streams → files
//! ```
//!
//! From a build script, for the schemas of a private service:
//!
//! ```no_run
//! use std::{env, fs, path::Path};
//! use taskcluster_codegen::{Source, Target, generate};
//!
//! let read = |path: &str| -> std::io::Result<Source> {
//!     Ok(Source { name: path.to_owned(), bytes: fs::read(path)? })
//! };
//! let sources = [read("schemas/exchanges.json")?, read("schemas/message.json")?];
//! // Committed beside the schemas, from an earlier run: what has a name keeps it.
//! let names = read("schemas/names.json").ok();
//! let out = Path::new(&env::var("OUT_DIR")?).join("events");
//! for (path, text) in generate(&sources, names.as_ref(), &Target::Module)? {
//!     let path = out.join(path);
//!     fs::create_dir_all(path.parent().unwrap_or(&out))?;
//!     fs::write(path, text)?;
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod emit;
mod format;
mod lower;
mod model;
mod names;
mod resolve;

use std::collections::BTreeMap;

use names::Names;
pub use taskcluster_documents::{Error, Errors, Source};

/// What the files are for.
#[derive(Clone, Debug)]
pub enum Target {
    /// A crate of its own: `Cargo.toml` and `src/`, with a feature a service.
    Crate {
        /// The name of the package.
        package: String,
        /// The path of the `taskcluster-pulse` crate, from the new crate.
        pulse: String,
    },
    /// A module of another crate, from its build script for instance: `mod.rs`
    /// and the files below it, without features.
    Module,
}

/// The files that were generated: their texts, by paths with `/` between the
/// folders, relative to the output folder.
pub type Files = BTreeMap<String, String>;

/// Generates the files for every exchange that `sources` describe.
///
/// The result depends on what the documents say, not on their order or names. One
/// of the files, `names.json`, says what was named how; given as `names` to the
/// next run, it makes sure that whatever was added in between renames nothing.
/// Without it, of two that ask for one name, the documents' own order decides.
///
/// # Errors
///
/// [`Errors`]: everything that keeps the input from being generated, each with
/// its file, its JSON pointer and what to do.
pub fn generate(
    sources: &[Source],
    names: Option<&Source>,
    target: &Target,
) -> Result<Files, Errors> {
    let names = names.map(Names::read).transpose()?.unwrap_or_default();
    let documents = taskcluster_documents::load(sources)?;
    // Reports all problems of the documents at once.
    taskcluster_documents::resolve(&documents)?;
    let resolved = resolve::resolve(&documents)?;
    let (model, mut ledger) = lower::lower(resolved, &names)?;
    let emitted = emit::emit(&model, target, &mut ledger)?;
    ledger.settle()?;
    format::format(emitted)
}
