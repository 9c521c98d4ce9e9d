//! Numbers: which Rust type holds them, and their rules.

use serde_json::{Number, Value as Json};

use super::scalars::allowed;
use super::types::Types;
use crate::model::{Kind, OneOf, Rule, RuleUse, ScalarRule, Value};
use crate::resolve::{Mark, Marked, NumberWords, Schema};

const U64_MAX: i128 = u64::MAX as i128;
const I64_MIN: i128 = i64::MIN as i128;
const I64_MAX: i128 = i64::MAX as i128;

impl NumberWords {
    fn all(&self) -> [&Option<Marked<Number>>; 5] {
        [
            &self.minimum,
            &self.maximum,
            &self.exclusive_minimum,
            &self.exclusive_maximum,
            &self.multiple_of,
        ]
    }

    /// The keywords that are there.
    pub(super) fn marks(&self) -> Vec<Mark> {
        self.all()
            .into_iter()
            .flatten()
            .map(|limit| limit.mark)
            .collect()
    }
}

/// The bounds of an integer, as integers: a bound between two whole numbers is
/// moved to the one that lets the same values pass.
#[derive(Default)]
struct Bounds {
    minimum: Option<i128>,
    maximum: Option<i128>,
    above: Option<i128>,
    below: Option<i128>,
}

impl Types {
    pub(super) fn integer(&mut self, schema: &Schema, subject: &str) -> Value {
        let words = &schema.number;
        let read = |limit: &Option<Marked<Number>>, round: fn(f64) -> f64| {
            limit.as_ref().map(|limit| whole(&limit.value, round))
        };
        let bounds = Bounds {
            minimum: read(&words.minimum, f64::ceil),
            maximum: read(&words.maximum, f64::floor),
            above: read(&words.exclusive_minimum, f64::floor),
            below: read(&words.exclusive_maximum, f64::ceil),
        };
        let divisor = words.multiple_of.as_ref().map(|divisor| &divisor.value);
        if let Some(divisor) = divisor.filter(|divisor| !is_divisor(divisor)) {
            return self.refuse(schema.place.error(
                "/multipleOf",
                format!("an integer has no sound check for multiples of {divisor}"),
                "give a whole number below 2^63",
            ));
        }
        let divisor = divisor.map(|divisor| whole(divisor, f64::floor));
        let one_of = allowed(schema, integer_of);
        let listed = one_of.as_ref().map(|(one_of, _)| one_of);
        if listed.is_some_and(|listed| !bounds.leave_one_of(&listed.values)) {
            return self.refuse(schema.place.error(
                "",
                "no value satisfies the bounds and the list of values together",
                "let them agree",
            ));
        }
        let (low, high) = range(&bounds, listed);
        let value_marks = one_of.iter().flat_map(|(_, marks)| marks.clone());
        let marks: Vec<Mark> = words.marks().into_iter().chain(value_marks).collect();
        let one_of = one_of.map(|(one_of, _)| one_of);
        let fits =
            |from, to| low.is_none_or(|low| low >= from) && high.is_none_or(|high| high <= to);
        if low.is_some_and(|low| low >= 0) && fits(0, U64_MAX) {
            let rule = integer_rule(&bounds, divisor, one_of, |limit| u64::try_from(limit).ok());
            let rule = ScalarRule {
                // What the type can't hold needs no check.
                minimum: rule.minimum.filter(|&limit| limit > 0),
                ..rule
            };
            return self.scalar(schema, Kind::Unsigned, rule, Rule::Unsigned, subject, marks);
        }
        if fits(I64_MIN, I64_MAX) {
            let rule = integer_rule(&bounds, divisor, one_of, |limit| i64::try_from(limit).ok());
            return self.scalar(schema, Kind::Signed, rule, Rule::Signed, subject, marks);
        }
        self.refuse(schema.place.error(
            "",
            "no 64-bit integer holds every value between these bounds",
            "narrow `minimum` and `maximum`, or say `number` where precision does not matter",
        ))
    }

    pub(super) fn number(&mut self, schema: &Schema, subject: &str) -> Value {
        let words = &schema.number;
        let limit =
            |limit: &Option<Marked<Number>>| limit.as_ref().map(|limit| limit.value.clone());
        let one_of = allowed(schema, |value| value.as_f64().and_then(Number::from_f64));
        let value_marks = one_of.iter().flat_map(|(_, marks)| marks.clone());
        let marks = words.marks().into_iter().chain(value_marks).collect();
        let rule = ScalarRule {
            minimum: limit(&words.minimum),
            maximum: limit(&words.maximum),
            exclusive_minimum: limit(&words.exclusive_minimum),
            exclusive_maximum: limit(&words.exclusive_maximum),
            multiple_of: limit(&words.multiple_of),
            one_of: one_of.map(|(one_of, _)| one_of),
        };
        self.scalar(schema, Kind::Number, rule, Rule::Number, subject, marks)
    }

    /// A scalar with its rule; without one where the rule says nothing.
    fn scalar<T: PartialEq>(
        &mut self,
        schema: &Schema,
        kind: Kind,
        rule: ScalarRule<T>,
        wrap: fn(ScalarRule<T>) -> Rule,
        subject: &str,
        marks: Vec<Mark>,
    ) -> Value {
        let mut value = Value::plain(kind);
        if rule == ScalarRule::default() {
            value.marks = marks;
        } else {
            value
                .rules
                .push(RuleUse::new(schema, wrap(rule), subject, marks));
        }
        value
    }
}

impl Bounds {
    /// Whether one of `values` is between them.
    fn leave_one_of(&self, values: &[i128]) -> bool {
        let (low, high) = range(self, None);
        values.iter().any(|value| {
            low.is_none_or(|low| *value >= low) && high.is_none_or(|high| *value <= high)
        })
    }
}

fn integer_rule<T>(
    bounds: &Bounds,
    divisor: Option<i128>,
    one_of: Option<OneOf<i128>>,
    narrow: impl Fn(i128) -> Option<T>,
) -> ScalarRule<T> {
    ScalarRule {
        minimum: bounds.minimum.and_then(&narrow),
        maximum: bounds.maximum.and_then(&narrow),
        exclusive_minimum: bounds.above.and_then(&narrow),
        exclusive_maximum: bounds.below.and_then(&narrow),
        multiple_of: divisor.and_then(&narrow),
        one_of: one_of.map(|one_of| OneOf {
            constant: one_of.constant,
            values: one_of.values.into_iter().filter_map(&narrow).collect(),
        }),
    }
}

/// The least and the greatest value that the bounds and the listed values leave.
fn range(bounds: &Bounds, one_of: Option<&OneOf<i128>>) -> (Option<i128>, Option<i128>) {
    let least = one_of.and_then(|one_of| one_of.values.iter().min().copied());
    let greatest = one_of.and_then(|one_of| one_of.values.iter().max().copied());
    let low = [bounds.minimum, bounds.above.map(|limit| limit + 1), least];
    let high = [
        bounds.maximum,
        bounds.below.map(|limit| limit - 1),
        greatest,
    ];
    (
        low.into_iter().flatten().max(),
        high.into_iter().flatten().min(),
    )
}

/// Whether both integer types hold `number`, and it divides.
fn is_divisor(number: &Number) -> bool {
    is_whole(number) && (1..=I64_MAX).contains(&whole(number, f64::floor))
}

fn is_whole(number: &Number) -> bool {
    number.as_f64().is_some_and(|float| float.fract() == 0.0)
}

/// `number` as an integer, rounded where it is between two.
fn whole(number: &Number, round: fn(f64) -> f64) -> i128 {
    let exact = number
        .as_u64()
        .map(i128::from)
        .or(number.as_i64().map(i128::from));
    // A float beyond the range becomes the end of the range, far beyond any i64.
    exact.unwrap_or_else(|| round(number.as_f64().unwrap_or(0.0)).clamp(-1e30, 1e30) as i128)
}

fn integer_of(value: &Json) -> Option<i128> {
    let number = value.as_number()?;
    is_whole(number).then(|| whole(number, f64::floor))
}
