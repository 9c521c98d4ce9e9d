//! Turns Taskcluster's exchange references and JSON Schemas into Rust source.
//!
//! The library does no I/O: it takes the bytes of documents and returns the text of
//! files, so that a command line and a build script can both use it.
//!
//! ```text
//! load      bytes → documents, identified by their own properties
//! resolve   documents → schemas with every $ref followed, patterns compiled
//! combine   schemas → views of schemas that apply together
//! types     views → the model: services, exchanges, types, rules, names
//! emit      model → token streams
//! format    token streams → files
//! ```
//!
//! [`Generator`] generates a package, or a module for a build script. The following build
//! script generates the exchanges of a private service, whose package depends on
//! `taskcluster-pulse` and `serde`. It reads their documents from `schemas/`, and the names
//! of an earlier run from `names.json`, which at first contains only `{}`; the run writes
//! its own to `generated/names.json` in `OUT_DIR`.
//!
//! ```no_run
//! use std::error::Error;
//! use std::path::PathBuf;
//! use std::{env, fs};
//!
//! use taskcluster_codegen::{Generator, Source};
//!
//! fn main() -> Result<(), Box<dyn Error>> {
//!     println!("cargo::rerun-if-changed=names.json");
//!     println!("cargo::rerun-if-changed=schemas");
//!     let mut generator = Generator::new().names(Source {
//!         name: "names.json".to_owned(),
//!         bytes: fs::read("names.json")?,
//!     });
//!     for entry in fs::read_dir("schemas")? {
//!         let path = entry?.path();
//!         if path.extension().is_some_and(|it| it == "json") {
//!             generator = generator.source(path.display().to_string(), fs::read(&path)?);
//!         }
//!     }
//!     for warning in generator.unknown_keywords() {
//!         println!("cargo::warning={warning}");
//!     }
//!     let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
//!     for (path, text) in generator.module()? {
//!         let path = out.join("generated").join(path);
//!         fs::create_dir_all(path.parent().ok_or("a file is in a folder")?)?;
//!         fs::write(path, text)?;
//!     }
//!     // The module is a file of its own, because `include!` takes no inner docs.
//!     fs::write(
//!         out.join("events.rs"),
//!         "mod generated;\npub use generated::*;\n",
//!     )?;
//!     Ok(())
//! }
//! ```
//!
//! The package includes the module:
//!
//! ```text
//! #[allow(dead_code, unused_imports, reason = "the program uses a part of the generated items")]
//! mod events {
//!     include!(concat!(env!("OUT_DIR"), "/events.rs"));
//! }
//! ```

mod api;
mod chains;
mod combine;
mod decoded;
mod emit;
mod format;
mod generator;
mod ident;
mod model;
mod names;
mod package;
mod runtime;
mod types;

#[doc(hidden)] // For `taskcluster-drift` of the same version.
pub use api::{Api, ApiExchange, ApiType, Item, Member};
#[doc(hidden)]
pub use decoded::{Decoded, DecodedKind, DecodedMember, DecodedType};
pub use generator::{Files, Generator};
pub use package::Package;
pub use taskcluster_documents::{Error, Errors, Source};
