//! Rust types for the values of the model.

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use crate::model::{Field, Kind, Model, Scalar, Service, TypeDef, TypeId, TypeShape, Value};

/// The keywords that can be used as names with `r#`.
const RAW: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "static", "struct", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield",
];

/// `name` as an identifier, raw if it is a keyword.
pub(crate) fn ident(name: &str) -> Ident {
    match name {
        name if RAW.contains(&name) => Ident::new_raw(name, Span::call_site()),
        name => Ident::new(name, Span::call_site()),
    }
}

/// The Rust type of a scalar.
pub(super) fn scalar_type(scalar: Scalar) -> TokenStream {
    match scalar {
        Scalar::Boolean => quote!(bool),
        Scalar::Unsigned => quote!(u64),
        Scalar::Signed => quote!(i64),
        Scalar::Integer => quote!(i128),
        Scalar::Number => quote!(f64),
    }
}

/// Rust types in one module of the generated code.
#[derive(Clone, Copy)]
pub(super) struct Types<'m> {
    pub(super) model: &'m Model,
    /// The name of the module.
    pub(super) module: &'m str,
    /// Whether paths are for a file that has types of the same names.
    is_below: bool,
}

impl<'m> Types<'m> {
    pub(super) fn new(model: &'m Model, module: &'m str) -> Self {
        let is_below = false;
        Self {
            model,
            module,
            is_below,
        }
    }

    /// These types for a file of the module that has types of the same names.
    pub(super) fn below(self) -> Self {
        Self {
            is_below: true,
            ..self
        }
    }

    pub(super) fn definition(&self, id: TypeId) -> &'m TypeDef {
        &self.model.types[id.0]
    }

    /// The types of a service.
    pub(super) fn definitions(
        &self,
        service: &'m Service,
    ) -> impl Iterator<Item = &'m TypeDef> + use<'m> {
        let model = self.model;
        service.types.iter().map(|id| &model.types[id.0])
    }

    /// The path of a type, with its module if that is another service's.
    pub(super) fn named(&self, id: TypeId) -> TokenStream {
        let definition = self.definition(id);
        let name = ident(&definition.name);
        if definition.module == self.module {
            return match self.is_below {
                true => quote!(super::#name),
                false => quote!(#name),
            };
        }
        let module = ident(&definition.module);
        quote!(super::super::#module::#name)
    }

    /// The type of a value.
    pub(super) fn value(&self, value: &Value) -> TokenStream {
        let of_kind = match &value.kind {
            Kind::Null => quote!(()),
            Kind::Scalar(scalar) => scalar_type(*scalar),
            Kind::Text => quote!(String),
            Kind::Timestamp => quote!(Timestamp),
            Kind::Object => quote!(RawJsonObject),
            Kind::Any => quote!(RawJson),
            Kind::List(item) => {
                let item = self.value(item);
                quote!(Vec<#item>)
            }
            Kind::Tuple(items) => {
                let items = items.iter().map(|item| self.value(item));
                quote!((#(#items,)*))
            }
            Kind::Map(each) => {
                let [name, member] = each.each_ref().map(|it| self.value(it));
                quote!(BTreeMap<#name, #member>)
            }
            Kind::Named(id) => self.named(*id),
        };
        let boxed = match value.boxed {
            true => quote!(Box<#of_kind>),
            false => of_kind,
        };
        match value.nullable {
            true => quote!(Option<#boxed>),
            false => boxed,
        }
    }

    /// The type of a field: an `Option` if the property may be missing.
    pub(super) fn field(&self, field: &Field) -> TokenStream {
        let value = self.value(&field.value);
        match field.required {
            true => value,
            false => quote!(Option<#value>),
        }
    }

    /// Whether the type of a value is an `Option`, or a wrapper of one.
    pub(super) fn is_option(&self, value: &Value) -> bool {
        let mut inner = Some(value);
        // A wrapper contains itself only inside of other values.
        while let Some(value) = inner.take() {
            if value.nullable {
                return true;
            }
            if let Kind::Named(id) = value.kind
                && let TypeShape::Wrapper(wrapped) = &self.definition(id).shape
            {
                inner = Some(wrapped);
            }
        }
        false
    }

    /// The function that checks whether the items of `list` differ.
    pub(super) fn unique(&self, list: &Value) -> TokenStream {
        let varies = list.parts().any(|part| part.kind.varies())
            || list.named().any(|id| self.model.facts[id.0].varies);
        match varies {
            true => quote!(unique_as_written),
            false => quote!(unique),
        }
    }

    /// Whether the types and rules of `id` express all of its schema.
    pub(super) fn is_typed(&self, id: TypeId) -> bool {
        !self.model.facts[id.0].needs_table
    }
}
