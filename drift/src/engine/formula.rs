//! Schemas as formulas over JSON values.
//!
//! Formulas are interned: equal ones have one id, whatever files and keywords they came
//! from, except the languages of patterns and formats. Most unchanged schemas are therefore
//! recognised by comparing two ids.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::rc::Rc;

use num_rational::BigRational;
use serde_json::Value;

/// The id of an interned formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Id(u32);

impl Id {
    pub(crate) const ANYTHING: Self = Self(0);
    pub(crate) const NOTHING: Self = Self(1);
}

/// The id of an automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AutomatonId(pub(super) u32);

/// The id of a keyword and its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct SourceId(pub(crate) usize);

/// The place of a formula that is bound later.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Reserved(u32);

/// The kinds of JSON values, those with the smallest witnesses first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    Null,
    Boolean,
    Number,
    String,
    Array,
    Object,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Null,
        Self::Boolean,
        Self::Number,
        Self::String,
        Self::Array,
        Self::Object,
    ];

    pub(crate) fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(_) => Self::Boolean,
            Value::Number(_) => Self::Number,
            Value::String(_) => Self::String,
            Value::Array(_) => Self::Array,
            Value::Object(_) => Self::Object,
        }
    }
}

/// A set of kinds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Kinds(u8);

impl Kinds {
    pub(crate) fn contains(self, kind: Kind) -> bool {
        self.0 & (1 << kind as u8) != 0
    }
}

impl FromIterator<Kind> for Kinds {
    fn from_iter<I: IntoIterator<Item = Kind>>(kinds: I) -> Self {
        let bits = kinds.into_iter().map(|kind| 1 << kind as u8);
        Self(bits.fold(0, |all, bit| all | bit))
    }
}

/// A set of JSON values.
///
/// As in JSON Schema, a constraint on one kind of values holds for all values of other
/// kinds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Formula {
    Anything,
    Nothing,
    All(Vec<Id>),
    Any(Vec<Id>),
    /// Exactly one of the formulas.
    One(Vec<Id>),
    Not(Id),
    Kinds(Kinds),
    /// One of these values.
    Listed(Vec<Value>),
    Number(NumberLimit),
    Text(TextLimit),
    Items {
        prefix: Vec<Id>,
        rest: Id,
    },
    Contains(Id),
    Unique,
    MinItems(u64),
    MaxItems(u64),
    Members(Members),
    Required(String),
    Names(Id),
    MinMembers(u64),
    MaxMembers(u64),
    /// A reference to a formula that may not be built yet, for recursion.
    Later(Reserved),
}

/// A constraint on numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum NumberLimit {
    Integer,
    Minimum(BigRational),
    Maximum(BigRational),
    Above(BigRational),
    Below(BigRational),
    MultipleOf(BigRational),
}

/// A constraint on strings.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum TextLimit {
    MinLength(u64),
    MaxLength(u64),
    /// The texts of an automaton. Equal languages of two sources are two formulas, so that
    /// a reason names the keyword of its own place.
    Language(AutomatonId, SourceId),
}

/// The properties of an object, each with all schemas that apply to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Members {
    pub(crate) named: BTreeMap<String, Id>,
    /// Formulas of names, each with the formula of the values.
    pub(crate) patterns: Vec<(Id, Id)>,
    /// The formula of all other properties.
    pub(crate) additional: Id,
}

/// All formulas.
#[derive(Debug)]
pub(crate) struct Formulas {
    nodes: Vec<Rc<Formula>>,
    ids: HashMap<Rc<Formula>, Id>,
    /// The formula of each [`Formula::Later`].
    later: Vec<Option<Id>>,
    /// The values of each long [`Formula::Listed`].
    lists: HashMap<Id, HashSet<Value>>,
}

impl Default for Formulas {
    fn default() -> Self {
        let mut formulas = Self {
            nodes: Vec::new(),
            ids: HashMap::new(),
            later: Vec::new(),
            lists: HashMap::new(),
        };
        // In the order of their constants.
        formulas.intern(Formula::Anything);
        formulas.intern(Formula::Nothing);
        formulas
    }
}

/// Number of values from which on a list is long.
const MANY: usize = 16;

impl Formulas {
    pub(crate) fn get(&self, id: Id) -> &Formula {
        self.nodes
            .get(id.0 as usize)
            .map_or(&Formula::Anything, |formula| formula)
    }

    /// A shared reference to the formula, which stays valid while formulas are added.
    pub(crate) fn shared(&self, id: Id) -> Rc<Formula> {
        match self.nodes.get(id.0 as usize) {
            Some(formula) => Rc::clone(formula),
            None => Rc::new(Formula::Anything),
        }
    }

    pub(crate) fn intern(&mut self, formula: Formula) -> Id {
        if let Some(&id) = self.ids.get(&formula) {
            return id;
        }
        let id = Id(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let formula = Rc::new(formula);
        self.nodes.push(Rc::clone(&formula));
        self.ids.insert(formula, id);
        id
    }

    pub(crate) fn kinds(&mut self, kinds: impl IntoIterator<Item = Kind>) -> Id {
        self.intern(Formula::Kinds(kinds.into_iter().collect()))
    }

    /// One of `values`, in any order.
    pub(crate) fn listed(&mut self, values: impl IntoIterator<Item = Value>) -> Id {
        let mut values: Vec<(String, Value)> = values
            .into_iter()
            .map(|value| super::value::canonical(&value))
            .map(|value| (value.to_string(), value))
            .collect();
        values.sort_by(|(a, _), (b, _)| a.len().cmp(&b.len()).then_with(|| a.cmp(b)));
        values.dedup();
        if values.is_empty() {
            return Id::NOTHING;
        }
        let values: Vec<Value> = values.into_iter().map(|(_, value)| value).collect();
        let all = values.iter().cloned();
        let long = (values.len() >= MANY).then(|| all.collect());
        let id = self.intern(Formula::Listed(values));
        self.lists.extend(long.map(|long| (id, long)));
        id
    }

    /// Whether `value` is one of `values`, which are those of `id`.
    pub(crate) fn lists(&self, id: Id, values: &[Value], value: &Value) -> bool {
        match self.lists.get(&id) {
            Some(long) => long.contains(value),
            None => values.contains(value),
        }
    }

    pub(crate) fn not(&mut self, id: Id) -> Id {
        match self.get(id) {
            Formula::Not(inner) => *inner,
            Formula::Anything => Id::NOTHING,
            Formula::Nothing => Id::ANYTHING,
            _ => self.intern(Formula::Not(id)),
        }
    }

    pub(crate) fn all(&mut self, ids: impl IntoIterator<Item = Id>) -> Id {
        let mut flat = Vec::new();
        for id in ids {
            match self.get(id) {
                Formula::All(inner) => flat.extend(inner),
                Formula::Anything => {}
                Formula::Nothing => return id,
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => Id::ANYTHING,
            &[only] => only,
            _ => self.intern(Formula::All(flat)),
        }
    }

    pub(crate) fn any(&mut self, ids: impl IntoIterator<Item = Id>) -> Id {
        let mut flat = Vec::new();
        for id in ids {
            match self.get(id) {
                Formula::Any(inner) => flat.extend(inner),
                Formula::Nothing => {}
                Formula::Anything => return id,
                _ => flat.push(id),
            }
        }
        flat.sort_unstable();
        flat.dedup();
        match flat.as_slice() {
            [] => Id::NOTHING,
            &[only] => only,
            _ => self.intern(Formula::Any(flat)),
        }
    }

    pub(crate) fn one(&mut self, ids: impl IntoIterator<Item = Id>) -> Id {
        let mut ids: Vec<Id> = ids.into_iter().collect();
        ids.retain(|&id| id != Id::NOTHING);
        ids.sort_unstable();
        match ids.as_slice() {
            [] => Id::NOTHING,
            &[only] => only,
            _ => self.intern(Formula::One(ids)),
        }
    }

    /// Without constraints on properties, this is [`Formula::Anything`].
    pub(crate) fn members(&mut self, members: Members) -> Id {
        let Members {
            mut named,
            mut patterns,
            additional,
        } = members;
        if additional == Id::ANYTHING {
            patterns.retain(|&(_, value)| value != Id::ANYTHING);
            // If all others are unconstrained, an unconstrained property need not be
            // named.
            named.retain(|_, &mut value| value != Id::ANYTHING);
            if patterns.is_empty() && named.is_empty() {
                return Id::ANYTHING;
            }
        }
        patterns.sort_unstable();
        self.intern(Formula::Members(Members {
            named,
            patterns,
            additional,
        }))
    }

    pub(crate) fn items(&mut self, mut prefix: Vec<Id>, rest: Id) -> Id {
        while prefix.last() == Some(&rest) {
            prefix.pop();
        }
        match prefix.is_empty() && rest == Id::ANYTHING {
            true => rest,
            false => self.intern(Formula::Items { prefix, rest }),
        }
    }

    /// A formula that is bound later.
    pub(crate) fn reserve(&mut self) -> (Id, Reserved) {
        let reserved = Reserved(u32::try_from(self.later.len()).unwrap_or(u32::MAX));
        self.later.push(None);
        (self.intern(Formula::Later(reserved)), reserved)
    }

    pub(crate) fn bind(&mut self, reserved: Reserved, id: Id) {
        if let Some(bound) = self.later.get_mut(reserved.0 as usize) {
            *bound = Some(id);
        }
    }

    /// The formula bound to a reference; `None` if it only refers to itself, so that it
    /// has no finite value.
    pub(crate) fn bound(&self, mut reserved: Reserved) -> Option<Id> {
        for _ in 0..=self.later.len() {
            let id = self.later.get(reserved.0 as usize).copied().flatten()?;
            match self.get(id) {
                Formula::Later(next) => reserved = *next,
                _ => return Some(id),
            }
        }
        None
    }
}
