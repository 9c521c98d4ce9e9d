//! Numbers: the multiples of a step, or all numbers, in an interval, except the multiples
//! of some numbers, and some single numbers.
//!
//! Such sets are decided exactly. Among consecutive multiples of one step, a few are not
//! multiples of other numbers, however large these are, unless the step is a multiple of
//! one of them itself. So a search from one end of the interval soon reaches a number of
//! the set, or the other end.

use std::collections::BTreeSet;
use std::f64::consts::LOG10_2;
use std::ops::RangeInclusive;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, Zero};
use serde_json::{Number, Value};

use super::budget::{Budget, Exhausted};
use super::formula::{Formula, Formulas, Id, NumberLimit};
use super::outcome::Outcome;
use super::solve::{Engine, Literal};
use super::value::{self, common_multiple};

/// The exponents of two of the smallest and the largest distance between floats.
const DISTANCES: (i32, i32) = (-1074, 971);

/// Maximum number of candidates; at least a tenth of them can be written by a float.
const MAX_TRIED: usize = 200;

/// An end of an interval.
#[derive(Clone, Debug)]
struct End {
    limit: BigRational,
    /// Whether the limit itself is included.
    closed: bool,
}

#[derive(Clone, Debug, Default)]
struct Interval {
    low: Option<End>,
    high: Option<End>,
}

/// A set of numbers.
#[derive(Debug)]
struct Numbers<'f> {
    formulas: &'f Formulas,
    interval: Interval,
    /// The number that all are multiples of, if any.
    step: Option<BigRational>,
    /// The numbers whose multiples are excluded.
    holes: BTreeSet<BigRational>,
    /// The lists whose values are excluded.
    excluded: Vec<(Id, &'f [Value])>,
}

impl Engine {
    pub(super) fn solve_number(&mut self, facts: &[Literal]) -> Outcome {
        let mut numbers = Numbers {
            formulas: &self.formulas,
            interval: Interval::default(),
            step: None,
            holes: BTreeSet::new(),
            excluded: Vec::new(),
        };
        for fact in facts {
            match self.formulas.get(fact.formula) {
                Formula::Number(limit) => numbers.narrow(limit, fact.holds),
                Formula::Listed(values) if !fact.holds => {
                    numbers.excluded.push((fact.formula, values));
                }
                _ => {}
            }
        }
        numbers
            .first(&mut self.budget)
            .unwrap_or_else(Outcome::from)
    }
}

impl Numbers<'_> {
    fn narrow(&mut self, limit: &NumberLimit, holds: bool) {
        use NumberLimit::{Above, Below, Integer, Maximum, Minimum, MultipleOf};
        let end = |limit: &BigRational, closed| End {
            limit: limit.clone(),
            closed,
        };
        match (limit, holds) {
            (Minimum(limit), true) => self.interval.raise(end(limit, true)),
            (Above(limit), true) => self.interval.raise(end(limit, false)),
            (Maximum(limit), true) => self.interval.lower(end(limit, true)),
            (Below(limit), true) => self.interval.lower(end(limit, false)),
            (Minimum(limit), false) => self.interval.lower(end(limit, false)),
            (Above(limit), false) => self.interval.lower(end(limit, true)),
            (Maximum(limit), false) => self.interval.raise(end(limit, false)),
            (Below(limit), false) => self.interval.raise(end(limit, true)),
            (Integer, true) => self.step = Some(self.step_with(&BigRational::one())),
            (MultipleOf(divisor), true) => self.step = Some(self.step_with(divisor)),
            (Integer, false) => drop(self.holes.insert(BigRational::one())),
            (MultipleOf(divisor), false) => drop(self.holes.insert(divisor.clone())),
        }
    }

    /// A number of the set that a JSON reader does not round, near zero or with few
    /// digits.
    fn first(&self, budget: &mut Budget) -> Result<Outcome, Exhausted> {
        if self.interval.is_empty() {
            return Ok(Outcome::Empty);
        }
        let step = self.step.clone().or_else(|| self.interval.only());
        let found = match step {
            Some(step) => self.search(&self.interval, &step, budget, Some)?,
            None => Some(self.decimal(budget)?),
        };
        let Some(found) = found else {
            return Ok(Outcome::Empty);
        };
        let found = value::number(&found);
        let number = match found.clone().filter(is_float) {
            Some(number) => Some(number),
            None => self.float(budget)?.or(found),
        };
        match number {
            Some(number) => Ok(Outcome::Found(Value::Number(number))),
            None => self.kept(budget),
        }
    }

    /// An integer of 64 bits that readers with only floats do not round.
    fn float(&self, budget: &mut Budget) -> Result<Option<Number>, Exhausted> {
        let distance = BigRational::from_integer(BigInt::from(1 << 11));
        let step = self.step_with(&distance);
        let found = self.search(&self.interval, &step, budget, Some)?;
        Ok(found.as_ref().and_then(value::number).filter(is_float))
    }

    /// A number with as few decimals as possible. An interval of more than one number has
    /// numbers of any number of decimals, so the search ends.
    fn decimal(&self, budget: &mut Budget) -> Result<BigRational, Exhausted> {
        let tenth = BigRational::new(BigInt::one(), BigInt::from(10));
        let mut step = BigRational::one();
        loop {
            if let Some(found) = self.search(&self.interval, &step, budget, Some)? {
                return Ok(found);
            }
            step *= &tenth;
        }
    }

    /// A number that a JSON reader does not round: an integer of 64 bits, or the decimal
    /// form of a float. The floats between two powers of two have a common distance, and
    /// none needs digits below that distance.
    fn kept(&self, budget: &mut Budget) -> Result<Outcome, Exhausted> {
        let whole = BigRational::from_integer;
        let integers = self
            .interval
            .within(whole(i64::MIN.into()), whole(u64::MAX.into()));
        if let Some(outcome) = self.kept_multiple(&integers, &BigRational::one(), budget)? {
            return Ok(outcome);
        }
        let power = |base: i32, exponent: i32| Pow::pow(&whole(base.into()), exponent);
        for distance in self.interval.distances() {
            let digit = match distance {
                // Halves are written as they are.
                -1 => power(2, -1),
                _ => power(10, (f64::from(distance) * LOG10_2).floor() as i32),
            };
            // Floats that are further apart have no additional multiples.
            if self.holes(&self.step_with(&digit)).is_none() {
                break;
            }
            let (least, next) = (power(2, distance + 52), power(2, distance + 53));
            let positive = self.interval.within(least.clone(), next.clone());
            let negative = self.interval.within(-next, -least);
            for interval in [positive, negative] {
                if let Some(outcome) = self.kept_multiple(&interval, &digit, budget)? {
                    return Ok(outcome);
                }
            }
        }
        Ok(Outcome::Empty)
    }

    /// A number in `interval` that a JSON reader does not round; all such numbers there
    /// are multiples of `digit`.
    fn kept_multiple(
        &self,
        interval: &Interval,
        digit: &BigRational,
        budget: &mut Budget,
    ) -> Result<Option<Outcome>, Exhausted> {
        if interval.is_empty() {
            return Ok(None);
        }
        let mut tried = 0;
        self.search(interval, &self.step_with(digit), budget, |number| {
            tried += 1;
            let kept = value::number(&number).map(Value::Number);
            let kept = kept.map(Outcome::Found);
            kept.or_else(|| (tried == MAX_TRIED).then(too_long))
        })
    }

    fn is_excluded(&self, number: &BigRational) -> bool {
        // Only numbers that can be written are listed.
        let number = match self.excluded.is_empty() {
            true => None,
            false => value::number(number).map(Value::Number),
        };
        number.is_some_and(|number| {
            let mut lists = self.excluded.iter();
            lists.any(|(id, values)| self.formulas.lists(*id, values, &number))
        })
    }

    fn step_with(&self, divisor: &BigRational) -> BigRational {
        match &self.step {
            Some(step) => common_multiple(step, divisor),
            None => divisor.clone(),
        }
    }

    /// For each excluded divisor, the factor `n` such that every `n`th multiple of `step`
    /// is a multiple of it; `None` if all are.
    fn holes(&self, step: &BigRational) -> Option<BTreeSet<BigInt>> {
        let holes = self.holes.iter();
        let holes = holes.map(|hole| (common_multiple(step, hole) / step).to_integer());
        let holes: BTreeSet<BigInt> = holes.collect();
        (!holes.contains(&BigInt::one())).then_some(holes)
    }

    /// The multiple of `step` nearest to zero that is in the set and in `interval`, and
    /// for which `take` returns a value.
    fn search<T>(
        &self,
        interval: &Interval,
        step: &BigRational,
        budget: &mut Budget,
        mut take: impl FnMut(BigRational) -> Option<T>,
    ) -> Result<Option<T>, Exhausted> {
        let low = interval.low.as_ref().map(|end| first_above(end, step));
        let high = interval.high.as_ref().map(|end| last_below(end, step));
        let Some(holes) = self.holes(step) else {
            return Ok(None);
        };
        let nearest = match (&low, &high) {
            (Some(low), _) if low.is_positive() => low.clone(),
            (_, Some(high)) if high.is_negative() => high.clone(),
            _ => BigInt::zero(),
        };
        let is_inside = |factor: &BigInt| {
            low.as_ref().is_none_or(|low| factor >= low)
                && high.as_ref().is_none_or(|high| factor <= high)
        };
        for distance in 0_u64.. {
            budget.spend(1 + holes.len() as u64)?;
            budget.spend_weight(self.excluded.len())?;
            let both = [&nearest + distance, &nearest - distance];
            if !both.iter().any(is_inside) {
                break;
            }
            for factor in both.iter().filter(|factor| is_inside(factor)) {
                let number = step * BigRational::from_integer(factor.clone());
                let is_in_hole = holes.iter().any(|hole| (factor % hole).is_zero());
                if is_in_hole || self.is_excluded(&number) {
                    continue;
                }
                if let Some(taken) = take(number) {
                    return Ok(Some(taken));
                }
            }
        }
        Ok(None)
    }
}

/// Whether a float represents `number`, if that is an integer of 64 bits.
fn is_float(number: &Number) -> bool {
    let integer = number.as_i64().map(i128::from);
    let integer = integer.or(number.as_u64().map(i128::from));
    integer.is_none_or(|integer| integer as f64 as i128 == integer)
}

fn too_long() -> Outcome {
    Outcome::Unknown(format!(
        "none of {MAX_TRIED} numbers has few enough digits for a JSON reader"
    ))
}

impl Interval {
    fn raise(&mut self, end: End) {
        let tighter = self
            .low
            .as_ref()
            .is_none_or(|low| end.limit > low.limit || (end.limit == low.limit && low.closed));
        if tighter {
            self.low = Some(end);
        }
    }

    fn lower(&mut self, end: End) {
        let tighter = self
            .high
            .as_ref()
            .is_none_or(|high| end.limit < high.limit || (end.limit == high.limit && high.closed));
        if tighter {
            self.high = Some(end);
        }
    }

    fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => {
                low.limit > high.limit || (low.limit == high.limit && !(low.closed && high.closed))
            }
            _ => false,
        }
    }

    /// The intersection with the interval from `low` to `high`.
    fn within(&self, low: BigRational, high: BigRational) -> Self {
        let mut part = self.clone();
        let end = |limit| End {
            limit,
            closed: true,
        };
        part.raise(end(low));
        part.lower(end(high));
        part
    }

    /// The exponents of two of the distances between floats in the interval, and a few
    /// more.
    fn distances(&self) -> RangeInclusive<i32> {
        let ends = [&self.low, &self.high];
        let distance = |end: &End| {
            let (numerator, denominator) = (end.limit.numer().bits(), end.limit.denom().bits());
            i32::try_from(numerator as i64 - denominator as i64 - 53).unwrap_or(DISTANCES.1)
        };
        let exponents = ends.map(|end| end.as_ref().map(distance));
        let has_zero = !self.low.as_ref().is_some_and(|low| low.limit.is_positive())
            && !self
                .high
                .as_ref()
                .is_some_and(|high| high.limit.is_negative());
        let nearest = exponents.iter().flatten().min().filter(|_| !has_zero);
        let first = nearest.map_or(DISTANCES.0, |nearest| nearest - 2);
        let last = match exponents {
            [Some(low), Some(high)] => low.max(high) + 2,
            _ => DISTANCES.1,
        };
        first.max(DISTANCES.0)..=last.min(DISTANCES.1)
    }

    /// The number of an interval with a single number.
    fn only(&self) -> Option<BigRational> {
        let (low, high) = (self.low.as_ref()?, self.high.as_ref()?);
        (low.limit == high.limit).then(|| match low.limit.is_zero() {
            true => BigRational::one(),
            false => low.limit.abs(),
        })
    }
}

/// The smallest factor whose multiple of `step` is above a lower end.
fn first_above(end: &End, step: &BigRational) -> BigInt {
    let quotient = &end.limit / step;
    match !end.closed && quotient.is_integer() {
        true => quotient.to_integer() + 1,
        false => quotient.ceil().to_integer(),
    }
}

/// The largest factor whose multiple of `step` is below an upper end.
fn last_below(end: &End, step: &BigRational) -> BigInt {
    let quotient = &end.limit / step;
    match !end.closed && quotient.is_integer() {
        true => quotient.to_integer() - 1,
        false => quotient.floor().to_integer(),
    }
}
