//! Reads Taskcluster's exchange references and the JSON Schemas they name.
//!
//! The first phases of the code generator and the drift report. The library does no I/O:
//! it takes the bytes of documents.
//!
//! ```text
//! load      bytes → documents, identified by their own properties
//! resolve   documents → schemas with every $ref followed, patterns compiled
//! pattern   ECMA-262 pattern → automaton → the cheapest form to check
//! ```

mod document;
mod draft;
mod error;
#[doc(hidden)] // For `taskcluster-codegen` of the same version.
pub mod graph;
pub mod id;
pub mod json;
mod keyword;
mod load;
pub mod pattern;
mod place;
#[doc(hidden)] // For `taskcluster-codegen` and `taskcluster-drift` of the same version.
pub mod reading;
pub mod reference;
mod resolve;
mod rounding;
pub mod schema;
mod subschemas;
pub mod text;

pub use document::{Document, Documents, Source, publisher, schema_id};
pub use error::{Error, Errors, Reason, chain};
pub use keyword::references;
pub use load::{is_exchange_reference, load};
pub use place::{Place, escape};
pub use resolve::{Resolved, resolve};
pub use subschemas::{Role, Slot};
