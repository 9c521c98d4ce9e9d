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
//! `taskcluster-pulse` and `serde`:
//!
//! ```no_run
//! use std::{env, fs, path::Path};
//! use taskcluster_codegen::{Generator, Source};
//!
//! let read = |path: &str| -> std::io::Result<Source> {
//!     println!("cargo::rerun-if-changed={path}");
//!     Ok(Source { name: path.to_owned(), bytes: fs::read(path)? })
//! };
//! let files = Generator::new()
//!     .sources([read("schemas/exchanges.json")?, read("schemas/message.json")?])
//!     // Committed beside the schemas, from an earlier run: names stay as they are.
//!     .names(read("schemas/names.json").ok())
//!     .module()?;
//! let out = env::var("OUT_DIR")?;
//! for (path, text) in files {
//!     let path = Path::new(&out).join("events").join(path);
//!     fs::create_dir_all(path.parent().unwrap_or(&path))?;
//!     fs::write(path, text)?;
//! }
//! fs::write(Path::new(&out).join("events.rs"), "pub mod events;")?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The crate includes it by
//! `include!(concat!(env!("OUT_DIR"), "/events.rs"));`.

mod api;
mod chains;
mod combine;
mod decoded;
mod emit;
mod format;
mod generator;
mod graph;
mod ident;
mod model;
mod names;
mod package;
mod reading;
mod runtime;
mod types;

pub use api::{Api, ApiExchange, ApiType, Item, Member};
pub use decoded::{Decoded, DecodedKind, DecodedMember, DecodedType};
pub use generator::{Files, Generator};
pub use package::Package;
pub use taskcluster_documents::{Error, Errors, Source};
