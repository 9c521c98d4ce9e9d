//! Numbers: intervals and multiples.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{Signed, Zero};
use serde_json::Value;

use super::formula::{Formula, NumberLimit};
use super::outcome::Outcome;
use super::solve::{Engine, Literal};
use super::value::{self, common_multiple};

/// How many multiples are tried on either side of the one nearest to zero.
const MOST_TRIED: u32 = 4096;

/// The same, for each number of decimals in an interval without multiples.
const MOST_TRIED_DECIMALS: u32 = 40;

/// An end of an interval.
#[derive(Clone, Debug)]
struct End {
    limit: BigRational,
    /// Whether the limit itself is inside.
    closed: bool,
}

/// An interval, and a number that all numbers are multiples of.
#[derive(Debug, Default)]
struct Range {
    low: Option<End>,
    high: Option<End>,
    step: Option<BigRational>,
}

impl Engine {
    pub(super) fn solve_number(&mut self, facts: &[Literal]) -> Outcome {
        let mut range = Range::default();
        for fact in facts {
            if let Formula::Number(limit) = self.formulas.get(fact.formula) {
                range.narrow(limit, fact.holds);
            }
        }
        if range.is_empty() {
            return Outcome::Empty;
        }
        match &range.step {
            Some(step) => self.solve_lattice(&range, step, facts, MOST_TRIED),
            None => self.solve_interval(&range, facts),
        }
    }

    /// Tries the multiples of `step` between the ends, those nearest to zero first.
    fn solve_lattice(
        &mut self,
        range: &Range,
        step: &BigRational,
        facts: &[Literal],
        tries: u32,
    ) -> Outcome {
        let low = range.low.as_ref().map(|end| first_above(end, step));
        let high = range.high.as_ref().map(|end| last_below(end, step));
        let zero = BigInt::zero();
        let nearest = match (&low, &high) {
            (Some(low), _) if low.is_positive() => low.clone(),
            (_, Some(high)) if high.is_negative() => high.clone(),
            _ => zero,
        };
        let inside = |factor: &BigInt| {
            low.as_ref().is_none_or(|low| factor >= low)
                && high.as_ref().is_none_or(|high| factor <= high)
        };
        let mut unwritable = false;
        for distance in 0..tries {
            if let Err(exhausted) = self.budget.spend(1 + facts.len() as u64) {
                return exhausted.into();
            }
            let (up, down) = (&nearest + distance, &nearest - distance);
            if !inside(&up) && !inside(&down) {
                return match unwritable {
                    true => unwritable_number(),
                    false => Outcome::Empty,
                };
            }
            for factor in [up, down] {
                let number = step * BigRational::from_integer(factor.clone());
                if !inside(&factor) || !self.number_keeps(&number, facts) {
                    continue;
                }
                match value::number(&number) {
                    Some(number) => return Outcome::Found(Value::Number(number)),
                    None => unwritable = true,
                }
            }
        }
        self.after_many_multiples(step, facts)
    }

    /// Of a lattice without an end, every multiple is excluded only where every
    /// multiple of `step` is one of a number that none may be a multiple of.
    fn after_many_multiples(&self, step: &BigRational, facts: &[Literal]) -> Outcome {
        let all_excluded = facts.iter().filter(|fact| !fact.holds).any(|fact| {
            match self.formulas.get(fact.formula) {
                Formula::Number(NumberLimit::Integer) => step.is_integer(),
                Formula::Number(NumberLimit::MultipleOf(divisor)) => {
                    value::is_multiple(step, divisor)
                }
                _ => false,
            }
        });
        match all_excluded {
            true => Outcome::Empty,
            false => Outcome::Unknown(format!(
                "none of the {MOST_TRIED} multiples of {step} nearest to zero satisfies the \
                 other constraints"
            )),
        }
    }

    /// Tries numbers with few decimals between the ends.
    fn solve_interval(&mut self, range: &Range, facts: &[Literal]) -> Outcome {
        if let (Some(low), Some(high)) = (&range.low, &range.high)
            && low.limit == high.limit
        {
            return match self.number_keeps(&low.limit, facts) {
                true => match value::number(&low.limit) {
                    Some(number) => Outcome::Found(Value::Number(number)),
                    None => unwritable_number(),
                },
                false => Outcome::Empty,
            };
        }
        let mut step = value::one();
        let tenth = BigRational::new(BigInt::from(1), BigInt::from(10));
        // An interval has numbers of any number of decimals, and what is excluded
        // leaves some of them.
        for _ in 0..18 {
            let found = self.solve_lattice(range, &step, facts, MOST_TRIED_DECIMALS);
            if matches!(found, Outcome::Found(_)) {
                return found;
            }
            step *= &tenth;
        }
        Outcome::Unknown("no number of up to 17 decimals was found in the interval".to_owned())
    }
}

fn unwritable_number() -> Outcome {
    Outcome::Unknown("the only numbers left have more digits than a JSON reader keeps".to_owned())
}

impl Range {
    fn narrow(&mut self, limit: &NumberLimit, holds: bool) {
        use NumberLimit::{Above, Below, Integer, Maximum, Minimum, MultipleOf};
        let end = |limit: &BigRational, closed| End {
            limit: limit.clone(),
            closed,
        };
        match (limit, holds) {
            (Minimum(limit), true) => self.raise(end(limit, true)),
            (Above(limit), true) => self.raise(end(limit, false)),
            (Maximum(limit), true) => self.lower(end(limit, true)),
            (Below(limit), true) => self.lower(end(limit, false)),
            (Minimum(limit), false) => self.lower(end(limit, false)),
            (Above(limit), false) => self.lower(end(limit, true)),
            (Maximum(limit), false) => self.raise(end(limit, false)),
            (Below(limit), false) => self.raise(end(limit, true)),
            (Integer, true) => self.step_by(&value::one()),
            (MultipleOf(divisor), true) => self.step_by(divisor),
            // Single numbers are held against these.
            (Integer | MultipleOf(_), false) => {}
        }
    }

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

    fn step_by(&mut self, divisor: &BigRational) {
        self.step = Some(match &self.step {
            Some(step) => common_multiple(step, divisor),
            None => divisor.clone(),
        });
    }

    fn is_empty(&self) -> bool {
        match (&self.low, &self.high) {
            (Some(low), Some(high)) => {
                low.limit > high.limit || (low.limit == high.limit && !(low.closed && high.closed))
            }
            _ => false,
        }
    }
}

/// The least factor whose multiple of `step` is above a lower end.
fn first_above(end: &End, step: &BigRational) -> BigInt {
    let quotient = &end.limit / step;
    match !end.closed && quotient.is_integer() {
        true => quotient.to_integer() + 1,
        false => quotient.ceil().to_integer(),
    }
}

/// The greatest factor whose multiple of `step` is below an upper end.
fn last_below(end: &End, step: &BigRational) -> BigInt {
    let quotient = &end.limit / step;
    match !end.closed && quotient.is_integer() {
        true => quotient.to_integer() - 1,
        false => quotient.floor().to_integer(),
    }
}
