//! The values that decode as the generated types, valid or not, to compare two versions.

use std::collections::BTreeMap;

use taskcluster_documents::reading::Use;
use taskcluster_documents::schema::Pattern;

use crate::model::{Kind, Scalar, Struct, TypeDef, TypeShape, Value};

/// A set of values that decode.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The kind of the values.
    pub kind: DecodedKind,
    /// Whether `null` decodes, too.
    pub nullable: bool,
    /// The schemas that apply to the values.
    pub schemas: Vec<Use>,
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
            schemas: definition.node.uses(),
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

fn value(it: &Value) -> Decoded {
    let integer = |least: i128, most: i128| DecodedKind::Integer { least, most };
    let kind = match &it.kind {
        Kind::Null => DecodedKind::Null,
        Kind::Scalar(Scalar::Boolean) => DecodedKind::Boolean,
        Kind::Scalar(Scalar::Unsigned) => integer(0, u64::MAX.into()),
        Kind::Scalar(Scalar::Signed) => integer(i64::MIN.into(), i64::MAX.into()),
        Kind::Scalar(Scalar::Integer) => integer(i64::MIN.into(), u64::MAX.into()),
        Kind::Scalar(Scalar::Number) => DecodedKind::Number,
        Kind::Text => DecodedKind::Text,
        Kind::Timestamp => DecodedKind::Timestamp,
        Kind::Object => DecodedKind::Map(Box::new(value(&Value::plain(Kind::Any)))),
        Kind::Any => DecodedKind::Any,
        Kind::List(item) => DecodedKind::List(Box::new(value(item))),
        Kind::Tuple(items) => DecodedKind::Tuple(items.iter().map(value).collect()),
        Kind::Map(each) => DecodedKind::Map(Box::new(value(&each[1]))),
        Kind::Named(id) => DecodedKind::Type(id.0),
    };
    Decoded {
        kind,
        nullable: it.nullable,
        schemas: it.schemas.clone(),
    }
}
