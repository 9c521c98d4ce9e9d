//! Schemas as static tables, with which the runtime checks JSON.
//!
//! A table has the same keywords as its schema. Each group of keywords is destructured in
//! full, so that none can be forgotten.

mod keywords;
mod scalars;

use std::collections::BTreeSet;

use heck::ToUpperCamelCase;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use taskcluster_documents::reading::{Reading, Use};
use taskcluster_documents::schema::{Combinators, General, JsonType, SchemaId, StringKeywords};

use super::matcher::Automata;
use super::ty::{Types, ident};
use crate::combine::{Node, Part};
use crate::model::{Branch, Constant, Service, TypeDef, TypeId, TypeShape};
use scalars::is_time;

/// The parts that all alternatives of a union share, if any of these is not a whole
/// schema.
fn beside(branches: &[Branch]) -> BTreeSet<Part> {
    let parts = branches.iter().map(|it| it.node.parts.iter().copied());
    let shared = parts
        .map(BTreeSet::from_iter)
        .reduce(|all, parts: BTreeSet<Part>| &all & &parts)
        .unwrap_or_default();
    match shared.iter().all(Part::is_whole) {
        true => BTreeSet::new(),
        false => shared,
    }
}

/// The name of the static for one alternative of a union.
pub(super) fn branch_name(union: &TypeDef, index: usize) -> Ident {
    format_ident!("{}_{index}", union.constant)
}

fn json_type(only: JsonType) -> TokenStream {
    let name = format_ident!("{}", only.name().to_upper_camel_case());
    quote!(Type::#name)
}

/// Writes the tables of one module.
#[derive(Clone, Copy)]
pub(super) struct Tables<'m> {
    pub(super) types: Types<'m>,
    pub(super) automata: &'m Automata,
}

impl Tables<'_> {
    /// The tables of the module that do not belong to a type.
    pub(super) fn shared(self, service: &Service) -> Vec<TokenStream> {
        let model = self.types.model;
        let of_types = self.types.definitions(service);
        let of_types: BTreeSet<Constant> = of_types.map(TypeDef::table).collect();
        let shared = model
            .tables
            .iter()
            .filter(|(_, name)| name.module == self.types.module && !of_types.contains(name));
        shared
            .map(|(it, name)| {
                // The pointer in the document, because a file may have many documents.
                let home = &model.schemas[it.schema.0].home;
                let docs = format!(" Schema at {}.", super::markdown::code(&home.pointer));
                let constant = format_ident!("{}", name.constant);
                let printed = format!("{}::{}", name.module, name.constant);
                let keywords = self.keywords(&Part::whole(*it));
                quote! {
                    #[doc = #docs]
                    pub(crate) static #constant: Schema = Schema::named(#printed, &[#(#keywords),*]);
                }
            })
            .collect()
    }

    /// The statics for a type: its table, and those of a union's alternatives.
    pub(super) fn of_type(self, id: TypeId) -> Vec<TokenStream> {
        let definition = self.types.definition(id);
        let constant = format_ident!("{}", definition.constant);
        let printed = format!("{}::{}", definition.module, definition.name);
        let docs = format!(" Schema of `{}`.", definition.name);
        let is_own = |it: &Use| {
            let name = self.types.model.tables.get(it);
            name.is_some_and(|it| {
                it.module == definition.module && it.constant == definition.constant
            })
        };
        let keywords = match definition.node.only_use().filter(is_own) {
            Some(it) => self.keywords(&Part::whole(it)),
            None => vec![self.of_node(&definition.node)],
        };
        let is_listed = definition
            .node
            .schema()
            .is_some_and(|id| self.is_listed(id));
        let schema = match (&definition.shape, is_listed) {
            (TypeShape::Enum(_), true) => {
                let name = self.types.named(id);
                quote!(Schema::open_enum::<super::#name>())
            }
            _ => quote!(Schema::named(#printed, &[#(#keywords),*])),
        };
        let mut statics = vec![quote! {
            #[doc = #docs]
            pub(crate) static #constant: Schema = #schema;
        }];
        if let TypeShape::Union(branches) = &definition.shape {
            statics.extend(self.of_branches(definition, branches));
        }
        statics
    }

    /// The statics for the alternatives of a union. Shared parts are one table, to which
    /// the alternatives refer.
    fn of_branches(self, definition: &TypeDef, branches: &[Branch]) -> Vec<TokenStream> {
        let beside = beside(branches);
        let constant = branch_name(definition, branches.len());
        let of_beside = (!beside.is_empty()).then(|| {
            let docs = format!(" Keywords that all alternatives of `{}` share.", definition.name);
            let parts = beside.iter().map(|part| self.part(part));
            quote! {
                #[doc = #docs]
                pub(crate) static #constant: Schema = Schema::new(&[Keyword::AllOf(&[#(#parts),*])]);
            }
        });
        let of_branches = branches.iter().enumerate().map(|(index, branch)| {
            let (own, docs) = (
                branch_name(definition, index),
                format!(" Schema of `{}::{}`.", definition.name, branch.name),
            );
            let parts = branch.node.parts.iter();
            let parts = parts.filter(|part| !beside.contains(part));
            let parts = parts.map(|part| self.part(part));
            let beside = (!beside.is_empty()).then(|| quote!(&#constant));
            let keywords = self.all_of(parts.chain(beside), branch.node.only);
            quote! {
                #[doc = #docs]
                pub(crate) static #own: Schema = Schema::new(&[#keywords]);
            }
        });
        of_branches.chain(of_beside).collect()
    }

    /// Whether a schema is only a list of strings.
    fn is_listed(self, id: SchemaId) -> bool {
        let schema = &self.types.model.schemas[id.0];
        let alone = General {
            types: Some([JsonType::String].into()),
            enumeration: schema.general.enumeration.clone(),
            ..General::default()
        };
        schema.general == alone
            && schema.string == StringKeywords::default()
            && schema.combinators == Combinators::default()
    }

    /// The keyword that combines all schemas of `node`.
    fn of_node(self, node: &Node) -> TokenStream {
        let parts = node.parts.iter().map(|part| self.part(part));
        let others = node.is_open.then(|| quote!(&Schema::ANY));
        match node.is_choice {
            true => quote!(Keyword::AnyOf(&[#(#parts,)* #others])),
            false => self.all_of(parts, node.only),
        }
    }

    fn all_of(
        self,
        parts: impl Iterator<Item = TokenStream>,
        only: Option<JsonType>,
    ) -> TokenStream {
        let only = only.map(|only| {
            let only = json_type(only);
            quote!(&Schema::new(&[Keyword::Type(&[#only])]))
        });
        let parts = parts.chain(only);
        quote!(Keyword::AllOf(&[#(#parts),*]))
    }

    fn part(self, part: &Part) -> TokenStream {
        match part.is_whole() {
            true => self.table(part.at),
            false => {
                let keywords = self.keywords(part);
                quote!(&Schema::new(&[#(#keywords),*]))
            }
        }
    }

    /// A reference to the table of a schema, with a reading.
    fn reference(self, id: SchemaId, reading: Reading) -> TokenStream {
        self.table(self.types.model.readings.at(id, reading))
    }

    /// A reference to a table: by its name, or inline.
    fn table(self, it: Use) -> TokenStream {
        let Some(name) = self.types.model.tables.get(&it) else {
            let schema = self.inline(it);
            return quote!(&#schema);
        };
        let constant = format_ident!("{}", name.constant);
        if name.module == self.types.module {
            return quote!(&#constant);
        }
        let module = ident(&name.module);
        quote!(&super::super::#module::schemas::#constant)
    }

    fn references(self, ids: &[SchemaId], reading: Reading) -> Vec<TokenStream> {
        ids.iter().map(|id| self.reference(*id, reading)).collect()
    }

    /// The table of a schema as an expression.
    fn inline(self, it: Use) -> TokenStream {
        let model = self.types.model;
        let schema = &model.schemas[it.schema.0];
        let is_string = schema.general.is_only(JsonType::String);
        if let Some(rule) = self.rule(it.schema).filter(|_| is_string)
            && schema.combinators == Combinators::default()
        {
            return quote!(Schema::text(&#rule));
        }
        let keywords = self.keywords(&Part::whole(it));
        let only = match (&schema.general.types, keywords.as_slice()) {
            (_, []) => Some("ANY".to_owned()),
            (Some(types), [_]) if types.len() == 1 => {
                let scalars = types.iter().filter(|it| **it != JsonType::Array);
                scalars.map(|only| only.name().to_uppercase()).next()
            }
            _ if schema.general.never => Some("NEVER".to_owned()),
            (Some(_), [_, _]) if is_string && is_time(&schema.string) => {
                Some("DATE_TIME".to_owned())
            }
            _ => None,
        };
        match only.map(|name| format_ident!("{name}")) {
            Some(name) => quote!(Schema::#name),
            None => quote!(Schema::new(&[#(#keywords),*])),
        }
    }

    /// The path of the rule with all string keywords of a schema.
    fn rule(self, id: SchemaId) -> Option<TokenStream> {
        let rule = self.types.model.text_rules.get(&id)?;
        let name = format_ident!("{}", rule.constant);
        if rule.module == self.types.module {
            return Some(quote!(validators::#name));
        }
        let module = ident(&rule.module);
        Some(quote!(super::super::#module::validators::#name))
    }
}
