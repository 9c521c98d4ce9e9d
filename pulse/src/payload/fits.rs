//! Whether a value fits a shape and keeps the rules in it: what tells alternatives
//! apart, while a payload is read and when it is checked. The value is seen as it is
//! written, which takes no memory.

use serde_core::Serialize;
use serde_json::Value;

use super::distinct::differ;
use super::timestamp::is_timestamp;
use super::watch::{Observer, Text, observe};
use super::{Member, Shape, ShapeRule};

/// How exactly a value has to fit.
#[derive(Clone, Copy)]
pub(super) struct Manner {
    /// Whether closed objects may have no other members.
    pub(super) strict: bool,
    /// Whether the rules in a shape count.
    pub(super) ruled: bool,
}

impl Manner {
    /// As the schema says it.
    pub(super) const EXACT: Self = Self {
        strict: true,
        ruled: true,
    };

    /// Of the same kinds all through, and without unknown members.
    pub(super) const STRICT: Self = Self {
        strict: true,
        ruled: false,
    };

    /// Of kinds that can be decoded.
    pub(super) const TOLERANT: Self = Self {
        strict: false,
        ruled: false,
    };

    /// Whether `value` is of `shape`.
    pub(super) fn fits<T: Serialize + ?Sized>(self, value: &T, shape: &'static Shape) -> bool {
        match *shape {
            Shape::Any => true,
            Shape::Same(shape) => self.fits(value, shape),
            Shape::Nullable(shape) => {
                self.is(value, Question::Kind(&Shape::Null)) || self.fits(value, shape)
            }
            Shape::Union(keyword, shapes) => self.fits_any(value, keyword, shapes),
            Shape::Ruled(shape, rules) => {
                self.fits(value, shape)
                    && (!self.ruled || rules.iter().all(|rule| self.keeps(value, rule)))
            }
            Shape::Object { members, .. } => self.fits_object(value, shape, members),
            _ => self.is(value, Question::Kind(shape)),
        }
    }

    /// Whether `value` fits any of `shapes`, or one alone, as `keyword` asks.
    pub(super) fn fits_any<T: Serialize + ?Sized>(
        self,
        value: &T,
        keyword: &'static str,
        shapes: &'static [Shape],
    ) -> bool {
        match keyword {
            "oneOf" if self.ruled => self.fits_one(value, shapes),
            _ => shapes.iter().any(|shape| self.fits(value, shape)),
        }
    }

    /// Whether `value` fits one of `shapes` alone. Where it fits one strictly, those
    /// that it fits by passing over members don't count.
    fn fits_one<T: Serialize + ?Sized>(self, value: &T, shapes: &'static [Shape]) -> bool {
        match Self::EXACT.fitting(value, shapes) {
            0 if !self.strict => self.fitting(value, shapes) == 1,
            count => count == 1,
        }
    }

    /// How many of `shapes` a value fits; counts no further than two.
    pub(super) fn fitting<T: Serialize + ?Sized>(
        self,
        value: &T,
        shapes: impl IntoIterator<Item = &'static Shape>,
    ) -> usize {
        let fitting = shapes.into_iter().filter(|shape| self.fits(value, shape));
        fitting.take(2).count()
    }

    /// Looks at what is quick to tell first: where alternatives have alternatives in
    /// them, every look inside one that does not fit would double the work.
    fn fits_object<T: Serialize + ?Sized>(
        self,
        value: &T,
        shape: &'static Shape,
        members: &'static [Member],
    ) -> bool {
        let mut required = members.iter().filter(|member| member.required);
        self.is(value, Question::Members(shape, Depth::Flat))
            && required.all(|member| self.is(value, Question::Has(member.name)))
            && self.is(value, Question::Members(shape, Depth::Nested))
    }

    fn keeps<T: Serialize + ?Sized>(self, value: &T, rule: &'static ShapeRule) -> bool {
        self.is(value, Question::Rule(rule)) && (!rule.wants_unique_items() || differ(value))
    }

    fn is<T: Serialize + ?Sized>(self, value: &T, question: Question) -> bool {
        let judge = Judge {
            manner: self,
            question,
        };
        observe(value, &judge) == Some(true)
    }
}

/// One question about a value.
#[derive(Clone, Copy)]
enum Question {
    /// Is it of this shape? One that stands for no other, and is no object with
    /// known members.
    Kind(&'static Shape),
    /// Is it an object, of which the members of this depth are as this shape says?
    Members(&'static Shape, Depth),
    /// Does it keep this rule?
    Rule(&'static ShapeRule),
    /// Is it an object with this member?
    Has(&'static str),
}

/// Whether a member has parts of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// It has none, or is not even known.
    Flat,
    /// It may have some.
    Nested,
}

impl Depth {
    fn of(shape: Option<&'static Shape>) -> Self {
        match shape.is_some_and(Shape::is_nested) {
            true => Self::Nested,
            false => Self::Flat,
        }
    }
}

/// Looks at a value for the answer to a question.
struct Judge {
    manner: Manner,
    question: Question,
}

/// What a judge has seen of an array or an object.
#[derive(Default)]
struct Tally {
    count: u64,
    has_misfit: bool,
    has_member: bool,
}

impl Observer for Judge {
    type Seen = bool;
    type Parts = Tally;

    fn scalar(&self, value: &Value) -> bool {
        match self.question {
            Question::Kind(shape) => shape.is_kind_of(value),
            Question::Rule(rule) => rule.allows_scalar(value),
            Question::Members(..) | Question::Has(_) => false,
        }
    }

    fn text(&self, text: Text<'_>) -> bool {
        match self.question {
            Question::Kind(Shape::String) => true,
            Question::Kind(Shape::Timestamp) => text.with(is_timestamp),
            Question::Rule(rule) => text.with(|text| rule.allows_text(text)),
            Question::Kind(_) | Question::Members(..) | Question::Has(_) => false,
        }
    }

    fn item<T: Serialize + ?Sized>(&self, item: &T, tally: &mut Tally) {
        tally.count += 1;
        if let Question::Kind(Shape::Array(shape)) = self.question {
            tally.has_misfit |= !self.manner.fits(item, shape);
        }
    }

    fn member<T: Serialize + ?Sized>(&self, name: Text<'_>, value: &T, tally: &mut Tally) {
        tally.count += 1;
        name.with(|name| match self.question {
            Question::Kind(Shape::Map(shape)) => {
                tally.has_misfit |= !self.manner.fits(value, shape);
            }
            Question::Members(shape, depth) => {
                let shape = shape.of_member(name);
                if Depth::of(shape) == depth {
                    let fits = |shape| self.manner.fits(value, shape);
                    tally.has_misfit |= !shape.map_or(!self.manner.strict, fits);
                }
            }
            Question::Rule(rule) => tally.has_misfit |= !rule.allows_name(name),
            Question::Has(wanted) => tally.has_member |= name == wanted,
            Question::Kind(_) => {}
        });
    }

    fn array(&self, tally: Tally) -> bool {
        match self.question {
            Question::Kind(shape) => matches!(shape, Shape::Array(_)) && !tally.has_misfit,
            Question::Rule(rule) => rule.allows_items(tally.count),
            Question::Members(..) | Question::Has(_) => false,
        }
    }

    fn object(&self, tally: Tally) -> bool {
        match self.question {
            Question::Kind(shape) => matches!(shape, Shape::Map(_)) && !tally.has_misfit,
            Question::Members(..) => !tally.has_misfit,
            Question::Rule(rule) => rule.allows_members(tally.count) && !tally.has_misfit,
            Question::Has(_) => tally.has_member,
        }
    }
}
