//! Walks the nesting of values.
//!
//! Types, checks and words are emitted by one walk, which knows how values nest. An
//! [`Emitter`] has a method for each way to nest.

use super::{Field, Kind, TypeId, TypeShape, Value};

/// Emits code for values, from the inside out.
pub(crate) trait Emitter {
    /// The output for one value.
    type Made;
    /// The position of a value.
    type Place;

    /// The position of the value at `step` from the one at `place`.
    fn inside(&self, place: &Self::Place, step: Step) -> Self::Place;

    /// A scalar, or a value of a named type.
    fn plain(&self, value: &Value, place: &Self::Place) -> Self::Made;

    fn list(&self, value: &Value, place: &Self::Place, item: Self::Made) -> Self::Made;

    fn tuple(&self, value: &Value, items: Vec<Self::Made>) -> Self::Made;

    /// A map, with the outputs of its keys and of its values.
    fn map(&self, value: &Value, place: &Self::Place, each: [Self::Made; 2]) -> Self::Made;

    fn boxed(&self, inner: Self::Made) -> Self::Made;

    /// A value inside `options` options, at least one.
    fn optional(&self, place: &Self::Place, options: usize, inner: Self::Made) -> Self::Made;
}

/// A step from a value to a nested one.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    Option,
    Item,
    /// One item of a tuple.
    Position,
    Key,
    Member,
}

/// The output of `emitter` for `value`.
pub(crate) fn walk<E: Emitter>(emitter: &E, value: &Value, place: &E::Place) -> E::Made {
    behind(emitter, 0, value, place)
}

/// The output of `emitter` for the value of a field, which may be missing.
pub(crate) fn walk_field<E: Emitter>(emitter: &E, field: &Field, place: &E::Place) -> E::Made {
    behind(emitter, usize::from(!field.required), &field.value, place)
}

fn behind<E: Emitter>(emitter: &E, absent: usize, value: &Value, place: &E::Place) -> E::Made {
    match absent + usize::from(value.nullable) {
        0 => not_null(emitter, value, place),
        options => {
            let inner = not_null(emitter, value, &emitter.inside(place, Step::Option));
            emitter.optional(place, options, inner)
        }
    }
}

fn not_null<E: Emitter>(emitter: &E, value: &Value, place: &E::Place) -> E::Made {
    let at = |inner: &Value, step| walk(emitter, inner, &emitter.inside(place, step));
    let made = match &value.kind {
        Kind::List(item) => emitter.list(value, place, at(item, Step::Item)),
        Kind::Tuple(items) => {
            let items = items.iter().map(|item| at(item, Step::Position));
            emitter.tuple(value, items.collect())
        }
        Kind::Map(each) => {
            let [key, member] = &**each;
            let each = [at(key, Step::Key), at(member, Step::Member)];
            emitter.map(value, place, each)
        }
        _ => emitter.plain(value, place),
    };
    match value.boxed {
        true => emitter.boxed(made),
        false => made,
    }
}

impl Kind {
    /// The values directly inside this kind.
    pub(crate) fn values(&self) -> &[Value] {
        match self {
            Self::List(item) => std::slice::from_ref(item),
            Self::Tuple(items) => items,
            Self::Map(each) => &**each,
            _ => &[],
        }
    }

    fn values_mut(&mut self) -> &mut [Value] {
        match self {
            Self::List(item) => std::slice::from_mut(item),
            Self::Tuple(items) => items,
            Self::Map(each) => &mut **each,
            _ => &mut [],
        }
    }
}

impl Value {
    /// The value and those nested in it, without the values of named types.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Self> {
        let mut waiting = vec![self];
        std::iter::from_fn(move || {
            let next = waiting.pop()?;
            waiting.extend(next.kind.values().iter().rev());
            Some(next)
        })
    }

    /// The named types nested in it, in order.
    pub(crate) fn named(&self) -> impl Iterator<Item = TypeId> {
        self.parts().filter_map(|value| match value.kind {
            Kind::Named(id) => Some(id),
            _ => None,
        })
    }

    fn change(&mut self, each: &mut impl FnMut(&mut Self)) {
        each(self);
        let inner = self.kind.values_mut().iter_mut();
        inner.for_each(|value| value.change(each));
    }
}

impl TypeShape {
    /// The values directly inside this type.
    pub(crate) fn values(&self) -> Vec<&Value> {
        match self {
            Self::Struct(it) => {
                let fields = it.fields.iter().chain(it.rest.as_deref());
                fields.map(|field| &field.value).collect()
            }
            Self::Union(branches) => branches.iter().map(|branch| &branch.value).collect(),
            Self::Wrapper(value) => vec![value],
            Self::Enum(_) => Vec::new(),
        }
    }

    /// The same, mutable.
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

    /// All values nested in this type.
    pub(crate) fn parts(&self) -> impl Iterator<Item = &Value> {
        self.values().into_iter().flat_map(Value::parts)
    }

    /// Calls `each` for all values nested in this type.
    pub(crate) fn change_parts(&mut self, each: &mut impl FnMut(&mut Value)) {
        let values = self.values_mut().into_iter();
        values.for_each(|value| value.change(each));
    }
}
