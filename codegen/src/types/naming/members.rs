//! The names of fields, variants and setters.
//!
//! A name that was recorded stays. All other members that have the usual name for theirs
//! in the schema come next: no other member has it as its usual name, so a member that is
//! added takes none of these names, and they need no record.
//!
//! An alternative of a union that is written in the list, and has no title, is known only by
//! its type and its number: if another of that type is added before it, their names change
//! places.

use std::collections::BTreeMap;

use crate::ident::Taken;
use crate::model::{MemberKind, REST, Service, TypeDef, TypeShape};
use crate::names::{Members, Names, Namespace};
use crate::runtime;

/// Makes the names of the members of each type and each binding unique. Returns those to
/// record.
pub(super) fn name_members(
    services: &mut [Service],
    types: &mut [TypeDef],
    names: &Names,
) -> Members {
    let mut members = Naming {
        names,
        recorded: Members::new(),
    };
    for exchange in services.iter_mut().flat_map(|it| &mut it.exchanges) {
        let owner = (Namespace::Entry, exchange.exchange.clone());
        let entries = exchange.entries.iter_mut();
        let entries = entries.map(|it| (&mut it.field, it.wire_name.as_str()));
        let taken = Taken::new(runtime::BINDING_METHODS).separated_by("_");
        members.name(owner, MemberKind::Field, taken, entries.collect());
    }
    for definition in types.iter_mut().filter(|it| it.replaced_by.is_none()) {
        let owner = (Namespace::Member, definition.key.clone());
        match &mut definition.shape {
            TypeShape::Struct(it) => {
                let fields = it.fields.iter_mut();
                let fields = fields.map(|it| (&mut it.name, it.wire_name.as_str()));
                // Also in a closed struct, which may be open in a later version.
                let taken = Taken::new([REST]).separated_by("_");
                members.name(owner, MemberKind::Field, taken, fields.collect());
            }
            TypeShape::Enum(variants) => {
                let variants = variants.iter_mut();
                let variants = variants.map(|it| (&mut it.name, it.wire_name.as_str()));
                let taken = Taken::new(["Unrecognized"]);
                members.name(owner, MemberKind::Variant, taken, variants.collect());
            }
            TypeShape::Union(branches) => {
                let branches = branches.iter_mut();
                let branches = branches.map(|it| (&mut it.name, it.label.as_str()));
                let taken = Taken::new(["Unmatched"]);
                members.name(owner, MemberKind::Branch, taken, branches.collect());
            }
            TypeShape::Wrapper(_) => {}
        }
    }
    members.recorded
}

/// The names of an earlier run, and those to record.
struct Naming<'n> {
    names: &'n Names,
    recorded: Members,
}

impl Naming<'_> {
    /// Names the members of `owner`, each with the name that it should have and its name
    /// in the schema.
    fn name(
        &mut self,
        owner: (Namespace, String),
        kind: MemberKind,
        mut taken: Taken,
        mut members: Vec<(&mut String, &str)>,
    ) {
        let before = self.names.members(&owner);
        let wanted: Vec<String> = members.iter().map(|(name, _)| name.to_string()).collect();
        let mut left: Vec<_> = members.iter_mut().collect();
        left.retain_mut(|(name, wire_name)| {
            let recorded = before.and_then(|it| it.get(*wire_name));
            let recorded = recorded.filter(|recorded| taken.insert(recorded));
            if let Some(recorded) = recorded {
                name.clone_from(recorded);
            }
            recorded.is_none()
        });
        left.retain(|(name, wire_name)| kind.usual(name) != *wire_name || !taken.insert(name));
        for (name, _) in left {
            **name = taken.claim(name);
        }
        let members = members.into_iter().zip(wanted);
        let members = members.filter(|((name, wire_name), wanted)| {
            *name != wanted || kind.usual(name) != *wire_name
        });
        let members = members.map(|((name, wire_name), _)| (wire_name.to_owned(), name.clone()));
        let members = BTreeMap::from_iter(members);
        if !members.is_empty() {
            self.recorded.insert(owner, members);
        }
    }
}
