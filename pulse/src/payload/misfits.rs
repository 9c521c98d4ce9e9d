//! What of a JSON value does not fit a shape, each misfit with its pointer.

use serde_json::{Map, Number, Value};

use super::fits::Manner;
use super::{Member, Shape, Timestamp};
use crate::validate::{Flow, Pointer, Report, Violation};

impl Manner {
    /// Reports what of `value`, which stands at `at`, is not of `shape`.
    ///
    /// # Errors
    ///
    /// Breaks where `report` has seen enough.
    pub(super) fn check(
        self,
        shape: &'static Shape,
        value: &Value,
        at: &Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        match (*shape, value) {
            (Shape::Any, _) | (Shape::Nullable(_), Value::Null) => Flow::Continue(()),
            (Shape::Same(shape) | Shape::Nullable(shape), value) => {
                self.check(shape, value, at, report)
            }
            (Shape::Ruled(shape, rules), value) => {
                self.check(shape, value, at, report)?;
                let mut rules = rules.iter().filter(|_| self.ruled);
                rules.try_for_each(|rule| rule.check(value, at, report))
            }
            (Shape::Union(keyword, shapes), value) => {
                self.check_union(keyword, shapes, value, at, report)
            }
            (Shape::Timestamp, Value::String(text)) if text.parse::<Timestamp>().is_err() => {
                report.add(|| Violation::new(at.to_string(), "format", "date-time", value))
            }
            (Shape::Unsigned(rule), Value::Number(number)) if is_negative_integer(number) => {
                rule.refuse_negative(number, at, report)
            }
            (Shape::Array(shape), Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.check(shape, item, &at.index(index), report)),
            (Shape::Map(shape), Value::Object(members)) => members
                .iter()
                .try_for_each(|(name, value)| self.check(shape, value, &at.member(name), report)),
            (Shape::Object { members, .. }, Value::Object(found)) => {
                missing(members, found, at, report)?;
                self.check_members(shape, found, at, report)
            }
            _ if shape.is_kind_of(value) => Flow::Continue(()),
            _ => report.add(|| Violation::new(at.to_string(), "type", shape.name(), value)),
        }
    }

    fn check_members(
        self,
        shape: &'static Shape,
        found: &Map<String, Value>,
        at: &Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        found.iter().try_for_each(|(name, value)| {
            let at = at.member(name);
            match shape.of_member(name) {
                Some(shape) => self.check(shape, value, &at, report),
                None if self.strict => report
                    .add(|| Violation::new(at.to_string(), "additionalProperties", false, value)),
                None => Flow::Continue(()),
            }
        })
    }

    /// Reports a value that may be of any of `shapes` and is of none; or what is
    /// wrong inside, where its kind tells which shape is meant. A tolerant decode
    /// keeps such a value.
    fn check_union(
        self,
        keyword: &'static str,
        shapes: &'static [Shape],
        value: &Value,
        at: &Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        let keeps = !self.strict && !self.ruled;
        if keeps || self.fits_any(value, keyword, shapes) {
            return Flow::Continue(());
        }
        match meant(keyword, shapes, value) {
            Some(shape) => self.check(shape, value, at, report),
            None => report.add(|| Violation::no_alternative(at, keyword, value)),
        }
    }
}

/// The one of `shapes` that an array or an object is meant to be of: those of a
/// list of types differ in kind.
pub(super) fn meant(
    keyword: &'static str,
    shapes: impl IntoIterator<Item = &'static Shape>,
    value: &Value,
) -> Option<&'static Shape> {
    let mut shapes = shapes.into_iter().filter(|_| keyword == "type");
    shapes.find(|shape| match shape.name() {
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    })
}

/// Reports the required ones of `members` that `found` does not have.
fn missing(
    members: &[Member],
    found: &Map<String, Value>,
    at: &Pointer<'_>,
    report: &mut Report,
) -> Flow {
    members
        .iter()
        .filter(|member| member.required && !found.contains_key(member.name))
        .try_for_each(|member| {
            report.add(|| Violation::new(at.to_string(), "required", member.name, found))
        })
}

fn is_negative_integer(number: &Number) -> bool {
    number.as_i64().is_some_and(|integer| integer < 0)
        || number
            .as_f64()
            .is_some_and(|float| float < 0.0 && float.fract() == 0.0)
}
