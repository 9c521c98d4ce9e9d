//! Reads Taskcluster's exchange references and the JSON Schemas they name.
//!
//! The first phases that the code generator and the drift report share. The
//! library does no I/O: it takes the bytes of documents.
//!
//! ```text
//! load      bytes → documents, identified by their own members
//! resolve   documents → schemas with every $ref followed, patterns compiled
//! pattern   ECMA-262 pattern → automaton → the cheapest form to check
//! ```

mod declarations;
mod error;
pub mod id;
pub mod json;
pub mod load;
pub mod pattern;
mod place;
pub mod resolve;
pub mod text;

pub use error::{Error, Errors, Reason};
pub use load::{Document, Documents, load};
pub use place::{Place, escape};
pub use resolve::{Resolved, Schema, SchemaId, resolve};

/// One input: the bytes of a JSON file, and its name in errors.
#[derive(Clone, Debug)]
pub struct Source {
    /// The name of the file in errors, its path for instance.
    pub name: String,
    /// The bytes: one JSON document, or an array of `{"filename", "content"}`
    /// objects, the form in which Taskcluster ships all of its documents.
    pub bytes: Vec<u8>,
}
