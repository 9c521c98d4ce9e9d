//! What is generated, in terms that every language has: services, exchanges,
//! types and rules, with all names decided. A second back end would start here.

use serde_json::Number;

use crate::resolve::Mark;
use taskcluster_documents::Place;

/// Everything that is generated.
#[derive(Debug, Default)]
pub(crate) struct Model {
    /// Ordered by module name.
    pub(crate) services: Vec<Service>,
    /// Indexed by [`TypeId`].
    pub(crate) types: Vec<TypeDef>,
    /// Keywords that can't apply to the values that their schema allows.
    pub(crate) vacuous: Vec<Mark>,
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
    /// The name of the binding, and of the event's variant.
    pub(crate) name: String,
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
    /// What tells the type from all others in every run, whatever it is called.
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
    pub(crate) marks: Vec<Mark>,
}

/// What a named type is.
#[derive(Clone, Debug)]
pub(crate) enum TypeShape {
    /// An object with known members.
    Struct(Struct),
    /// A string out of a list.
    Enum(Vec<Variant>),
    /// A value that fits one or more of several types.
    Union(Union),
    /// A payload that is none of these.
    Wrapper(Value),
}

/// An object with known members.
#[derive(Clone, Debug)]
pub(crate) struct Struct {
    pub(crate) fields: Vec<Field>,
    /// The field for what the schema does not name, unless there may be none.
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
#[derive(Clone, Debug)]
pub(crate) struct Variant {
    pub(crate) name: String,
    pub(crate) wire_name: String,
}

/// A value that fits one or more of several types.
#[derive(Clone, Debug)]
pub(crate) struct Union {
    /// The keyword that makes it one: `anyOf`, `oneOf`, or `type` with a list.
    pub(crate) keyword: &'static str,
    pub(crate) branches: Vec<Branch>,
}

/// One type of a union.
#[derive(Clone, Debug)]
pub(crate) struct Branch {
    pub(crate) name: String,
    pub(crate) boxed: bool,
    pub(crate) value: Value,
}

/// A type as it is used in one place, and the rules that hold there.
#[derive(Clone, Debug)]
pub(crate) struct Value {
    pub(crate) kind: Kind,
    pub(crate) nullable: bool,
    pub(crate) rules: Vec<RuleUse>,
    /// The keywords that the type itself enforces.
    pub(crate) marks: Vec<Mark>,
}

/// The types that need no name.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Unsigned,
    Signed,
    Number,
    Text,
    Timestamp,
    /// Any object, kept as its text.
    Object,
    /// Any value, kept as its text.
    Any,
    List(Box<Value>),
    /// An object of any members: the rule for their names, and their values.
    Map(Option<Box<RuleUse>>, Box<Value>),
    Named(TypeId),
}

/// A rule at work: its number in [`Service::rules`] once rules have names.
#[derive(Clone, Debug)]
pub(crate) struct RuleUse {
    pub(crate) place: Place,
    pub(crate) rule: Rule,
    /// What to call it: the name of the value that it is for.
    pub(crate) subject: String,
    /// Its name in the module of the type that uses it; empty until then.
    pub(crate) name: String,
    pub(crate) marks: Vec<Mark>,
}

/// A rule with its name.
#[derive(Clone, Debug)]
pub(crate) struct NamedRule {
    pub(crate) place: Place,
    /// What had the name first: the key of a type, and a value in it.
    pub(crate) owner: String,
    pub(crate) name: String,
    pub(crate) subject: String,
    pub(crate) rule: Rule,
}

/// A constraint that is checked when a payload is validated.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    Text(TextRule),
    Unsigned(ScalarRule<u64>),
    Signed(ScalarRule<i64>),
    Number(ScalarRule<Number>),
    Boolean(ScalarRule<bool>),
    Items(ItemsRule),
    Members(MembersRule),
}

/// What a string must be like.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TextRule {
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pub(crate) pattern: Option<String>,
    /// Formats of which the string has at least one; empty where any will do.
    pub(crate) formats: Vec<String>,
    pub(crate) one_of: Option<OneOf<String>>,
}

/// What a number or a boolean must be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ScalarRule<T> {
    pub(crate) minimum: Option<T>,
    pub(crate) maximum: Option<T>,
    pub(crate) exclusive_minimum: Option<T>,
    pub(crate) exclusive_maximum: Option<T>,
    pub(crate) multiple_of: Option<T>,
    pub(crate) one_of: Option<OneOf<T>>,
}

/// The values of an `enum`, or the one of a `const`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct OneOf<T> {
    pub(crate) constant: bool,
    pub(crate) values: Vec<T>,
}

/// What an array must be like.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ItemsRule {
    pub(crate) minimum: Option<u64>,
    pub(crate) maximum: Option<u64>,
    pub(crate) unique: bool,
}

/// How many members an object must have.
#[derive(Clone, Debug, PartialEq)]
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
