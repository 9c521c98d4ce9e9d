//! Phase two: documents to schemas, with every `$ref` followed.
//!
//! A schema is parsed once for each place that it stands at, and other schemas
//! name it by its [`SchemaId`]; ids are handed out before a schema is parsed, so
//! that a cycle is nothing special. No text is fetched.

mod embedded;
mod keywords;
mod ledger;
mod reference;
mod schema;
mod walk;

pub(crate) use ledger::{Ledger, Mark};
pub(crate) use reference::{Entry, Reference};
pub(crate) use schema::{
    Additional, ArrayWords, Combination, Home, JsonKind, Marked, NumberWords, ObjectWords, Schema,
    SchemaId, TextWords,
};

use taskcluster_documents::Errors;
use taskcluster_documents::load::Documents;

/// The exchange references, and every schema that they reach.
#[derive(Debug)]
pub(crate) struct Resolved {
    /// Ordered by service and API version.
    pub(crate) references: Vec<Reference>,
    /// Indexed by [`SchemaId`].
    pub(crate) schemas: Vec<Schema>,
    /// The keywords that were read, each to be enforced.
    pub(crate) ledger: Ledger,
}

/// Reads the references and every schema that they reach.
pub(crate) fn resolve(documents: &Documents) -> Result<Resolved, Errors> {
    let mut walk = walk::Walk::new(documents);
    let mut errors = Vec::new();
    let mut references = Vec::new();
    for document in documents.references.values() {
        match reference::read(document, &mut walk) {
            Ok(reference) => references.push(reference),
            Err(found) => errors.extend(found),
        }
    }
    references.sort_by(|a: &Reference, b| {
        (&a.service, &a.api_version).cmp(&(&b.service, &b.api_version))
    });
    errors.extend(reference::shared_exchanges(&references));
    let (schemas, ledger, found) = walk.finish();
    errors.extend(found);
    Errors::unless_empty(
        errors,
        Resolved {
            references,
            schemas,
            ledger,
        },
    )
}
