//! Phase three: schemas to the model. All naming is decided here, once.

mod alternatives;
mod branches;
mod cycles;
mod ident;
mod merge;
mod naming;
mod number;
mod objects;
mod scalars;
mod services;
mod text;
mod types;
mod vacuous;

use crate::model::Model;
use crate::names::Names;
use crate::resolve::{Ledger, Resolved};
use taskcluster_documents::Errors;

/// Turns what was published into what is generated, under the names that it had
/// before; gives back the ledger for the emitter to settle.
pub(crate) fn lower(resolved: Resolved, names: &Names) -> Result<(Model, Ledger), Errors> {
    let Resolved {
        references,
        schemas,
        ledger,
    } = resolved;
    let mut types = types::Types::new(schemas);
    let services = services::lower(&references, &mut types, names);
    let (definitions, vacuous, errors) = types.finish();
    let mut model = Model {
        services,
        types: definitions,
        vacuous,
    };
    naming::name_everything(&mut model, names);
    cycles::box_cycles(&mut model);
    Errors::unless_empty(errors, (model, ledger))
}
