//! The model of the generated code, with all names: services, exchanges, types, rules,
//! and the schemas to check instances against.

mod rules;
mod types;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use crate::names::Members;
use taskcluster_documents::reading::{Readings, Use};
use taskcluster_documents::schema::{Schema, SchemaId};

pub(crate) use rules::{Counts, NamedRule, OneOf, Rule, RuleUse, Scalar, ScalarRule, TextRule};
pub(crate) use types::{
    Branch, Facts, Field, Kind, MemberKind, REST, Struct, TypeDef, TypeId, TypeShape, Value,
    Variant,
};

/// All that is generated.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Ordered by module name.
    pub(crate) services: Vec<Service>,
    /// Indexed by [`TypeId`].
    pub(crate) types: Vec<TypeDef>,
    /// Indexed by [`TypeId`].
    pub(crate) facts: Vec<Facts>,
    /// The types of the messages of exchanges.
    pub(crate) payloads: BTreeSet<TypeId>,
    /// The names of fields, variants and setters that are not the usual ones.
    pub(crate) members: Members,
    /// The maximum number of types, lists, tuples and maps of which each holds the next; of
    /// cycles, all are counted.
    pub(crate) nesting: usize,
    /// The tables to print, indexed by [`SchemaId`].
    pub(crate) schemas: Vec<Schema>,
    /// How the schemas are read.
    pub(crate) readings: Readings,
    /// The tables with names.
    pub(crate) tables: BTreeMap<Use, Constant>,
    /// The rules that cover all keywords for strings of a schema.
    pub(crate) text_rules: BTreeMap<SchemaId, Constant>,
}

impl Model {
    /// The exchanges of all services, each with its service.
    pub(crate) fn exchanges(&self) -> impl DoubleEndedIterator<Item = (&Service, &Exchange)> {
        self.services
            .iter()
            .flat_map(|service| service.exchanges.iter().map(move |it| (service, it)))
    }
}

impl Service {
    /// Unique key of the service: its name, and the version of its API.
    pub(crate) fn key(&self) -> String {
        format!("{} {}", self.name, self.api_version)
    }
}

/// A named constant of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Constant {
    pub(crate) module: String,
    pub(crate) constant: String,
}

/// One service: a module of the crate.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) api_version: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) exchanges: Vec<Exchange>,
    /// The types of this module, in the order of their first use.
    pub(crate) types: Vec<TypeId>,
    /// The rules of this module, in the order of their first use.
    pub(crate) rules: Vec<NamedRule>,
}

/// One exchange: a binding, a routing key and a variant of the event.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The name of the binding.
    pub(crate) name: String,
    /// The name of the event's variant.
    pub(crate) variant: String,
    /// The name of the routing key.
    pub(crate) key_name: String,
    pub(crate) wire_name: String,
    pub(crate) exchange: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) schema: String,
    pub(crate) payload: TypeId,
    pub(crate) entries: Vec<KeyEntry>,
}

/// One entry of a routing key: a setter of the binding.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct KeyEntry {
    pub(crate) field: String,
    pub(crate) wire_name: String,
    pub(crate) summary: String,
    pub(crate) constant: Option<String>,
    pub(crate) required: bool,
    pub(crate) multiple_words: bool,
}
