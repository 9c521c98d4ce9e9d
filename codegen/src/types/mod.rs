//! Phase four: schemas to the model.
//!
//! A type holds every value that its schema allows; it need not express all of the
//! schema, since the schema's table checks what types and rules do not. So nothing is
//! refused for want of a type, and what is too large to work out becomes a plain one.

mod alternatives;
mod arrays;
mod budget;
mod builder;
mod choices;
mod conditions;
mod cycles;
mod equal_enums;
mod facts;
mod naming;
mod number;
mod objects;
mod scalars;
mod services;
mod strings;
mod tables;

use std::collections::BTreeMap;

use taskcluster_documents::{Errors, Resolved};

use builder::TypeBuilder;

use crate::model::Model;
use crate::names::Names;
use crate::reading::Readings;

/// Turns what was published into what is generated, under the names that it had
/// before.
///
/// # Errors
///
/// Those of the documents, payloads of which no finite value is valid, and names that two
/// items had before.
pub(crate) fn types(resolved: Resolved, names: &Names) -> Result<Model, Errors> {
    let Resolved {
        references,
        schemas,
        unknown: _,
        mut errors,
    } = resolved;
    let entries = references.iter().flat_map(|reference| &reference.entries);
    let readings = Readings::new(&schemas, entries.map(|entry| entry.payload));
    let mut types = TypeBuilder::new(&schemas, &readings);
    let mut services = services::services(&references, &mut types, names);
    let mut definitions = types.definitions;
    let merged = equal_enums::merge(&mut services, &mut definitions, names);
    errors.extend(cycles::infinite(&services, &definitions, &references));
    cycles::box_cycles(&mut definitions);
    let mut model = Model {
        services,
        facts: facts::facts(&definitions),
        types: definitions,
        schemas,
        readings,
        tables: BTreeMap::new(),
        text_rules: BTreeMap::new(),
    };
    errors.extend(naming::name_everything(&mut model, names));
    tables::name_tables(&mut model, &merged);
    Errors::unless_empty(errors, model)
}
