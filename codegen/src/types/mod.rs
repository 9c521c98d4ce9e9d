//! Schemas to the model.
//!
//! A type holds every value that its schema allows, but need not express the whole
//! schema: the schema's table checks the rest. So no schema is refused for lack of a
//! type, and one that exceeds the budget becomes a plain type.

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

use taskcluster_documents::reading::Readings;
use taskcluster_documents::{Errors, Resolved};

use builder::TypeBuilder;

use crate::model::Model;
use crate::names::Names;

/// Builds the model of the generated code, with the names of an earlier run.
///
/// # Errors
///
/// Errors of the documents, payloads without a finite valid value, and items that had the
/// same name in the earlier run.
pub(crate) fn types(resolved: Resolved, names: &Names) -> Result<Model, Errors> {
    let readings = Readings::new(&resolved);
    let Resolved {
        references,
        schemas,
        unknown: _,
        mut errors,
    } = resolved;
    let mut types = TypeBuilder::new(&schemas, &readings);
    let mut services = services::services(&references, &mut types, names);
    let mut definitions = types.definitions;
    equal_enums::merge(&mut services, &mut definitions, names);
    errors.extend(cycles::infinite(&services, &definitions, &references));
    cycles::box_cycles(&mut definitions);
    let exchanges = services.iter().flat_map(|service| &service.exchanges);
    let mut model = Model {
        payloads: exchanges.map(|exchange| exchange.payload).collect(),
        services,
        facts: facts::facts(&definitions),
        nesting: facts::nesting(&definitions),
        types: definitions,
        schemas,
        readings,
        tables: BTreeMap::new(),
        text_rules: BTreeMap::new(),
        members: BTreeMap::new(),
    };
    errors.extend(naming::name_everything(&mut model, names));
    tables::name_tables(&mut model);
    Errors::unless_empty(errors, model)
}
