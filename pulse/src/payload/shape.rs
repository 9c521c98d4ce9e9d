//! What kinds of JSON values a payload type is made of.
//!
//! serde stops at the first value that does not fit, and knows no JSON pointer.
//! A shape is a table that walks the parsed JSON instead and finds every misfit;
//! it is read only when a payload was refused, or is decoded strictly.

use serde_json::Value;

use super::ShapeRule;
use crate::rule::ScalarRule;

/// The kind of JSON value that a Rust type is decoded from.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// Any JSON value.
    Any,
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean,
    /// A whole number from 0 to 2⁶⁴ - 1, and the rule for it: a negative number
    /// breaks that rule, though no Rust value of the type does.
    Unsigned(&'static ScalarRule<u64>),
    /// A whole number from -2⁶³ to 2⁶³ - 1.
    Signed,
    /// Any number.
    Number,
    /// A string.
    String,
    /// A string that is a date and time of RFC 3339.
    Timestamp,
    /// An array of such items.
    Array(&'static Shape),
    /// An object whose members are all of one shape.
    Map(&'static Shape),
    /// An object with known members.
    Object {
        /// The members that the schema names.
        members: &'static [Member],
        /// What else there may be.
        rest: Rest,
    },
    /// A value of the shape that stands there.
    Same(&'static Shape),
    /// `null`, or a value of this shape.
    Nullable(&'static Shape),
    /// A value of any of these shapes, by the keyword `anyOf` or `oneOf`.
    Union(&'static str, &'static [Shape]),
    /// A value of this shape that keeps these rules. They count only where they
    /// tell alternatives apart: `validate()` has rules of its own.
    Ruled(&'static Shape, &'static [ShapeRule]),
}

/// One member that the schema of an object names.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    pub(super) name: &'static str,
    pub(super) required: bool,
    shape: &'static Shape,
}

impl Member {
    /// The member `name`, which may be missing.
    pub const fn optional(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            required: false,
            shape,
        }
    }

    /// The member `name`, which must be there.
    pub const fn required(name: &'static str, shape: &'static Shape) -> Self {
        Self {
            name,
            required: true,
            shape,
        }
    }
}

/// What members an object may have that its schema does not name.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Rest {
    /// None: a closed object. A tolerant decode passes over them all the same.
    Closed,
    /// Any, of this shape.
    Open(&'static Shape),
}

impl Shape {
    /// Any whole number from 0 to 2⁶⁴ - 1.
    pub const UNSIGNED: Self = Self::Unsigned(&ScalarRule::new());

    /// The shape of the member `name`, where this is an object that may have it.
    pub(super) fn of_member(&self, name: &str) -> Option<&'static Self> {
        match *self {
            Self::Map(shape) => Some(shape),
            Self::Object { members, rest } => {
                let named = members.iter().find(|member| member.name == name);
                match (named, rest) {
                    (Some(member), _) => Some(member.shape),
                    (None, Rest::Open(shape)) => Some(shape),
                    (None, Rest::Closed) => None,
                }
            }
            _ => None,
        }
    }

    /// Whether a value of this shape may have members or items.
    pub(super) fn is_nested(&self) -> bool {
        match *self {
            Self::Any | Self::Array(_) | Self::Map(_) | Self::Object { .. } => true,
            Self::Same(shape) | Self::Nullable(shape) | Self::Ruled(shape, _) => shape.is_nested(),
            Self::Union(_, shapes) => shapes.iter().any(Self::is_nested),
            _ => false,
        }
    }

    /// Whether a value without members or items is of this kind.
    pub(super) fn is_kind_of(&self, value: &Value) -> bool {
        match self {
            Self::Null => value.is_null(),
            Self::Boolean => value.is_boolean(),
            Self::Number => value.is_number(),
            Self::String | Self::Timestamp => value.is_string(),
            Self::Unsigned(_) => {
                value.is_u64() || plain_integer(value).is_some_and(|it| it.is_u64())
            }
            Self::Signed => value.is_i64() || plain_integer(value).is_some_and(|it| it.is_i64()),
            _ => false,
        }
    }

    /// What the schema calls this kind of value.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Any => "any value",
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Unsigned(_) | Self::Signed => "integer",
            Self::Number => "number",
            Self::String | Self::Timestamp => "string",
            Self::Array(_) => "array",
            Self::Map(_) | Self::Object { .. } => "object",
            Self::Same(shape) | Self::Nullable(shape) | Self::Ruled(shape, _) => shape.name(),
            Self::Union(..) => "an alternative that fits",
        }
    }

    /// Writes whole numbers with a fraction or an exponent as plain integers
    /// where an integer is wanted; tells whether there was any.
    pub(super) fn make_integers_plain(&self, value: &mut Value) -> bool {
        match (*self, value) {
            (Self::Unsigned(_) | Self::Signed, value) => match plain_integer(value) {
                Some(plain) => {
                    *value = plain;
                    true
                }
                None => false,
            },
            (Self::Same(shape) | Self::Nullable(shape) | Self::Ruled(shape, _), value) => {
                shape.make_integers_plain(value)
            }
            (Self::Array(shape), Value::Array(items)) => items
                .iter_mut()
                .fold(false, |any, item| shape.make_integers_plain(item) | any),
            (Self::Map(shape), Value::Object(members)) => members
                .values_mut()
                .fold(false, |any, value| shape.make_integers_plain(value) | any),
            (Self::Object { members, rest }, Value::Object(found)) => {
                found.iter_mut().fold(false, |any, (name, value)| {
                    let shape = match (members.iter().find(|member| member.name == name), rest) {
                        (Some(member), _) => member.shape,
                        (None, Rest::Open(shape)) => shape,
                        (None, Rest::Closed) => &Self::Any,
                    };
                    shape.make_integers_plain(value) | any
                })
            }
            _ => false,
        }
    }
}

/// The integer that a number with a fraction or an exponent stands for, where
/// it is whole and a Rust integer holds it.
pub(super) fn plain_integer(value: &Value) -> Option<Value> {
    /// 2⁶⁴ and 2⁶³, the first floats that the integer types do not hold.
    const UNSIGNED_END: f64 = 18_446_744_073_709_551_616.0;
    const SIGNED_END: f64 = 9_223_372_036_854_775_808.0;
    let float = value
        .as_f64()
        .filter(|float| value.is_f64() && float.fract() == 0.0)?;
    if (0.0..UNSIGNED_END).contains(&float) {
        return Some(Value::from(float as u64));
    }
    (-SIGNED_END..0.0)
        .contains(&float)
        .then(|| Value::from(float as i64))
}
