//! Documents to schemas, with every `$ref` followed.
//!
//! A schema is read once for each place, and other schemas refer to it by its
//! [`SchemaId`](crate::schema::SchemaId). Ids are assigned before a schema is read, so cycles
//! need no special care. Nothing is fetched.

mod cycles;
mod places;
mod reader;
mod references;
mod schemas;
mod unknown;
mod values;
mod walk;

use crate::document::Documents;
use crate::error::{Error, Errors};
use crate::reference::Reference;
use crate::schema::Schema;

/// The exchange references, and every schema that they reach.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Ordered by service and API version.
    pub references: Vec<Reference>,
    /// Indexed by [`SchemaId`](crate::schema::SchemaId).
    pub schemas: Vec<Schema>,
    /// Keywords and formats that are not enforced, and properties of references that are not
    /// read, each with its place.
    pub unknown: Vec<Error>,
    /// Errors of the documents. If there are any, entries with errors are left out of
    /// `references`, and keywords with errors out of their schemas.
    pub errors: Vec<Error>,
}

impl Resolved {
    /// The same, if there are no errors.
    ///
    /// # Errors
    ///
    /// All errors of the input at once: files that are not JSON, keywords with values of
    /// the wrong type, references without a target, patterns that are not a regular
    /// language, schemas that apply to their own instances again.
    pub fn checked(mut self) -> Result<Self, Errors> {
        Errors::unless_empty(std::mem::take(&mut self.errors), self)
    }
}

/// Reads the references and every schema they reach.
pub fn resolve(documents: &Documents) -> Resolved {
    let mut walk = walk::Walk::new(documents);
    let documents_read = documents.references.values();
    let mut references: Vec<Reference> = documents_read
        .map(|document| references::read(document, &mut walk))
        .collect();
    references.sort_by(|a: &Reference, b| {
        (&a.service, &a.api_version).cmp(&(&b.service, &b.api_version))
    });
    let mut errors = documents.errors.clone();
    errors.extend(references::shared_exchanges(&references));
    errors.extend(cycles::find(&walk.schemas));
    errors.append(&mut walk.errors);
    Resolved {
        references,
        unknown: walk.not_enforced(),
        schemas: walk.schemas,
        errors,
    }
}
