//! The names of rules.

use std::collections::BTreeMap;

use taskcluster_documents::Error;

use super::{Claims, numbered};
use crate::ident;
use crate::model::{NamedRule, Rule, RuleUse, Service, TypeDef};
use crate::names::{Names, Namespace};

/// A rule, and all places that use it.
struct Shared {
    subject: String,
    /// The subject, prefixed with the name of the first type that uses the rule.
    qualified: String,
    owners: Vec<Owner>,
    first: RuleUse,
}

/// The owner of a rule.
struct Owner {
    id: String,
    /// Its earlier name, if it was in this module.
    before: Option<String>,
}

/// Maximum number of values of a rule, and of bytes of its pattern, up to which it is
/// repeated for each subject.
const FEW_VALUES: usize = 64;
const SHORT_PATTERN: usize = 256;

/// Names the rules that a service's types use. Equal rules are shared if their subjects
/// have one name; large ones always.
pub(super) fn name_rules(
    service: &mut Service,
    types: &mut [TypeDef],
    names: &Names,
) -> Vec<Error> {
    let (shared, uses) = shared(service, types, names);
    let mut claims = Claims::default();
    for Owner { id, before } in shared.iter().flat_map(|it| &it.owners) {
        claims.keep(Namespace::Validator, id, before.as_deref());
    }
    service.rules = shared.into_iter().map(|it| it.named(&mut claims)).collect();
    let mut uses = uses.into_iter();
    for id in &service.types {
        for_each_rule(&mut types[id.0], &mut |used| {
            let rule = uses.next().and_then(|index| service.rules.get(index));
            used.name = rule.map(|rule| rule.name.clone()).unwrap_or_default();
        });
    }
    claims.clashes(names)
}

/// The rules of a service that get a name, in the order of their first use; and for each
/// use, the index of its rule.
fn shared(service: &Service, types: &mut [TypeDef], names: &Names) -> (Vec<Shared>, Vec<usize>) {
    let mut rules = Rules::default();
    let mut uses = Vec::new();
    for id in &service.types {
        let (name, key) = (types[id.0].name.clone(), types[id.0].key.clone());
        let was_here = names
            .payload(&key)
            .is_some_and(|(module, _)| module == service.module);
        let mut counts = BTreeMap::new();
        for_each_rule(&mut types[id.0], &mut |used| {
            let id = numbered(format!("{key} {}", used.subject), &mut counts);
            let before = names.get(Namespace::Validator, &id).filter(|_| was_here);
            let before = before.map(str::to_owned);
            uses.push(rules.add(used, &name, Owner { id, before }));
        });
    }
    (rules.all, uses)
}

#[derive(Default)]
struct Rules {
    all: Vec<Shared>,
    /// The indexes of the rules of each subject; large rules are under no subject.
    of_subject: BTreeMap<String, Vec<usize>>,
}

impl Rules {
    /// Adds a rule that the type `name` uses, unless an equal one is shared. Returns its
    /// index.
    fn add(&mut self, used: &RuleUse, name: &str, owner: Owner) -> usize {
        let subject = ident::shouty(&used.subject);
        let shared = match is_large(&used.rule) {
            true => String::new(),
            false => subject.clone(),
        };
        let known = self.of_subject.entry(shared).or_default();
        let is_equal = |index: &&usize| self.all[**index].first.rule == used.rule;
        let equal = known.iter().find(is_equal);
        let index = equal.copied().unwrap_or(self.all.len());
        match self.all.get_mut(index) {
            Some(known) => known.owners.push(owner),
            None => {
                known.push(index);
                self.all.push(Shared {
                    qualified: ident::shouty(&format!("{name} {}", used.subject)),
                    subject,
                    owners: vec![owner],
                    first: used.clone(),
                });
            }
        }
        index
    }
}

impl Shared {
    /// The rule with the earlier name of one of its owners, or a new one.
    fn named(mut self, claims: &mut Claims) -> NamedRule {
        let had_one = |owner: &Owner| owner.before.is_some();
        let owner = self.owners.iter().position(had_one).unwrap_or(0);
        let owner = self.owners.swap_remove(owner).id;
        let wanted = [self.subject.as_str(), &self.qualified];
        NamedRule {
            name: claims.claim(Namespace::Validator, &owner, &wanted, "VALUE"),
            owner,
            rule: self.first.rule,
        }
    }
}

fn for_each_rule(definition: &mut TypeDef, each: &mut impl FnMut(&mut RuleUse)) {
    definition.shape.change_parts(&mut |value| {
        let named = value.rules.iter_mut().filter(is_named);
        named.for_each(&mut *each);
    });
}

/// Whether a rule is a named constant; the others are checked where they apply.
fn is_named(used: &&mut RuleUse) -> bool {
    !matches!(*used.rule, Rule::Items { .. } | Rule::Properties(_))
}

fn is_large(rule: &Rule) -> bool {
    let (one_of, pattern) = match rule {
        Rule::Text(rule) => (&rule.one_of, rule.pattern.as_ref()),
        Rule::Scalar(_, rule) => (&rule.one_of, None),
        Rule::Items { .. } | Rule::Properties(_) => return false,
    };
    one_of
        .as_ref()
        .is_some_and(|it| it.values.len() > FEW_VALUES)
        || pattern.is_some_and(|it| it.source.len() > SHORT_PATTERN)
}
