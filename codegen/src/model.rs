//! What is generated, with all names decided: services, exchanges, types, rules,
//! and the schemas to check instances against.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use serde_json::Number;
use taskcluster_documents::schema::SchemaId;
use taskcluster_documents::schema::{Pattern, Schema};

use crate::combine::Node;
use crate::reading::{Readings, Use};

/// Everything that is generated.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Ordered by module name.
    pub(crate) services: Vec<Service>,
    /// Indexed by [`TypeId`].
    pub(crate) types: Vec<TypeDef>,
    /// Indexed by [`TypeId`].
    pub(crate) facts: Vec<Facts>,
    /// The tables to print, indexed by [`SchemaId`].
    pub(crate) schemas: Vec<Schema>,
    /// How the schemas are read.
    pub(crate) readings: Readings,
    /// The tables with names.
    pub(crate) tables: BTreeMap<Use, Constant>,
    /// The tables that are only printed: nothing is checked by them.
    pub(crate) printed: BTreeSet<Constant>,
    /// The rules that have all keywords for strings of a schema.
    pub(crate) text_rules: BTreeMap<SchemaId, Constant>,
}

/// A constant of a module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Constant {
    pub(crate) module: String,
    pub(crate) constant: String,
}

/// The number of a type in [`Model::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct TypeId(pub(crate) usize);

/// One service: a module of the crate.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) module: String,
    pub(crate) name: String,
    pub(crate) api_version: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) exchanges: Vec<Exchange>,
    /// The types that live in this module, in the order of their first use.
    pub(crate) types: Vec<TypeId>,
    /// The rules that live in this module, in the order of their first use.
    pub(crate) rules: Vec<NamedRule>,
    /// The modules of other services whose types this one uses.
    pub(crate) needs: Vec<String>,
}

/// One exchange: a binding, a routing key and a variant of the event.
#[derive(Debug)]
pub(crate) struct Exchange {
    /// The name of the binding.
    pub(crate) name: String,
    /// The name of the event's variant.
    pub(crate) variant: String,
    /// The name of the routing key.
    pub(crate) key_name: String,
    pub(crate) wire_name: String,
    pub(crate) exchange: String,
    pub(crate) title: String,
    pub(crate) description: String,
    pub(crate) schema: String,
    pub(crate) payload: TypeId,
    pub(crate) entries: Vec<KeyEntry>,
}

/// One entry of a routing key: a setter of the binding.
#[derive(Debug, PartialEq)]
pub(crate) struct KeyEntry {
    pub(crate) field: String,
    pub(crate) wire_name: String,
    pub(crate) summary: String,
    pub(crate) constant: Option<String>,
    pub(crate) required: bool,
    pub(crate) multiple_words: bool,
}

/// A type with a name.
#[derive(Debug)]
pub(crate) struct TypeDef {
    /// Empty until all types are known.
    pub(crate) name: String,
    /// Identifies the type in every run, whatever its name.
    pub(crate) key: String,
    /// The name as that of a constant, apart from those of other types.
    pub(crate) constant: String,
    /// The document of its schema, by normalised id, and the place in it.
    pub(crate) document: String,
    pub(crate) pointer: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    /// The module that it lives in.
    pub(crate) module: String,
    pub(crate) shape: TypeShape,
    /// The schemas of its values.
    pub(crate) node: Node,
    /// Whether its table has to check its values: it has alternatives, or keywords
    /// that neither types nor rules express.
    pub(crate) by_table: bool,
}

/// What holds for a type with everything that its values may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Facts {
    /// Types have the same number if each may hold the other.
    pub(crate) cycle: usize,
    /// Whether there are floats, which have no total equality.
    pub(crate) holds_floats: bool,
    pub(crate) holds_unions: bool,
    /// Whether a table has to check some of it.
    pub(crate) needs_table: bool,
}

/// The form of a named type.
#[derive(Clone, Debug)]
pub(crate) enum TypeShape {
    /// An object with known members.
    Struct(Struct),
    /// A string out of a list.
    Enum(Vec<Variant>),
    /// A value of one of several types.
    Union(Vec<Branch>),
    /// A value that needs a name, but no type of its own.
    Wrapper(Value),
}

/// An object with known members.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// The field for properties without a name in the schema, unless there may be none.
    pub(crate) rest: Option<Box<Field>>,
    /// `minProperties` and `maxProperties`.
    pub(crate) counts: Option<Box<RuleUse>>,
}

/// One member of an object.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire_name: String,
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) required: bool,
    /// Whether the type contains itself by way of this field.
    pub(crate) boxed: bool,
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
    pub(crate) boxed: bool,
    pub(crate) value: Value,
    /// The schemas of its values.
    pub(crate) node: Node,
}

/// A type as it is used in one place, and the rules that hold there.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) rules: Vec<RuleUse>,
    /// Whether the table of the type around it has to check it.
    pub(crate) by_table: bool,
    /// The schemas that apply to it.
    pub(crate) schemas: Vec<SchemaId>,
}

/// The types that need no name.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Boolean,
    /// An integer of 64 bits, not negative.
    Unsigned,
    /// An integer of 64 bits.
    Signed,
    /// An integer that holds all signed and unsigned ones of 64 bits.
    Integer,
    Number,
    Text,
    Timestamp,
    /// Any object, kept as its text.
    Object,
    /// Any value, kept as its text.
    Any,
    List(Box<Value>),
    /// An array of so many items, each of its own type.
    Tuple(Vec<Value>),
    /// An object of any members: the rule for their names, and their values.
    Map(Option<Box<RuleUse>>, Box<Value>),
    Named(TypeId),
}

/// A rule where it is used.
#[derive(Clone, Debug)]
pub(crate) struct RuleUse {
    pub(crate) rule: Rc<Rule>,
    /// The name of the value that the rule is for.
    pub(crate) subject: String,
    /// Its name in the module of the type that uses it; empty until then.
    pub(crate) name: String,
    /// The schema whose keywords for strings are this rule, where it is one.
    pub(crate) schema: Option<SchemaId>,
}

/// A rule with its name.
#[derive(Clone, Debug)]
pub(crate) struct NamedRule {
    /// What had the name first: the key of a type, and a value in it.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) rule: Rc<Rule>,
}

/// A constraint that is checked when a payload is validated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Text(TextRule),
    Unsigned(ScalarRule<u64>),
    Signed(ScalarRule<i64>),
    Integer(ScalarRule<i128>),
    Number(ScalarRule<Number>),
    Boolean(ScalarRule<bool>),
    Items(ItemsRule),
    Members(MembersRule),
}

/// A constraint on a string.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct TextRule {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<Pattern>,
    /// Formats of which the string has at least one; empty where any will do.
    pub(crate) formats: Vec<Pattern>,
    pub(crate) one_of: Option<OneOf<String>>,
}

/// A constraint on a number or a boolean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScalarRule<T> {
    pub(crate) minimum: Option<T>,
    pub(crate) maximum: Option<T>,
    pub(crate) exclusive_minimum: Option<T>,
    pub(crate) exclusive_maximum: Option<T>,
    pub(crate) multiple_of: Option<T>,
    pub(crate) one_of: Option<OneOf<T>>,
}

/// The values of an `enum`, or the one of a `const`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct OneOf<T> {
    pub(crate) constant: bool,
    pub(crate) values: Vec<T>,
}

/// A constraint on an array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ItemsRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
    pub(crate) unique: bool,
}

/// A constraint on the number of an object's members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MembersRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
}

impl<T> Default for ScalarRule<T> {
    fn default() -> Self {
        Self {
            minimum: None,
            maximum: None,
            exclusive_minimum: None,
            exclusive_maximum: None,
            multiple_of: None,
            one_of: None,
        }
    }
}

impl TypeDef {
    /// The static that holds its table.
    pub(crate) fn table(&self) -> Constant {
        Constant {
            module: self.module.clone(),
            constant: self.constant.clone(),
        }
    }
}

impl Kind {
    /// The values that the type is made of.
    pub(crate) fn values(&self) -> &[Value] {
        match self {
            Self::List(item) | Self::Map(_, item) => std::slice::from_ref(item),
            Self::Tuple(items) => items,
            _ => &[],
        }
    }
}

impl Value {
    /// A value of a kind, without rules.
    pub(crate) fn plain(kind: Kind) -> Self {
        Self {
            kind,
            nullable: false,
            rules: Vec::new(),
            by_table: false,
            schemas: Vec::new(),
        }
    }

    /// The value, and those that it is made of, without those of named types.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Self> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.kind.values().iter().rev());
            Some(next)
        })
    }

    /// The named types that it is made of, in their order.
    pub(crate) fn named(&self) -> impl Iterator<Item = TypeId> {
        self.parts().filter_map(|value| match value.kind {
            Kind::Named(id) => Some(id),
            _ => None,
        })
    }

    /// The same, checked by the table of the type around it.
    pub(crate) fn by_table(self) -> Self {
        Self {
            by_table: true,
            ..self
        }
    }
}

impl TypeShape {
    /// The values that the type is made of.
    pub(crate) fn values(&self) -> Vec<&Value> {
        match self {
            Self::Struct(it) => it
                .fields
                .iter()
                .chain(it.rest.as_deref())
                .map(|field| &field.value)
                .collect(),
            Self::Union(branches) => branches.iter().map(|branch| &branch.value).collect(),
            Self::Wrapper(value) => vec![value],
            Self::Enum(_) => Vec::new(),
        }
    }

    /// The same, to be changed.
    pub(crate) fn values_mut(&mut self) -> Vec<&mut Value> {
        match self {
            Self::Struct(it) => {
                let fields = it.fields.iter_mut().chain(it.rest.as_deref_mut());
                fields.map(|field| &mut field.value).collect()
            }
            Self::Union(branches) => branches.iter_mut().map(|it| &mut it.value).collect(),
            Self::Wrapper(value) => vec![value],
            Self::Enum(_) => Vec::new(),
        }
    }
}
