//! The types of payloads.

use heck::ToKebabCase;
use taskcluster_documents::reading::Use;
use taskcluster_documents::schema::Pattern;

use super::{Constant, Counts, Rule, RuleUse, Scalar};
use crate::combine::Node;
use crate::ident;

/// Index of a type in [`Model::types`](super::Model::types).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub(crate) usize);

/// The name of the field [`Struct::rest`], which no property has.
pub(crate) const REST: &str = "rest";

/// A type with a name.
#[derive(Debug)]
pub(crate) struct TypeDef {
    /// Set by `types::naming`; empty before.
    pub(crate) name: String,
    /// Identifies the type across runs, whatever its name.
    pub(crate) key: String,
    /// The name in the case of a constant, unique among those of other types.
    pub(crate) constant: String,
    /// The document of its schema, by normalised id, and the place in it.
    pub(crate) document: String,
    pub(crate) pointer: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// The module that it is defined in.
    pub(crate) module: String,
    /// The equal enum that is generated in its place, if any.
    pub(crate) replaced_by: Option<TypeId>,
    pub(crate) shape: TypeShape,
    /// The schemas of its values.
    pub(crate) node: Node,
    /// Whether its table has to check its values: it has alternatives, or keywords that
    /// neither types nor rules express.
    pub(crate) by_table: bool,
}

/// Properties of a type that depend on all types in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// Whether a part of it [varies](Kind::varies).
    pub(crate) varies: bool,
    /// Whether a table has to check a part of it.
    pub(crate) needs_table: bool,
}

/// A member of a type or a binding, by its name in the schema and in Rust.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MemberKind {
    /// A property or an entry of a routing key: `workerPoolId` is `worker_pool_id`.
    Field,
    /// A string of an enum: `very-low` is `VeryLow`.
    Variant,
    /// A type of a union: `String` is `String`.
    Branch,
}

/// The form of a named type.
#[derive(Clone, Debug)]
pub(crate) enum TypeShape {
    /// An object with known properties.
    Struct(Struct),
    /// A string from a list.
    Enum(Vec<Variant>),
    /// A value of one of several types.
    Union(Vec<Branch>),
    /// A value that needs a name, but no other type.
    Wrapper(Value),
}

/// An object with known properties.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// The field for properties without a name in the schema, unless they are forbidden.
    /// If there is a rule for their names, others are unknown properties.
    pub(crate) rest: Option<Box<Field>>,
    /// `minProperties` and `maxProperties`.
    pub(crate) counts: Counts,
}

/// One property of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire_name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    pub(crate) value: Value,
}

/// One string of an enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) wire_name: String,
}

/// One type of a union.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) name: String,
    /// The place of its schema, if no list has it; or its title, or the JSON type of its
    /// values, numbered if an earlier type of the union has it.
    pub(crate) label: String,
    pub(crate) value: Value,
    /// The schemas of its values.
    pub(crate) node: Node,
}

/// The type of a value in one place, and its rules there.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    /// Whether it is boxed, because the enclosing type contains itself through it.
    pub(crate) boxed: bool,
    pub(crate) nullable: bool,
    pub(crate) rules: Vec<RuleUse>,
    /// Whether the table of the enclosing type has to check it.
    pub(crate) by_table: bool,
    /// The schemas that apply to it.
    pub(crate) schemas: Vec<Use>,
}

/// Types without a name.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Scalar(Scalar),
    Text,
    Timestamp,
    /// Any object, kept as JSON text.
    Object,
    /// Any value, kept as JSON text.
    Any,
    List(Box<Value>),
    /// An array of fixed length, with a type for each item.
    Tuple(Vec<Value>),
    /// An object of any properties: their names, which are strings, and their values.
    Map(Box<[Value; 2]>),
    Named(TypeId),
}

impl MemberKind {
    /// The one name in a schema for which `name` is the usual name in Rust.
    pub(crate) fn usual(self, name: &str) -> String {
        match self {
            Self::Field => ident::camel(name),
            Self::Variant => name.to_kebab_case(),
            Self::Branch => name.to_owned(),
        }
    }
}

impl Struct {
    /// The rule for the names of the properties in `rest`, and its pattern.
    pub(crate) fn rest_names(&self) -> Option<(&RuleUse, &Pattern)> {
        let names = self.rest.as_ref()?.value.kind.values().first()?;
        let used = names.rules.first()?;
        match &*used.rule {
            Rule::Text(rule) => Some((used, rule.pattern.as_ref()?)),
            _ => None,
        }
    }
}

impl TypeDef {
    /// The static with its table.
    pub(crate) fn table(&self) -> Constant {
        Constant {
            module: self.module.clone(),
            constant: self.constant.clone(),
        }
    }
}

impl Value {
    /// A value of a kind, without rules.
    pub(crate) fn plain(kind: Kind) -> Self {
        Self {
            kind,
            boxed: false,
            nullable: false,
            rules: Vec::new(),
            by_table: false,
            schemas: Vec::new(),
        }
    }

    /// The same, checked by the table of the enclosing type.
    pub(crate) fn by_table(self) -> Self {
        Self {
            by_table: true,
            ..self
        }
    }
}

impl Kind {
    /// Whether equal values of this kind may have different JSON: zeros of floats, and all
    /// that is kept as JSON text.
    pub(crate) fn varies(&self) -> bool {
        matches!(
            self,
            Self::Scalar(Scalar::Number) | Self::Object | Self::Any
        )
    }

    /// An object of properties whose values are each a `value`, with a rule for their names.
    pub(crate) fn map(names: Option<RuleUse>, value: Value) -> Self {
        let name = Value {
            rules: names.into_iter().collect(),
            ..Value::plain(Self::Text)
        };
        Self::Map(Box::new([name, value]))
    }
}
