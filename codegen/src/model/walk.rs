//! Iterates over nested values.

use super::{Kind, TypeId, TypeShape, Value};

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
