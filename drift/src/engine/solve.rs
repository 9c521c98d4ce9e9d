//! The search for an instance of a set of formulas.

use std::cell::Cell;
use std::collections::HashMap;

use super::automaton::Automata;
use super::budget::Budget;
use super::formula::{Formulas, Id, Kind, SourceId};
use super::limits::{MAX_DISTINCT, MAX_NESTING, MAX_STEPS, MAX_STEPS_OF_ALL};
use super::outcome::Outcome;
use super::value::weight;
use super::{Automaton, TextLimit};

/// Maximum nesting at first: a witness that nests less is smaller.
const SHALLOW: usize = 6;

/// Number of different values that are searched for one by one, even if many could be
/// listed at once.
const FEW: usize = 16;

/// Maximum number of properties and items that are placed one after the other, in a value
/// and all values around it.
const MAX_PLACED: usize = 500;

/// Maximum number of remembered literals, plus the weight of remembered values; it bounds
/// the memory.
const MAX_KNOWN: usize = 1_000_000;

/// A formula that a value must be in, or must not be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Literal {
    pub(crate) formula: Id,
    pub(crate) holds: bool,
}

impl Literal {
    pub(crate) fn is(formula: Id) -> Self {
        Self {
            formula,
            holds: true,
        }
    }

    pub(crate) fn is_not(formula: Id) -> Self {
        Self {
            formula,
            holds: false,
        }
    }
}

/// Formulas and automata, and the outcomes of earlier goals.
#[derive(Debug)]
pub(crate) struct Engine {
    pub(crate) formulas: Formulas,
    pub(super) automata: Automata,
    known: HashMap<Vec<Literal>, Outcome>,
    known_weight: usize,
    /// The goals of this question that have no answer, each with the least depth at which
    /// it was tried, and the reason.
    unknown: HashMap<Vec<Literal>, (usize, String)>,
    /// Maximum nesting of values.
    deepest: usize,
    /// Whether a value would have nested more deeply.
    is_cut: bool,
    /// The goals that are being solved, each with its depth.
    open: HashMap<Vec<Literal>, usize>,
    /// The least depth of the open goals that occurred again in the current goal.
    met: usize,
    pub(super) budget: Budget,
    /// Number of formulas evaluated since they were last counted as steps.
    pub(super) evaluated: Cell<u64>,
    /// Number of choices that led to the current one.
    pub(super) choices: usize,
    /// Number of properties and items to place, in the values around the current one.
    placed: usize,
}

impl Engine {
    pub(crate) fn new() -> Self {
        Self {
            formulas: Formulas::default(),
            automata: Automata::default(),
            known: HashMap::new(),
            known_weight: 0,
            unknown: HashMap::new(),
            deepest: MAX_NESTING,
            is_cut: false,
            open: HashMap::new(),
            met: usize::MAX,
            budget: Budget::new(MAX_STEPS_OF_ALL),
            evaluated: Cell::new(0),
            choices: 0,
            placed: 0,
        }
    }

    pub(crate) fn language(&mut self, automaton: Automaton, source: SourceId) -> TextLimit {
        TextLimit::Language(self.automata.intern(automaton), source)
    }

    /// A value of `inside` that is not in `outside`: a new question, with its own budget.
    ///
    /// The value is evaluated before it is returned, so that an error in the search can't
    /// become a wrong witness.
    pub(crate) fn difference(&mut self, inside: Id, outside: Id) -> Outcome {
        // This needs no search, so it is decided even if no steps are left.
        if inside == outside || outside == Id::ANYTHING {
            return Outcome::Empty;
        }
        // For the instance of the question before, which was checked and made smaller.
        let _ = self.spend_evaluated(0);
        self.budget.begin(MAX_STEPS);
        let mut outcome = Outcome::Empty;
        for deepest in [SHALLOW, MAX_NESTING] {
            self.unknown.clear();
            self.deepest = deepest;
            self.is_cut = false;
            outcome = self.solve([Literal::is(inside), Literal::is_not(outside)]);
            if !self.is_cut || !matches!(outcome, Outcome::Unknown(_)) {
                break;
            }
        }
        let Outcome::Found(value) = outcome else {
            return outcome;
        };
        match (self.holds(inside, &value), self.holds(outside, &value)) {
            (Some(true), Some(false)) => Outcome::Found(value),
            (None, _) | (_, None) => Outcome::too_deep(),
            _ => Outcome::Unknown("the instance that was found does not hold".to_owned()),
        }
    }

    /// Whether no steps are left for any question.
    pub(crate) fn is_exhausted_for_all(&self) -> bool {
        self.budget.is_exhausted_for_all()
    }

    /// Whether `literal` alone may hold for a value, as far as is known without a search.
    pub(super) fn may_hold(&self, literal: Literal) -> bool {
        match literal.formula {
            Id::ANYTHING => literal.holds,
            Id::NOTHING => !literal.holds,
            _ => true,
        }
    }

    /// A value that satisfies `literals`.
    pub(super) fn solve(&mut self, literals: impl IntoIterator<Item = Literal>) -> Outcome {
        if let Err(exhausted) = self.budget.spend(1) {
            return exhausted.into();
        }
        let mut goal: Vec<Literal> = literals.into_iter().collect();
        goal.sort_unstable();
        goal.dedup();
        if let Some(outcome) = self.without_search(&goal) {
            return outcome;
        }
        let depth = self.open.len();
        self.open.insert(goal.clone(), depth);
        let outer = std::mem::replace(&mut self.met, usize::MAX);
        let outcome = self.of_any_kind(&goal);
        self.open.remove(&goal);
        let met = std::mem::replace(&mut self.met, outer);
        // If an outer goal occurred again, this one may be empty only inside that goal, so
        // the outcome is not remembered.
        let depends = met < depth;
        if depends {
            self.met = self.met.min(met);
        }
        match &outcome {
            Outcome::Found(value) => self.remember(goal, &outcome, weight(value)),
            Outcome::Empty if !depends => self.remember(goal, &outcome, 0),
            Outcome::Empty => {}
            // This question has no steps left; another one may decide the goal.
            Outcome::Unknown(_) if self.budget.is_exhausted() => {}
            Outcome::Unknown(why) => drop(self.unknown.insert(goal, (depth, why.clone()))),
        }
        outcome
    }

    /// The outcome for `goal`, if it is known or can't be searched for here.
    fn without_search(&mut self, goal: &[Literal]) -> Option<Outcome> {
        if is_contradiction(goal) {
            return Some(Outcome::Empty);
        }
        if let Some(known) = self.known.get(goal) {
            return Some(known.clone());
        }
        if let Some(&depth) = self.open.get(goal) {
            self.met = self.met.min(depth);
            return Some(Outcome::Empty);
        }
        let depth = self.open.len();
        if depth >= self.deepest {
            self.is_cut = true;
            let why = format!("values nest more than {MAX_NESTING} deep");
            return Some(Outcome::Unknown(why));
        }
        let (_, why) = self.unknown.get(goal).filter(|it| it.0 <= depth)?;
        Some(Outcome::Unknown(why.clone()))
    }

    fn remember(&mut self, goal: Vec<Literal>, outcome: &Outcome, weight: usize) {
        self.known_weight += goal.len() + weight;
        if self.known_weight > MAX_KNOWN {
            self.known.clear();
            self.known_weight = 0;
        }
        self.known.insert(goal, outcome.clone());
    }

    /// The outcome of `place`, which recurses for each of `count` properties or items.
    pub(super) fn placing(
        &mut self,
        count: usize,
        place: impl FnOnce(&mut Self) -> Outcome,
    ) -> Outcome {
        if self.placed + count > MAX_PLACED {
            return Outcome::Unknown(format!(
                "a value needs more than {MAX_PLACED} properties or items, each for a constraint"
            ));
        }
        self.placed += count;
        let outcome = place(self);
        self.placed -= count;
        outcome
    }

    fn of_any_kind(&mut self, goal: &[Literal]) -> Outcome {
        Kind::ALL.into_iter().fold(Outcome::Empty, |outcome, kind| {
            outcome.or(|| self.of_kind(kind, goal))
        })
    }

    /// Up to `count` different values that satisfy `goal`; fewer only if there are no more.
    pub(super) fn several(
        &mut self,
        goal: &[Literal],
        count: usize,
    ) -> Result<Vec<serde_json::Value>, Outcome> {
        // A search for each of many values would take too long.
        if count > FEW
            && let Some(facts) = self.certain_facts(Kind::String, goal)
            && let Some(found) = self.many_texts(&facts, count)
        {
            return Ok(found);
        }
        let mut found = Vec::new();
        if count > MAX_DISTINCT {
            return Err(Outcome::Unknown(format!(
                "more than {MAX_DISTINCT} different values"
            )));
        }
        while found.len() < count {
            if let Err(exhausted) = self.budget.spend(found.len() as u64 / FEW as u64) {
                return Err(exhausted.into());
            }
            let listed = self.formulas.listed(found.iter().cloned());
            let mut more = goal.to_vec();
            more.push(Literal::is_not(listed));
            match self.solve(more) {
                Outcome::Found(value) => found.push(value),
                Outcome::Empty => break,
                unknown @ Outcome::Unknown(_) => return Err(unknown),
            }
        }
        Ok(found)
    }
}

/// Whether a sorted goal has a formula that must hold and must not.
fn is_contradiction(goal: &[Literal]) -> bool {
    goal.windows(2)
        .any(|pair| matches!(pair, [a, b] if a.formula == b.formula))
}
