//! Objects: the presence of properties, and the constraints on each.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Value;

use super::formula::{Formula, Id, Kind, Members};
use super::outcome::Outcome;
use super::solve::{Engine, Literal};
use super::value;

/// Maximum number of kinds of new names in one goal: of each, one name is tried. Names of
/// one kind match the same patterns.
const MAX_KINDS: usize = 256;

/// Maximum number of properties that an object may require.
const MAX_MEMBERS: u64 = 500;

/// A property that must be present.
#[derive(Clone, Debug)]
struct Asked {
    name: Name,
    value: Option<Literal>,
}

#[derive(Clone, Debug)]
enum Name {
    Exactly(String),
    /// Any name that satisfies all of these.
    With(Vec<Literal>),
}

/// The names to try for a property.
#[derive(Debug, Default)]
struct Candidates {
    found: Vec<String>,
    /// The reason why there may be others.
    unknown: Option<Outcome>,
    /// Whether there are others, and all of them are present.
    used_up: bool,
}

/// The constraints on an object.
#[derive(Debug, Default)]
struct Objects {
    members: Vec<Rc<Formula>>,
    /// Constraints on every name.
    every_name: Vec<Literal>,
    required: BTreeSet<String>,
    forbidden: BTreeSet<String>,
    /// For each, one of several properties must be present.
    somewhere: Vec<Vec<Asked>>,
    least: u64,
    most: Option<u64>,
    /// The patterns of names in constraints.
    patterns: Vec<Id>,
}

/// The properties that are present, with additional constraints on each.
type Present = BTreeMap<String, BTreeSet<Literal>>;

impl Engine {
    pub(super) fn solve_object(&mut self, facts: &[Literal]) -> Outcome {
        let Some(objects) = self.objects(facts) else {
            return Outcome::Empty;
        };
        if objects.least > MAX_MEMBERS {
            return Outcome::Unknown(format!("the object has more than {MAX_MEMBERS} properties"));
        }
        let mut present = Present::new();
        for name in &objects.required {
            present.insert(name.clone(), BTreeSet::new());
        }
        for name in &objects.required {
            match self.member(&objects, name, &present) {
                Outcome::Found(_) => {}
                other => return other,
            }
        }
        self.placing(objects.somewhere.len(), |engine| {
            engine.place_members(&objects, 0, &present)
        })
    }

    /// The constraints of `facts` on an object; `None` if they contradict each other.
    fn objects(&mut self, facts: &[Literal]) -> Option<Objects> {
        let mut objects = Objects::default();
        for fact in facts {
            self.constrain(&mut objects, *fact)?;
        }
        if objects.most.is_some() {
            objects.split_by_requirements();
        }
        objects.patterns.sort_unstable();
        objects.patterns.dedup();
        let possible = objects.required.is_disjoint(&objects.forbidden)
            && objects.most.is_none_or(|most| most >= objects.least);
        possible.then_some(objects)
    }

    /// Adds the constraint of `fact`; `None` if no object satisfies it.
    fn constrain(&mut self, objects: &mut Objects, fact: Literal) -> Option<()> {
        let formula = self.formulas.shared(fact.formula);
        match (&*formula, fact.holds) {
            (Formula::Members(members), true) => {
                let patterns = members.patterns.iter().map(|it| it.0);
                objects.patterns.extend(patterns);
                objects.members.push(Rc::clone(&formula));
            }
            (Formula::Members(members), false) => {
                objects.somewhere.push(self.outside(members));
            }
            (Formula::Required(name), true) => drop(objects.required.insert(name.clone())),
            (Formula::Required(name), false) => drop(objects.forbidden.insert(name.clone())),
            (Formula::Names(id), true) => objects.every_name.push(Literal::is(*id)),
            (Formula::Names(id), false) => objects.somewhere.push(vec![Asked {
                name: Name::With(vec![Literal::is_not(*id)]),
                value: None,
            }]),
            (Formula::MinMembers(least), true) => objects.at_least(*least),
            (Formula::MaxMembers(most), true) => objects.at_most(*most),
            (Formula::MinMembers(least), false) => objects.at_most(least.checked_sub(1)?),
            (Formula::MaxMembers(most), false) => objects.at_least(most.saturating_add(1)),
            _ => {}
        }
        Some(())
    }

    /// Properties of which one is present in each object that is not in `members`.
    fn outside(&mut self, members: &Members) -> Vec<Asked> {
        let mut asked: Vec<Asked> = members
            .named
            .iter()
            .map(|(name, &value)| Asked {
                name: Name::Exactly(name.clone()),
                value: Some(Literal::is_not(value)),
            })
            .collect();
        asked.extend(members.patterns.iter().map(|&(pattern, value)| Asked {
            name: Name::With(vec![Literal::is(pattern)]),
            value: Some(Literal::is_not(value)),
        }));
        if members.additional != Id::ANYTHING {
            let names = members.named.keys().cloned().map(Value::String);
            let named = self.formulas.listed(names);
            let patterns = members.patterns.iter().map(|&(pattern, _)| pattern);
            let others = std::iter::once(named).chain(patterns).map(Literal::is_not);
            asked.push(Asked {
                name: Name::With(others.collect()),
                value: Some(Literal::is_not(members.additional)),
            });
        }
        asked
    }

    /// Finds properties that satisfy the requirements from `index` on.
    fn place_members(&mut self, objects: &Objects, index: usize, present: &Present) -> Outcome {
        if let Err(exhausted) = self.budget.spend(1) {
            return exhausted.into();
        }
        let Some(choices) = objects.somewhere.get(index) else {
            return self.fill_members(objects, present.clone());
        };
        let mut outcome = Outcome::Empty;
        for asked in choices {
            outcome = outcome.or(|| self.place_member(objects, index, present, asked));
            if matches!(outcome, Outcome::Found(_)) {
                break;
            }
        }
        outcome
    }

    fn place_member(
        &mut self,
        objects: &Objects,
        index: usize,
        present: &Present,
        asked: &Asked,
    ) -> Outcome {
        let candidates = match &asked.name {
            Name::Exactly(name) => Candidates {
                found: vec![name.clone()],
                ..Candidates::default()
            },
            Name::With(goal) => self.candidates(objects, present, goal),
        };
        let mut outcome = Outcome::Empty;
        for name in candidates.found {
            if let Err(exhausted) = self.budget.spend_weight(present.len()) {
                return exhausted.into();
            }
            let mut present = present.clone();
            present.entry(name.clone()).or_default().extend(asked.value);
            outcome = outcome.or(|| match self.member(objects, &name, &present) {
                Outcome::Found(_) => self.place_members(objects, index + 1, &present),
                other => other,
            });
            if matches!(outcome, Outcome::Found(_)) {
                break;
            }
        }
        // Another choice of earlier names might have left one.
        let too_few = || Outcome::Unknown("there are too few names for all properties".to_owned());
        let used_up = candidates.used_up;
        let unknown = candidates.unknown.or_else(|| used_up.then(too_few));
        outcome.or(|| unknown.unwrap_or(Outcome::Empty))
    }

    /// The names to try that satisfy `goal`: those in constraints, and one of each kind of
    /// new names.
    fn candidates(&mut self, objects: &Objects, present: &Present, goal: &[Literal]) -> Candidates {
        let taken = objects.taken(present);
        let mut candidates = Candidates::default();
        for name in &taken {
            match self.has_all(&Value::String(name.clone()), goal) {
                Some(true) => candidates.found.push(name.clone()),
                Some(false) => {}
                None => candidates.unknown = Some(Outcome::too_deep()),
            }
        }
        self.new_names(objects, goal, &taken, &mut candidates);
        candidates
    }

    /// Adds one name of each kind that satisfies `goal` and is not in `taken`. Kinds are
    /// split by one pattern after the other, as long as they have a name.
    fn new_names(
        &mut self,
        objects: &Objects,
        goal: &[Literal],
        taken: &[String],
        candidates: &mut Candidates,
    ) {
        let mut kinds = 0;
        let mut open = vec![(goal.to_vec(), None)];
        while let Some((kind, name)) = open.pop() {
            let split = kind.len() - goal.len();
            let name = match name {
                Some(name) => Outcome::Found(name),
                None => self.new_name(objects, &kind, taken),
            };
            match (name, objects.patterns.iter().rev().nth(split)) {
                (Outcome::Found(name), Some(&formula)) => {
                    for holds in [true, false] {
                        let with = [&kind[..], &[Literal { formula, holds }]].concat();
                        let fits = self.holds(formula, &name) == Some(holds);
                        open.push((with, fits.then(|| name.clone())));
                    }
                }
                (Outcome::Found(Value::String(name)), None) if kinds < MAX_KINDS => {
                    kinds += 1;
                    candidates.found.push(name);
                }
                (Outcome::Found(_), None) => {
                    let why = format!("more than {MAX_KINDS} kinds of names in one object");
                    candidates.unknown = Some(Outcome::Unknown(why));
                    return;
                }
                (unknown @ Outcome::Unknown(_), _) => candidates.unknown = Some(unknown),
                (Outcome::Empty, _) => candidates.used_up |= self.is_used_up(objects, &kind, taken),
            }
        }
    }

    /// Whether new names satisfy `goal`, all of which are in `taken`.
    fn is_used_up(&mut self, objects: &Objects, goal: &[Literal], taken: &[String]) -> bool {
        let known: Vec<String> = objects.known().into_iter().cloned().collect();
        taken.len() > known.len() && self.new_name(objects, goal, &known) != Outcome::Empty
    }

    /// A name that satisfies `goal` and is not in `taken`.
    fn new_name(&mut self, objects: &Objects, goal: &[Literal], taken: &[String]) -> Outcome {
        let weight = taken.iter().map(String::len).sum();
        if let Err(exhausted) = self.budget.spend_weight(weight) {
            return exhausted.into();
        }
        let taken = taken.iter().cloned().map(Value::String);
        let taken = Literal::is_not(self.formulas.listed(taken));
        let is_text = Literal::is(self.formulas.kinds([Kind::String]));
        let names = objects.every_name.iter().copied();
        let goal = goal.iter().copied();
        self.solve(goal.chain(names).chain([taken, is_text]))
    }

    fn has_all(&self, value: &Value, goal: &[Literal]) -> Option<bool> {
        let mut all = Some(true);
        for literal in goal {
            match self.holds(literal.formula, value) {
                Some(holds) if holds != literal.holds => return Some(false),
                Some(_) => {}
                None => all = None,
            }
        }
        all
    }

    /// A value for the property `name`.
    fn member(&mut self, objects: &Objects, name: &str, present: &Present) -> Outcome {
        if objects.forbidden.contains(name) {
            return Outcome::Empty;
        }
        match self.has_all(&Value::String(name.to_owned()), &objects.every_name) {
            Some(true) => {}
            Some(false) => return Outcome::Empty,
            None => return Outcome::too_deep(),
        }
        let mut goal: Vec<Literal> = present.get(name).into_iter().flatten().copied().collect();
        for members in &objects.members {
            let Formula::Members(members) = &**members else {
                continue;
            };
            match self.applicable(members, name) {
                Some(formulas) => goal.extend(formulas.into_iter().map(Literal::is)),
                None => return Outcome::too_deep(),
            }
        }
        self.solve(goal)
    }

    /// Values for all properties, and further properties up to the required number.
    fn fill_members(&mut self, objects: &Objects, mut present: Present) -> Outcome {
        let mut unknown = None;
        let mut known = objects.taken(&Present::new()).into_iter();
        while (present.len() as u64) < objects.least {
            let mut name = self.next_member(objects, &present, &mut known, &mut unknown);
            if name.is_none() {
                // If all names of a kind are used up, no choice of names gives more
                // properties.
                let mut new = Candidates::default();
                self.new_names(objects, &[], &objects.taken(&present), &mut new);
                unknown = new.unknown.or(unknown);
                let mut found = new.found.into_iter();
                name = self.next_member(objects, &present, &mut found, &mut unknown);
            }
            match name {
                Some(name) => drop(present.insert(name, BTreeSet::new())),
                None => break,
            }
        }
        let count = present.len() as u64;
        if count < objects.least || objects.most.is_some_and(|most| count > most) {
            return unknown.unwrap_or(Outcome::Empty);
        }
        let mut members = serde_json::Map::new();
        for name in present.keys() {
            let value = match self.member(objects, name, &present) {
                Outcome::Found(value) => value,
                other => return other,
            };
            if let Err(exhausted) = self.budget.spend_weight(value::weight(&value)) {
                return exhausted.into();
            }
            members.insert(name.clone(), value);
        }
        Outcome::Found(Value::Object(members))
    }

    /// The next of `names` that is not present and may be, which does not depend on those
    /// that are.
    fn next_member(
        &mut self,
        objects: &Objects,
        present: &Present,
        names: &mut impl Iterator<Item = String>,
        unknown: &mut Option<Outcome>,
    ) -> Option<String> {
        for name in names.filter(|name| !present.contains_key(name)) {
            match self.member(objects, &name, present) {
                Outcome::Found(_) => return Some(name),
                Outcome::Empty => {}
                other => *unknown = Some(other),
            }
        }
        None
    }
}

impl Objects {
    /// The names in constraints.
    fn known(&self) -> BTreeSet<&String> {
        let members = self.members.iter().filter_map(|it| match &**it {
            Formula::Members(members) => Some(members.named.keys()),
            _ => None,
        });
        let asked = self.somewhere.iter().flatten();
        let asked = asked.filter_map(|it| match &it.name {
            Name::Exactly(name) => Some(name),
            Name::With(_) => None,
        });
        let present_or_not = self.required.iter().chain(&self.forbidden);
        members
            .flatten()
            .chain(asked)
            .chain(present_or_not)
            .collect()
    }

    /// The names in constraints, and those of the properties that are present.
    fn taken(&self, present: &Present) -> Vec<String> {
        let mut taken = self.known();
        taken.extend(present.keys());
        taken.into_iter().cloned().collect()
    }

    /// Adds the patterns of required names, so that a name of one kind meets the same
    /// requirements as the others: one name may have to meet several.
    fn split_by_requirements(&mut self) {
        if self.somewhere.len() > 1 {
            for asked in self.somewhere.iter().flatten() {
                if let Name::With(names) = &asked.name {
                    self.patterns.extend(names.iter().map(|it| it.formula));
                }
            }
        }
    }

    fn at_least(&mut self, least: u64) {
        self.least = self.least.max(least);
    }

    fn at_most(&mut self, most: u64) {
        self.most = Some(self.most.map_or(most, |known| known.min(most)));
    }
}
