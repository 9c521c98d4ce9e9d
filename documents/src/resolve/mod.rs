//! Phase two: documents to schemas, with every `$ref` followed.
//!
//! A schema is read once for each place, and other schemas refer to it by its
//! [`SchemaId`]; ids are handed out before a schema is read, so that cycles need
//! no special care. No text is fetched.

mod cycles;
mod places;
mod reader;
mod references;
mod schemas;
mod values;
mod walk;

use crate::document::Documents;
use crate::error::{Error, Errors};
use crate::reference::Reference;
use crate::schema::{Schema, SchemaId};

/// The exchange references, and every schema they reach.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Ordered by service and API version.
    pub references: Vec<Reference>,
    /// Indexed by [`SchemaId`].
    pub schemas: Vec<Schema>,
    /// Keywords and formats that the drafts do not define, each where it is.
    pub unknown: Vec<Error>,
    /// What is wrong with the documents. If anything is, the references are those of
    /// the entries without errors, and a keyword with an error is left out.
    pub errors: Vec<Error>,
}

impl Resolved {
    /// The same, if nothing is wrong.
    ///
    /// # Errors
    ///
    /// All problems of the input at once: files that are no JSON, keywords with values of
    /// the wrong kind, references that lead nowhere, patterns that are no regular
    /// language, schemas that apply to their own instances again.
    pub fn checked(mut self) -> Result<Self, Errors> {
        Errors::unless_empty(std::mem::take(&mut self.errors), self)
    }

    /// The schema `id`.
    ///
    /// # Panics
    ///
    /// If `id` is of another input.
    pub fn schema(&self, id: SchemaId) -> &Schema {
        &self.schemas[id.0]
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
    let mut unknown = walk.unknown;
    unknown.sort();
    unknown.dedup();
    Resolved {
        references,
        schemas: walk.schemas,
        unknown,
        errors,
    }
}
