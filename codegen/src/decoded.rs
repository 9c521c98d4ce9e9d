//! The values that decode as the generated types, valid or not, to compare two versions.

use std::collections::BTreeMap;

use taskcluster_documents::schema::{Pattern, SchemaId};

use crate::model::{Emitter, Kind, Scalar, Step, Struct, TypeDef, TypeShape, Value, walk};

/// A set of values that decode.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The kind of the values.
    pub kind: DecodedKind,
    /// Whether `null` decodes, too.
    pub nullable: bool,
    /// Its schemas.
    pub schemas: Vec<SchemaId>,
}

/// The kind of values that decode.
#[derive(Clone, Debug)]
pub enum DecodedKind {
    /// Anything.
    Any,
    /// `null`.
    Null,
    /// A boolean.
    Boolean,
    /// An integer.
    Integer {
        /// The minimum of the type.
        least: i128,
        /// The maximum of the type.
        most: i128,
    },
    /// A number.
    Number,
    /// A string.
    Text,
    /// A string with a date and time.
    Timestamp,
    /// An array of any length, with its items.
    List(Box<Decoded>),
    /// An array with exactly these items.
    Tuple(Vec<Decoded>),
    /// An object of any properties, with their values.
    Map(Box<Decoded>),
    /// A type in [`Api::types`](crate::Api::types).
    Type(usize),
}

/// The values that decode as a named type.
#[derive(Clone, Debug)]
pub enum DecodedType {
    /// An object with fields.
    Struct {
        /// The properties that are fields.
        members: BTreeMap<String, DecodedMember>,
        /// The other properties' values, if the type keeps them.
        rest: Option<Decoded>,
        /// The pattern of the names of those, if others are ignored.
        pattern: Option<Pattern>,
    },
    /// The values of a type without fields.
    Value(Decoded),
}

/// A property that is a field.
#[derive(Clone, Debug)]
pub struct DecodedMember {
    /// Whether an object without it does not decode.
    pub required: bool,
    /// The values that decode.
    pub value: Decoded,
}

/// The values that decode as a named type.
pub(crate) fn of(definition: &TypeDef) -> DecodedType {
    let plain = |kind| {
        DecodedType::Value(Decoded {
            kind,
            nullable: false,
            schemas: definition.node.schemas(),
        })
    };
    match &definition.shape {
        TypeShape::Struct(it) => structure(it),
        // Values of no variant decode, too.
        TypeShape::Enum(_) => plain(DecodedKind::Text),
        TypeShape::Union(_) => plain(DecodedKind::Any),
        TypeShape::Wrapper(inside) => DecodedType::Value(value(inside)),
    }
}

fn structure(it: &Struct) -> DecodedType {
    let members = it.fields.iter().map(|field| {
        let member = DecodedMember {
            required: field.required,
            value: value(&field.value),
        };
        (field.wire_name.clone(), member)
    });
    let rest = it.rest.as_deref().map(|rest| value(&rest.value).kind);
    DecodedType::Struct {
        members: members.collect(),
        rest: rest.and_then(|rest| match rest {
            DecodedKind::Map(each) => Some(*each),
            _ => None,
        }),
        pattern: it.rest_names().map(|(_, pattern)| pattern.clone()),
    }
}

fn value(value: &Value) -> Decoded {
    walk(&Decoding, value, &())
}

struct Decoding;

impl Decoding {
    fn value(value: &Value, kind: DecodedKind) -> Decoded {
        Decoded {
            kind,
            nullable: false,
            schemas: value.schemas.clone(),
        }
    }
}

impl Emitter for Decoding {
    type Made = Decoded;
    type Place = ();

    fn inside(&self, (): &(), _: Step) {}

    fn plain(&self, value: &Value, (): &()) -> Decoded {
        let integer = |least: i128, most: i128| DecodedKind::Integer { least, most };
        let kind = match &value.kind {
            Kind::Null => DecodedKind::Null,
            Kind::Scalar(Scalar::Boolean) => DecodedKind::Boolean,
            Kind::Scalar(Scalar::Unsigned) => integer(0, u64::MAX.into()),
            Kind::Scalar(Scalar::Signed) => integer(i64::MIN.into(), i64::MAX.into()),
            Kind::Scalar(Scalar::Integer) => integer(i64::MIN.into(), u64::MAX.into()),
            Kind::Scalar(Scalar::Number) => DecodedKind::Number,
            Kind::Text => DecodedKind::Text,
            Kind::Timestamp => DecodedKind::Timestamp,
            Kind::Object => DecodedKind::Map(Box::new(self::value(&Value::plain(Kind::Any)))),
            // The walk calls the methods below in place of these three.
            Kind::Any | Kind::List(_) | Kind::Tuple(_) | Kind::Map(_) => DecodedKind::Any,
            Kind::Named(id) => DecodedKind::Type(id.0),
        };
        Self::value(value, kind)
    }

    fn list(&self, value: &Value, (): &(), item: Decoded) -> Decoded {
        Self::value(value, DecodedKind::List(Box::new(item)))
    }

    fn tuple(&self, value: &Value, items: Vec<Decoded>) -> Decoded {
        Self::value(value, DecodedKind::Tuple(items))
    }

    fn map(&self, value: &Value, (): &(), [_, member]: [Decoded; 2]) -> Decoded {
        Self::value(value, DecodedKind::Map(Box::new(member)))
    }

    fn boxed(&self, inner: Decoded) -> Decoded {
        inner
    }

    fn optional(&self, (): &(), _: usize, inner: Decoded) -> Decoded {
        Decoded {
            nullable: true,
            ..inner
        }
    }
}
