//! Values of one kind: splits formulas into constraints, and makes the choices between
//! them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::budget::Exhausted;
use super::evaluate;
use super::formula::{Formula, Id, Kind, Members};
use super::outcome::Outcome;
use super::solve::{Engine, Literal};

/// Maximum number of choices that follow each other, in a value and all values around it.
const MAX_CHOICES: usize = 150;

/// Number of choices that are made one by one, even if some have one alternative left.
const FEW_CHOICES: usize = 16;

/// Number of evaluated formulas that count as one step.
const EVALUATIONS_PER_STEP: u64 = 64;

/// The constraints on a value of one kind, on one path through the choices.
#[derive(Clone, Debug)]
struct Branch {
    kind: Kind,
    /// Every literal that was added.
    seen: BTreeMap<Id, bool>,
    /// Constraints for the solver of the kind.
    facts: Vec<Literal>,
    /// Choices that are not made yet.
    choices: Vec<Literal>,
}

/// The alternatives of a choice, each a list of literals that is only built when it is
/// reached.
type Alternatives = Box<dyn Iterator<Item = Vec<Literal>>>;

/// Number of copied entries of a branch that count as one step.
const ENTRIES_PER_STEP: u64 = 16;

/// Maximum depth to which the parts of a formula are examined without a search.
const MAX_PART_DEPTH: usize = 4;

/// Maximum number of parts of a formula that is examined without a search.
const MAX_PARTS: usize = 16;

impl Engine {
    /// A value of `kind` that satisfies `goal`.
    pub(super) fn of_kind(&mut self, kind: Kind, goal: &[Literal]) -> Outcome {
        match self.branch(kind, goal) {
            Ok(Some(branch)) => self.solve_branch(branch),
            Ok(None) => Outcome::Empty,
            Err(exhausted) => exhausted.into(),
        }
    }

    /// The facts about values of `kind` that satisfy `goal`, if they need no choice and
    /// list no values.
    pub(super) fn certain_facts(&mut self, kind: Kind, goal: &[Literal]) -> Option<Vec<Literal>> {
        let branch = self.branch(kind, goal).ok()??;
        let is_certain = branch.choices.is_empty();
        let is_listed = self.solve_listed(kind, branch.facts.iter()).is_some();
        (is_certain && !is_listed).then_some(branch.facts)
    }

    /// The constraints of `goal` on values of `kind`; `None` if they contradict each other.
    fn branch(&mut self, kind: Kind, goal: &[Literal]) -> Result<Option<Branch>, Exhausted> {
        let mut branch = Branch {
            kind,
            seen: BTreeMap::new(),
            facts: Vec::new(),
            choices: Vec::new(),
        };
        let is_possible = self.add(&mut branch, goal.to_vec());
        let entries = branch.seen.len() as u64;
        self.budget.spend(entries / ENTRIES_PER_STEP)?;
        Ok(is_possible.then_some(branch))
    }

    fn solve_branch(&mut self, branch: Branch) -> Outcome {
        if self.choices >= MAX_CHOICES {
            return self.guess(branch);
        }
        self.choices += 1;
        let outcome = self.solve_choices(branch);
        self.choices -= 1;
        outcome
    }

    /// Spends `steps`, and those for the formulas evaluated so far.
    pub(super) fn spend_evaluated(&mut self, steps: u64) -> Result<(), Exhausted> {
        let evaluated = self.evaluated.take() / EVALUATIONS_PER_STEP;
        self.budget.spend_done(steps + evaluated)
    }

    fn solve_choices(&mut self, mut branch: Branch) -> Outcome {
        if let Err(exhausted) = self.spend_evaluated(1) {
            return exhausted.into();
        }
        // A value for a few choices is smaller than one for all of them.
        if self.choices > FEW_CHOICES {
            match self.make_certain_choices(&mut branch) {
                Ok(true) => {}
                Ok(false) => return Outcome::Empty,
                Err(exhausted) => return exhausted.into(),
            }
        }
        // Listed values are tried one by one, which needs no choice.
        let all = branch.facts.iter().chain(&branch.choices);
        if let Some(outcome) = self.solve_listed(branch.kind, all) {
            return outcome;
        }
        // A value that satisfies the facts satisfies most choices as well; only those that
        // it breaks have to be made.
        let outcome = self.solve_facts(branch.kind, &branch.facts);
        let Outcome::Found(value) = &outcome else {
            return outcome;
        };
        let broken = self.broken(&branch, value);
        let Some(broken) = broken.min_by_key(|choice| self.width(*choice)) else {
            return outcome;
        };
        let mut rest = branch;
        let alternatives = self.take_choice(&mut rest, broken, value);
        self.solve_alternatives(&rest, alternatives)
    }

    /// A value of one of the alternatives: the first one found, or a smaller one that is
    /// found in the spare steps.
    fn solve_alternatives(&mut self, rest: &Branch, mut alternatives: Alternatives) -> Outcome {
        let mut outcome = Outcome::Empty;
        loop {
            let is_found = matches!(outcome, Outcome::Found(_));
            if is_found && !self.budget.has_spare() {
                return outcome;
            }
            let aside = is_found.then(|| self.budget.begin_spare());
            let next = self.solve_next(rest, &mut alternatives);
            if let Some(aside) = aside {
                self.budget.end_spare(aside);
            }
            outcome = match next {
                Ok(Some(other)) => outcome.or_smaller(other),
                Ok(None) => return outcome,
                Err(exhausted) => return outcome.or(|| exhausted.into()),
            };
        }
    }

    /// The outcome of the next possible alternative; `None` after the last one.
    fn solve_next(
        &mut self,
        rest: &Branch,
        alternatives: &mut Alternatives,
    ) -> Result<Option<Outcome>, Exhausted> {
        let Some(alternative) = self.next_possible(rest, alternatives)? else {
            return Ok(None);
        };
        let entries = rest.seen.len() as u64;
        self.budget.spend(entries / ENTRIES_PER_STEP)?;
        let mut branch = rest.clone();
        Ok(Some(match self.add(&mut branch, alternative) {
            true => self.solve_branch(branch),
            false => Outcome::Empty,
        }))
    }

    /// The next alternative that is not known to contradict `branch`.
    fn next_possible(
        &mut self,
        branch: &Branch,
        alternatives: &mut Alternatives,
    ) -> Result<Option<Vec<Literal>>, Exhausted> {
        for alternative in alternatives {
            if self.budget.is_exhausted() {
                return Err(Exhausted);
            }
            let evaluated = alternative.len() as u64;
            self.budget.spend(evaluated / EVALUATIONS_PER_STEP)?;
            if !self.is_contradicted(branch, &alternative) {
                return Ok(Some(alternative));
            }
            self.budget.spend(1)?;
        }
        Ok(None)
    }

    /// The choices that `value` breaks.
    fn broken(&self, branch: &Branch, value: &Value) -> impl Iterator<Item = Literal> {
        let choices = branch.choices.iter().copied();
        choices.filter(|choice| self.holds(choice.formula, value) != Some(choice.holds))
    }

    /// Makes every choice that has one alternative left; `false` if one has none.
    fn make_certain_choices(&mut self, branch: &mut Branch) -> Result<bool, Exhausted> {
        loop {
            let steps = 1 + branch.choices.len() as u64 / ENTRIES_PER_STEP;
            self.budget.spend(steps)?;
            let mut certain = Vec::new();
            for choice in &branch.choices {
                let (parts, holds) = match (self.formulas.get(choice.formula), choice.holds) {
                    (Formula::Any(ids), true) => (ids, true),
                    (Formula::All(ids), false) => (ids, false),
                    _ => continue,
                };
                let parts = parts.iter().map(|&formula| Literal { formula, holds });
                let mut open = parts.filter(|it| !self.is_contradicted(branch, &[*it]));
                match (open.next(), open.next()) {
                    (None, _) => return Ok(false),
                    (Some(only), None) if !self.asks_somewhere(only) => {
                        certain.push((*choice, only));
                    }
                    _ => {}
                }
            }
            if certain.is_empty() {
                return Ok(true);
            }
            for (choice, only) in certain {
                branch.choices.retain(|it| *it != choice);
                if !self.add(branch, vec![only]) {
                    return Ok(false);
                }
            }
        }
    }

    /// Whether a literal requires that some property or item breaks its formula; which one
    /// is a choice as well.
    fn asks_somewhere(&self, literal: Literal) -> bool {
        let formula = self.formulas.get(literal.formula);
        !literal.holds && matches!(formula, Formula::Members(_) | Formula::Items { .. })
    }

    /// Makes all choices at once, each for its first possible alternative. If that leads
    /// to no value, other alternatives still might.
    fn guess(&mut self, mut branch: Branch) -> Outcome {
        let unknown =
            Outcome::Unknown(format!("more than {MAX_CHOICES} choices follow each other"));
        loop {
            match self.make_certain_choices(&mut branch) {
                Ok(true) => {}
                Ok(false) => return unknown,
                Err(exhausted) => return exhausted.into(),
            }
            let outcome = self.solve_facts(branch.kind, &branch.facts);
            let Outcome::Found(value) = &outcome else {
                return unknown;
            };
            let broken: Vec<Literal> = self.broken(&branch, value).collect();
            if broken.is_empty() {
                return outcome;
            }
            for choice in broken {
                let mut alternatives = self.take_choice(&mut branch, choice, value);
                let possible = match self.next_possible(&branch, &mut alternatives) {
                    Ok(possible) => possible,
                    Err(exhausted) => return exhausted.into(),
                };
                if !possible.is_some_and(|it| self.add(&mut branch, it)) {
                    return unknown;
                }
            }
        }
    }

    /// The alternatives of a choice that `value` breaks. Removes the choice from `branch`,
    /// unless other values may break it, too.
    fn take_choice(&mut self, branch: &mut Branch, choice: Literal, value: &Value) -> Alternatives {
        match self.formulas.get(choice.formula) {
            // The list may have further values.
            Formula::Listed(_) => {
                let differs = Literal::is(self.differs(value));
                Box::new(std::iter::once(vec![differs]))
            }
            _ => {
                branch.choices.retain(|it| *it != choice);
                self.alternatives(choice, branch)
            }
        }
    }

    /// Whether the opposite of one of `literals` is known.
    fn is_contradicted(&self, branch: &Branch, literals: &[Literal]) -> bool {
        let known = |it: &Literal| self.known(branch, it.formula, MAX_PART_DEPTH);
        literals.iter().any(|it| known(it) == Some(!it.holds))
    }

    /// Whether the value has to be in the set of a formula, or must not be; `None` if that
    /// is unknown without a search.
    fn known(&self, branch: &Branch, id: Id, depth: usize) -> Option<bool> {
        if let Some(&holds) = branch.seen.get(&id) {
            return Some(holds);
        }
        let inside = |id: &Id| self.known(branch, *id, depth.checked_sub(1)?);
        match self.formulas.get(id) {
            Formula::Anything => Some(true),
            Formula::Nothing => Some(false),
            Formula::Kinds(kinds) => Some(kinds.contains(branch.kind)),
            Formula::Not(inner) => inside(inner).map(|holds| !holds),
            Formula::All(ids) if ids.len() <= MAX_PARTS => evaluate::all(ids.iter().map(inside)),
            Formula::Any(ids) if ids.len() <= MAX_PARTS => evaluate::any(ids.iter().map(inside)),
            Formula::Listed(values) if values.len() <= MAX_PARTS => {
                let mut kinds = values.iter().map(Kind::of);
                (!kinds.any(|kind| kind == branch.kind)).then_some(false)
            }
            leaf => kind_of(leaf)
                .filter(|&kind| kind != branch.kind)
                .map(|_| true),
        }
    }

    /// Number of alternatives of a choice; the choice with the fewest is made first.
    fn width(&self, choice: Literal) -> usize {
        match (self.formulas.get(choice.formula), choice.holds) {
            (Formula::One(ids), false) => 1 + ids.len() * ids.len() / 2,
            (Formula::All(ids) | Formula::Any(ids) | Formula::One(ids), _) => ids.len(),
            // Made last: other choices may give a value that is not in the list.
            (Formula::Listed(_), _) => usize::MAX,
            _ => 0,
        }
    }

    /// The alternatives of a choice. For [`Formula::One`], some that contradict `rest` are
    /// left out.
    fn alternatives(&self, choice: Literal, rest: &Branch) -> Alternatives {
        let holds = choice.holds;
        let may_hold = |id: &&Id| !self.is_contradicted(rest, &[Literal::is(**id)]);
        match (self.formulas.get(choice.formula), holds) {
            (Formula::Any(ids), true) | (Formula::All(ids), false) => {
                let ids = ids.clone().into_iter();
                Box::new(ids.map(move |formula| vec![Literal { formula, holds }]))
            }
            (Formula::One(ids), true) => {
                let possible: Vec<Id> = ids.iter().filter(may_hold).copied().collect();
                let ids = ids.clone();
                Box::new(possible.into_iter().map(move |only| {
                    let literal = |&formula| Literal {
                        formula,
                        holds: formula == only,
                    };
                    ids.iter().map(literal).collect()
                }))
            }
            (Formula::One(ids), false) => {
                let none = ids.iter().map(|&id| Literal::is_not(id)).collect();
                let possible: Vec<Id> = ids.iter().filter(may_hold).copied().collect();
                let mut others = possible.into_iter();
                let pairs = std::iter::from_fn(move || {
                    let first = Literal::is(others.next()?);
                    let others = others.clone();
                    Some(others.map(move |second| vec![first, Literal::is(second)]))
                });
                Box::new(std::iter::once(none).chain(pairs.flatten()))
            }
            _ => Box::new(std::iter::once(vec![choice])),
        }
    }

    /// Adds `literals` and all that follows from them; `false` if that is a contradiction.
    fn add(&mut self, branch: &mut Branch, mut literals: Vec<Literal>) -> bool {
        while let Some(literal) = literals.pop() {
            match branch.seen.insert(literal.formula, literal.holds) {
                Some(holds) if holds == literal.holds => continue,
                Some(_) => return false,
                None => {}
            }
            if !self.add_one(branch, literal, &mut literals) {
                return false;
            }
        }
        true
    }

    fn add_one(&mut self, branch: &mut Branch, literal: Literal, more: &mut Vec<Literal>) -> bool {
        let Literal { formula, holds } = literal;
        let formula = self.formulas.shared(formula);
        let with = |formula| Literal { formula, holds };
        match &*formula {
            Formula::Anything => return holds,
            Formula::Nothing => return !holds,
            Formula::Kinds(kinds) => return kinds.contains(branch.kind) == holds,
            Formula::Not(inner) => more.push(Literal {
                formula: *inner,
                holds: !holds,
            }),
            Formula::Later(reserved) => more.extend(self.formulas.bound(*reserved).map(with)),
            Formula::All(ids) if holds => more.extend(ids.iter().copied().map(with)),
            Formula::Any(ids) if !holds => more.extend(ids.iter().copied().map(with)),
            // A value is in both of two equal formulas, or in neither.
            Formula::One(ids) if ids.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) => {
                let (single, repeated): (Vec<&[Id]>, Vec<&[Id]>) = ids
                    .chunk_by(|a, b| a == b)
                    .partition(|equal| equal.len() == 1);
                let one = self.formulas.one(single.into_iter().flatten().copied());
                let repeated = self.formulas.any(repeated.into_iter().flatten().copied());
                let none = self.formulas.not(repeated);
                more.push(with(self.formulas.all([one, none])));
            }
            Formula::All(_) | Formula::Any(_) | Formula::One(_) => branch.choices.push(literal),
            Formula::Listed(_) if !holds && matches!(branch.kind, Kind::Array | Kind::Object) => {
                branch.choices.push(literal);
            }
            Formula::Listed(_) => branch.facts.push(literal),
            leaf if kind_of(leaf) != Some(branch.kind) => return holds,
            _ => branch.facts.push(literal),
        }
        true
    }

    /// The formula of all arrays or objects other than `value`.
    fn differs(&mut self, value: &Value) -> Id {
        let formulas = &mut self.formulas;
        match value {
            Value::Array(items) => {
                let length = items.len() as u64;
                let longer = formulas.intern(Formula::MinItems(length + 1));
                let as_long = formulas.intern(Formula::MinItems(length));
                let prefix = items
                    .iter()
                    .map(|item| formulas.listed([item.clone()]))
                    .collect();
                let same = formulas.items(prefix, Id::ANYTHING);
                let (shorter, other) = (formulas.not(as_long), formulas.not(same));
                formulas.any([longer, shorter, other])
            }
            Value::Object(members) => {
                let mut choices = Vec::new();
                for name in members.keys() {
                    let required = formulas.intern(Formula::Required(name.clone()));
                    choices.push(formulas.not(required));
                }
                let named = members
                    .iter()
                    .map(|(name, value)| (name.clone(), formulas.listed([value.clone()])))
                    .collect();
                // An object with an additional property differs as well.
                let same = Formula::Members(Members {
                    named,
                    patterns: Vec::new(),
                    additional: Id::NOTHING,
                });
                let same = formulas.intern(same);
                choices.push(formulas.not(same));
                formulas.any(choices)
            }
            _ => Id::ANYTHING,
        }
    }

    fn solve_facts(&mut self, kind: Kind, facts: &[Literal]) -> Outcome {
        match kind {
            Kind::Null | Kind::Boolean => self.solve_small(kind, facts),
            Kind::Number => self.solve_number(facts),
            Kind::String => self.solve_text(facts),
            Kind::Array => self.solve_array(facts),
            Kind::Object => self.solve_object(facts),
        }
    }

    /// Tries every value of a list that must contain the value; `None` without such a list.
    fn solve_listed<'l>(
        &self,
        kind: Kind,
        literals: impl Iterator<Item = &'l Literal> + Clone,
    ) -> Option<Outcome> {
        let mut held = literals.clone().filter(|literal| literal.holds);
        let listed = held.find_map(|literal| match self.formulas.get(literal.formula) {
            Formula::Listed(values) => Some(values),
            _ => None,
        })?;
        let values = listed.iter().filter(|value| Kind::of(value) == kind);
        Some(self.first_of(values.cloned(), literals))
    }

    fn solve_small(&mut self, kind: Kind, facts: &[Literal]) -> Outcome {
        let values = match kind {
            Kind::Null => vec![Value::Null],
            _ => vec![Value::Bool(true), Value::Bool(false)],
        };
        self.first_of(values.into_iter(), facts.iter())
    }

    /// The first value that satisfies all literals.
    fn first_of<'l>(
        &self,
        values: impl Iterator<Item = Value>,
        literals: impl Iterator<Item = &'l Literal> + Clone,
    ) -> Outcome {
        let mut unknown = Outcome::Empty;
        for value in values {
            let mut satisfies_all = Some(true);
            for fact in literals.clone() {
                match self.holds(fact.formula, &value) {
                    Some(holds) if holds == fact.holds => {}
                    Some(_) => {
                        satisfies_all = Some(false);
                        break;
                    }
                    None => satisfies_all = None,
                }
            }
            match satisfies_all {
                Some(true) => return Outcome::Found(value),
                Some(false) => {}
                None => unknown = Outcome::too_deep(),
            }
        }
        unknown
    }
}

/// The kind of values that a leaf constrains.
fn kind_of(leaf: &Formula) -> Option<Kind> {
    match leaf {
        Formula::Number(_) => Some(Kind::Number),
        Formula::Text(_) => Some(Kind::String),
        Formula::Items { .. }
        | Formula::Contains(_)
        | Formula::Unique
        | Formula::MinItems(_)
        | Formula::MaxItems(_) => Some(Kind::Array),
        Formula::Members(_)
        | Formula::Required(_)
        | Formula::Names(_)
        | Formula::MinMembers(_)
        | Formula::MaxMembers(_) => Some(Kind::Object),
        _ => None,
    }
}
