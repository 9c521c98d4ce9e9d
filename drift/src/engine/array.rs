//! Arrays: the number of items, and the constraints on each.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde_json::Value;

use super::formula::{Formula, Id};
use super::limits::MAX_DISTINCT;
use super::outcome::Outcome;
use super::solve::{Engine, Literal};
use super::value;

/// Maximum number of items that an array may require.
const MAX_ITEMS: u64 = 100_000;

/// Number of examined positions that count as one step.
const POSITIONS_PER_STEP: u64 = 16;

/// A literal for each position.
#[derive(Clone, Debug)]
struct Positions {
    prefix: Vec<Literal>,
    rest: Literal,
}

impl Positions {
    fn new(prefix: &[Id], rest: Id, holds: bool) -> Self {
        let literal = |formula| Literal { formula, holds };
        Self {
            prefix: prefix.iter().copied().map(literal).collect(),
            rest: literal(rest),
        }
    }

    fn at(&self, index: usize) -> Literal {
        self.prefix.get(index).copied().unwrap_or(self.rest)
    }
}

/// The constraints on an array.
#[derive(Debug, Default)]
struct Arrays {
    /// Constraints on every position.
    everywhere: Vec<Positions>,
    /// Constraints of which each has to hold at one position or more.
    somewhere: Vec<Positions>,
    least: u64,
    most: Option<u64>,
    unique: bool,
    repeated: bool,
    /// Number of first positions whose constraints may differ from those of later ones.
    prefix: usize,
}

/// Additional constraints on single positions.
type Placed = BTreeMap<usize, BTreeSet<Literal>>;

impl Engine {
    pub(super) fn solve_array(&mut self, facts: &[Literal]) -> Outcome {
        let Some(arrays) = self.arrays(facts) else {
            return Outcome::Empty;
        };
        if arrays.least > MAX_ITEMS {
            return Outcome::Unknown(format!("the array has more than {MAX_ITEMS} items"));
        }
        let Some(least) = self.least_items(&arrays) else {
            return Outcome::Empty;
        };
        // More items than these would only repeat others.
        let needed = arrays.somewhere.len() + 2 * usize::from(arrays.repeated);
        let enough = arrays.least.max(arrays.prefix as u64) + needed as u64;
        let most = arrays.most.map_or(enough, |most| most.min(enough));
        match least <= most {
            true => self.placing(arrays.somewhere.len(), |engine| {
                engine.shortest_array(&arrays, least as usize, most as usize)
            }),
            false => Outcome::Empty,
        }
    }

    /// The shortest array with `least` to `most` items.
    ///
    /// Constraints that have to hold somewhere get their positions first, and the array ends
    /// after the last of them, so a greater length never has fewer answers. The steps to
    /// greater lengths double until there is an answer; the least length with an answer is
    /// then between the last two.
    fn shortest_array(&mut self, arrays: &Arrays, least: usize, most: usize) -> Outcome {
        let (mut low, mut high, mut step) = (least, least, 1);
        let mut outcome = self.place(arrays, high, 0, &mut Placed::new());
        while high < most && !matches!(outcome, Outcome::Found(_)) {
            low = high + 1;
            high = most.min(high + step);
            step *= 2;
            outcome = outcome.or(|| self.place(arrays, high, 0, &mut Placed::new()));
        }
        while let Outcome::Found(Value::Array(items)) = &outcome {
            high = high.min(items.len());
            if low >= high {
                break;
            }
            let middle = low.midpoint(high);
            match self.place(arrays, middle, 0, &mut Placed::new()) {
                shorter @ Outcome::Found(_) => outcome = shorter,
                _ => low = middle + 1,
            }
        }
        outcome
    }

    /// The least number of items with which each constraint that has to hold somewhere has
    /// a possible position; `None` if one has none.
    fn least_items(&self, arrays: &Arrays) -> Option<u64> {
        let mut least = arrays.least;
        for asked in &arrays.somewhere {
            let mut positions = 0..=asked.prefix.len();
            let first = positions.find(|&position| self.may_hold(asked.at(position)))?;
            least = least.max(first as u64 + 1);
        }
        Some(least)
    }

    /// The constraints of `facts` on an array; `None` if they contradict each other.
    fn arrays(&self, facts: &[Literal]) -> Option<Arrays> {
        let mut arrays = Arrays::default();
        for fact in facts {
            match (self.formulas.get(fact.formula), fact.holds) {
                (Formula::Items { prefix, rest }, holds) => {
                    let positions = Positions::new(prefix, *rest, holds);
                    arrays.prefix = arrays.prefix.max(prefix.len());
                    match holds {
                        true => arrays.everywhere.push(positions),
                        false => arrays.somewhere.push(positions),
                    }
                }
                (Formula::Contains(id), true) => {
                    arrays.somewhere.push(Positions::new(&[], *id, true));
                }
                (Formula::Contains(id), false) => {
                    arrays.everywhere.push(Positions::new(&[], *id, false));
                }
                (Formula::Unique, true) => arrays.unique = true,
                (Formula::Unique, false) => arrays.repeated = true,
                (Formula::MinItems(least), true) => arrays.least = arrays.least.max(*least),
                (Formula::MaxItems(most), true) => arrays.at_most(*most),
                (Formula::MinItems(least), false) => arrays.at_most(least.checked_sub(1)?),
                (Formula::MaxItems(most), false) => {
                    arrays.least = arrays.least.max(most.saturating_add(1));
                }
                _ => {}
            }
        }
        let possible = !(arrays.unique && arrays.repeated)
            && arrays.most.is_none_or(|most| most >= arrays.least);
        possible.then_some(arrays)
    }

    /// Finds positions before `end` for the constraints that have to hold somewhere, from
    /// `index` on, and fills the array up to the last position.
    fn place(&mut self, arrays: &Arrays, end: usize, index: usize, placed: &mut Placed) -> Outcome {
        let looked_at = placed.len() + arrays.prefix.min(end);
        let steps = 1 + looked_at as u64 / POSITIONS_PER_STEP;
        if let Err(exhausted) = self.budget.spend(steps) {
            return exhausted.into();
        }
        let Some(asked) = arrays.somewhere.get(index) else {
            return match arrays.repeated {
                true => self.repeat(arrays, end, placed),
                false => self.fill(arrays, placed),
            };
        };
        let mut outcome = Outcome::Empty;
        for position in arrays.candidates(end, placed, 1) {
            let asked = asked.at(position);
            if !self.may_hold(asked) {
                continue;
            }
            let is_new = placed.entry(position).or_default().insert(asked);
            outcome = outcome.or(|| match self.solve(arrays.goal(position, placed)) {
                Outcome::Found(_) => self.place(arrays, end, index + 1, placed),
                other => other,
            });
            if matches!(outcome, Outcome::Found(_)) {
                break;
            }
            if is_new {
                take_back(placed, position, asked);
            }
        }
        outcome
    }

    /// Chooses two positions before `end` for equal items.
    fn repeat(&mut self, arrays: &Arrays, end: usize, placed: &Placed) -> Outcome {
        let candidates = arrays.candidates(end, placed, 2);
        let mut outcome = Outcome::Empty;
        for (index, &first) in candidates.iter().enumerate() {
            for &second in candidates.iter().skip(index + 1) {
                let mut both = arrays.goal(first, placed);
                both.extend(arrays.goal(second, placed));
                let mut placed = placed.clone();
                outcome = outcome.or(|| match self.solve(both) {
                    Outcome::Found(value) => {
                        let only = Literal::is(self.formulas.listed([value]));
                        for position in [first, second] {
                            placed.entry(position).or_default().insert(only);
                        }
                        self.fill(arrays, &placed)
                    }
                    other => other,
                });
                if matches!(outcome, Outcome::Found(_)) {
                    return outcome;
                }
            }
        }
        outcome
    }

    /// An item for every position.
    fn fill(&mut self, arrays: &Arrays, placed: &Placed) -> Outcome {
        let last = placed.last_key_value().map_or(0, |(last, _)| last + 1);
        let length = last.max(arrays.least as usize);
        if arrays.unique && length > 1 {
            return self.fill_distinct(arrays, length, placed);
        }
        // All further positions have the same constraints.
        let unlike = length.min(last.max(arrays.prefix));
        let mut items = Vec::new();
        for position in 0..length.min(unlike + 1) {
            let item = match self.solve(arrays.goal(position, placed)) {
                Outcome::Found(item) => item,
                other => return other,
            };
            let count = if position < unlike {
                1
            } else {
                length - unlike
            };
            let weight = value::weight(&item).saturating_mul(count);
            if let Err(exhausted) = self.budget.spend_weight(weight) {
                return exhausted.into();
            }
            items.resize(position + count, item);
        }
        Outcome::Found(Value::Array(items))
    }

    /// An item for every position that differs from all earlier ones; `None` if one is not
    /// found.
    fn fill_in_turn(
        &mut self,
        arrays: &Arrays,
        length: usize,
        placed: &Placed,
    ) -> Option<Vec<Value>> {
        let mut items = Vec::new();
        for position in 0..length {
            let taken = self.formulas.listed(items.iter().cloned());
            let mut goal = arrays.goal(position, placed);
            goal.insert(Literal::is_not(taken));
            match self.solve(goal) {
                Outcome::Found(item) => items.push(item),
                _ => return None,
            }
        }
        Some(items)
    }

    /// A different item for every position: as many candidates for each as there
    /// are positions, and an assignment of positions to candidates.
    fn fill_distinct(&mut self, arrays: &Arrays, length: usize, placed: &Placed) -> Outcome {
        let too_many = || {
            Outcome::Unknown(format!(
                "the array has more than {MAX_DISTINCT} different items of several kinds"
            ))
        };
        // If all positions have the same constraints, any different items will do.
        if placed.is_empty() && arrays.prefix == 0 {
            let goal: Vec<Literal> = arrays.goal(0, placed).into_iter().collect();
            return match self.several(&goal, length) {
                Ok(items) if items.len() == length => Outcome::Found(Value::Array(items)),
                Ok(_) => Outcome::Empty,
                Err(unknown) => unknown,
            };
        }
        if length > MAX_DISTINCT {
            return too_many();
        }
        if let Some(items) = self.fill_in_turn(arrays, length, placed) {
            return Outcome::Found(Value::Array(items));
        }
        let mut known: BTreeMap<Vec<Literal>, Vec<Value>> = BTreeMap::new();
        let mut candidates = Vec::with_capacity(length);
        for position in 0..length {
            let goal: Vec<Literal> = arrays.goal(position, placed).into_iter().collect();
            if !known.contains_key(&goal) {
                match self.several(&goal, length) {
                    Ok(values) => drop(known.insert(goal.clone(), values)),
                    Err(unknown) => return unknown,
                }
            }
            candidates.push(known.get(&goal).cloned().unwrap_or_default());
        }
        match assign(&candidates) {
            Some(items) => Outcome::Found(Value::Array(items)),
            None => Outcome::Empty,
        }
    }
}

impl Arrays {
    fn at_most(&mut self, most: u64) {
        self.most = Some(self.most.map_or(most, |known| known.min(most)));
    }

    /// The constraints on the item at `position`.
    fn goal(&self, position: usize, placed: &Placed) -> BTreeSet<Literal> {
        let everywhere = self
            .everywhere
            .iter()
            .map(|positions| positions.at(position));
        let placed = placed.get(&position).into_iter().flatten().copied();
        everywhere.chain(placed).collect()
    }

    /// The positions before `end` whose constraints may differ, and `fresh` of those that
    /// have the same constraints.
    fn candidates(&self, end: usize, placed: &Placed, fresh: usize) -> Vec<usize> {
        let prefix = self.prefix.min(end);
        let later = placed.range(prefix..end).map(|(&position, _)| position);
        let alike = (prefix..end).filter(|position| !placed.contains_key(position));
        (0..prefix).chain(later).chain(alike.take(fresh)).collect()
    }
}

fn take_back(placed: &mut Placed, position: usize, asked: Literal) {
    if let Some(here) = placed.get_mut(&position) {
        here.remove(&asked);
        if here.is_empty() {
            placed.remove(&position);
        }
    }
}

/// A different candidate for every position, by augmenting paths.
fn assign(candidates: &[Vec<Value>]) -> Option<Vec<Value>> {
    let mut owners: BTreeMap<String, usize> = BTreeMap::new();
    let texts: Vec<Vec<String>> = candidates
        .iter()
        .map(|values| values.iter().map(Value::to_string).collect())
        .collect();
    for position in 0..candidates.len() {
        if !augment(position, &texts, &mut owners, &mut HashSet::new()) {
            return None;
        }
    }
    let mut items: Vec<Option<Value>> = vec![None; candidates.len()];
    for (text, position) in owners {
        let index = texts.get(position)?.iter().position(|it| *it == text)?;
        *items.get_mut(position)? = candidates.get(position)?.get(index).cloned();
    }
    items.into_iter().collect()
}

fn augment(
    position: usize,
    texts: &[Vec<String>],
    owners: &mut BTreeMap<String, usize>,
    tried: &mut HashSet<String>,
) -> bool {
    for text in texts.get(position).into_iter().flatten() {
        if !tried.insert(text.clone()) {
            continue;
        }
        let free = match owners.get(text).copied() {
            None => true,
            Some(owner) => augment(owner, texts, owners, tried),
        };
        if free {
            owners.insert(text.clone(), position);
            return true;
        }
    }
    false
}
