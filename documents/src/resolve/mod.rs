//! Phase two: documents to schemas, with every `$ref` followed.
//!
//! A schema is parsed once for each place, and other schemas refer to it by its
//! [`SchemaId`]; ids are handed out before a schema is parsed, so that cycles need
//! no special care. No text is fetched.

mod cycles;
mod keywords;
mod places;
mod reference;
mod schema;
mod walk;

pub use reference::{Entry, KeyEntry, Reference};
pub use schema::{
    Annotations, ArrayKeywords, Combinators, Condition, Dependency, General, Home, Items, JsonType,
    NumberKeywords, ObjectKeywords, Pattern, Schema, SchemaId, StringKeywords,
};

use crate::{Documents, Error, Errors};

/// The exchange references, and every schema they reach.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Ordered by service and API version.
    pub references: Vec<Reference>,
    /// Indexed by [`SchemaId`].
    pub schemas: Vec<Schema>,
    /// Keywords and formats that the drafts do not define, each where it is.
    pub unknown: Vec<Error>,
}

impl Resolved {
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
///
/// # Errors
///
/// All problems of the input at once: keywords with values of the wrong kind,
/// references that lead nowhere, patterns that are no regular language, schemas
/// that apply to their own instances again.
pub fn resolve(documents: &Documents) -> Result<Resolved, Errors> {
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
    let walk::Walk {
        schemas,
        errors: found,
        mut unknown,
        ..
    } = walk;
    errors.extend(found);
    errors.extend(cycles::find(&schemas));
    unknown.sort();
    unknown.dedup();
    let resolved = Resolved {
        references,
        schemas,
        unknown,
    };
    Errors::unless_empty(errors, resolved)
}
