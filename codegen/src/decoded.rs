//! What decodes as the generated types, whatever `validate()` makes of it, for
//! comparing two versions.

use std::collections::BTreeMap;

use taskcluster_documents::schema::SchemaId;

use crate::model::{Kind, Struct, TypeDef, TypeShape, Value};

/// A value, as decoding sees it.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// What it has to be.
    pub kind: DecodedKind,
    /// Whether `null` decodes, too.
    pub nullable: bool,
    /// Its schemas.
    pub schemas: Vec<SchemaId>,
}

/// What a value has to be to decode.
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
        /// The least one that the type holds.
        least: i128,
        /// The greatest one.
        most: i128,
    },
    /// A number.
    Number,
    /// A string.
    Text,
    /// A string that is a point in time.
    Timestamp,
    /// An array, with what each item has to be.
    List(Box<Decoded>),
    /// An array of just these items.
    Tuple(Vec<Decoded>),
    /// An object, with what each member has to be.
    Map(Box<Decoded>),
    /// A type in [`Api::types`](crate::Api::types).
    Type(usize),
}

/// What a value of a named type has to be to decode.
#[derive(Clone, Debug)]
pub enum DecodedType {
    /// An object with some members.
    Struct {
        /// The members that are fields.
        members: BTreeMap<String, DecodedMember>,
        /// What the others have to be, unless they are left out.
        rest: Option<Decoded>,
    },
    /// The same as a value without a name.
    Value(Decoded),
}

/// A member that is a field.
#[derive(Clone, Debug)]
pub struct DecodedMember {
    /// Whether an object without it does not decode.
    pub required: bool,
    /// What it has to be.
    pub value: Decoded,
}

/// What decodes as a named type.
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
        // Both keep what is none of their variants.
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
    let rest = it.rest.as_deref();
    DecodedType::Struct {
        members: members.collect(),
        rest: rest.and_then(|it| it.value.kind.values().first().map(value)),
    }
}

fn value(value: &Value) -> Decoded {
    Decoded {
        kind: kind(&value.kind),
        nullable: value.nullable,
        schemas: value.schemas.clone(),
    }
}

fn kind(kind: &Kind) -> DecodedKind {
    let boxed = |it: &Value| Box::new(value(it));
    let integer = |least: i128, most: i128| DecodedKind::Integer { least, most };
    match kind {
        Kind::Null => DecodedKind::Null,
        Kind::Boolean => DecodedKind::Boolean,
        Kind::Unsigned => integer(0, u64::MAX.into()),
        Kind::Signed => integer(i64::MIN.into(), i64::MAX.into()),
        Kind::Integer => integer(i64::MIN.into(), u64::MAX.into()),
        Kind::Number => DecodedKind::Number,
        Kind::Text => DecodedKind::Text,
        Kind::Timestamp => DecodedKind::Timestamp,
        Kind::Object => DecodedKind::Map(boxed(&Value::plain(Kind::Any))),
        Kind::Any => DecodedKind::Any,
        Kind::List(item) => DecodedKind::List(boxed(item)),
        Kind::Tuple(items) => DecodedKind::Tuple(items.iter().map(value).collect()),
        Kind::Map(_, item) => DecodedKind::Map(boxed(item)),
        Kind::Named(id) => DecodedKind::Type(id.0),
    }
}
