//! The keywords of a schema, by groups.

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use taskcluster_documents::reading::{Reading, Use};
use taskcluster_documents::schema::{
    Annotations, ArrayKeywords, Combinators, Condition, Dependency, General, Items, JsonType,
    ObjectKeywords, Pattern, Schema, SchemaId,
};

use super::Tables;
use super::json_type;
use super::scalars::{limit, of_numbers, of_strings};
use crate::combine::Part;

impl Tables<'_> {
    /// The keywords of a schema, without those that `part` omits.
    pub(super) fn keywords(self, part: &Part) -> Vec<TokenStream> {
        let Use {
            schema: id,
            reading,
        } = part.at;
        let Schema {
            place: _,
            home: _,
            annotations:
                Annotations {
                    title: _,
                    description: _,
                    default: _,
                },
            general,
            string,
            number,
            array,
            object,
            combinators,
        } = &self.types.model.schemas[id.0];
        let rule = self.rule(id);
        let mut keywords = self.general(part.at, general, rule.is_some());
        match rule {
            Some(rule) => keywords.push(quote!(Keyword::String(&#rule))),
            None => keywords.extend(of_strings(string, self.automata)),
        }
        keywords.extend(of_numbers(number));
        keywords.extend(self.of_arrays(array, reading));
        keywords.extend(self.of_objects(object, reading));
        keywords.extend(self.combinators(combinators, part));
        keywords
    }

    fn general(self, it: Use, general: &General, is_ruled: bool) -> Vec<TokenStream> {
        let General {
            never,
            types,
            enumeration,
            constant,
        } = general;
        let mut keywords = Vec::new();
        if *never {
            keywords.push(quote!(Keyword::Never));
        }
        let implied = self.types.model.readings.implied(it);
        let types = types
            .iter()
            .flatten()
            .copied()
            .chain(implied)
            .map(json_type);
        let types: Vec<TokenStream> = types.collect();
        if !types.is_empty() {
            keywords.push(quote!(Keyword::Type(&[#(#types),*])));
        }
        // The rule has the listed strings; other listed values don't have the type.
        if is_ruled && general.is_only(JsonType::String) {
            return keywords;
        }
        if let Some(values) = enumeration {
            let values = values.iter().map(|value| value.to_string());
            keywords.push(quote!(Keyword::Enum(&[#(#values),*])));
        }
        if let Some(value) = constant {
            let value = value.to_string();
            keywords.push(quote!(Keyword::Const(#value)));
        }
        keywords
    }

    fn of_arrays(self, array: &ArrayKeywords, reading: Reading) -> Vec<TokenStream> {
        let ArrayKeywords {
            items,
            additional_items,
            min_items,
            max_items,
            unique_items,
            contains,
        } = array;
        let mut keywords = Vec::new();
        let inside = reading.inside();
        match items {
            Some(Items::Each(item)) => keywords.push(self.one("Items", *item, inside)),
            Some(Items::Tuple(items)) => {
                let items = self.references(items, inside);
                keywords.push(quote!(Keyword::Tuple(&[#(#items),*])));
                keywords.extend(additional_items.map(|it| self.one("AdditionalItems", it, inside)));
            }
            // `additionalItems` has no effect without a list.
            None => {}
        }
        keywords.extend(contains.map(|it| self.one("Contains", it, Reading::Exact)));
        keywords.extend(limit("MinItems", *min_items));
        keywords.extend(limit("MaxItems", *max_items));
        if *unique_items {
            keywords.push(quote!(Keyword::UniqueItems));
        }
        keywords
    }

    fn of_objects(self, object: &ObjectKeywords, reading: Reading) -> Vec<TokenStream> {
        let ObjectKeywords {
            properties,
            pattern_properties,
            additional_properties,
            required,
            property_names,
            min_properties,
            max_properties,
            dependencies,
        } = object;
        let mut keywords = Vec::new();
        let inside = reading.inside();
        // Missing properties are reported before violations in properties.
        if !required.is_empty() {
            keywords.push(quote!(Keyword::Required(&[#(#required),*])));
        }
        if !properties.is_empty() {
            let properties = properties.iter().map(|(name, id)| {
                let schema = self.reference(*id, inside);
                quote!((#name, #schema))
            });
            keywords.push(quote!(Keyword::Properties(&[#(#properties),*])));
        }
        if !pattern_properties.is_empty() {
            keywords.push(self.pattern_properties(pattern_properties, inside));
        }
        keywords
            .extend(additional_properties.map(|it| self.one("AdditionalProperties", it, inside)));
        keywords.extend(property_names.map(|it| self.one("PropertyNames", it, Reading::Exact)));
        keywords.extend(limit("MinProperties", *min_properties));
        keywords.extend(limit("MaxProperties", *max_properties));
        if !dependencies.is_empty() {
            keywords.push(self.dependencies(dependencies, reading.part()));
        }
        keywords
    }

    fn pattern_properties(
        self,
        properties: &[(Pattern, SchemaId)],
        reading: Reading,
    ) -> TokenStream {
        let properties = properties.iter().map(|(pattern, id)| {
            let (source, form) = (&pattern.source, self.automata.matcher(&pattern.form));
            let schema = self.reference(*id, reading);
            quote!((#source, #form, #schema))
        });
        quote!(Keyword::PatternProperties(&[#(#properties),*]))
    }

    fn dependencies(
        self,
        dependencies: &BTreeMap<String, Dependency>,
        reading: Reading,
    ) -> TokenStream {
        let dependencies = dependencies.iter().map(|(name, dependency)| {
            let dependency = match dependency {
                Dependency::Required(names) => {
                    let names = names.iter();
                    quote!(Dependency::Required(&[#(#names),*]))
                }
                Dependency::Schema(id) => {
                    let schema = self.reference(*id, reading);
                    quote!(Dependency::Schema(#schema))
                }
            };
            quote!((#name, #dependency))
        });
        quote!(Keyword::Dependencies(&[#(#dependencies),*]))
    }

    fn combinators(self, combinators: &Combinators, part: &Part) -> Vec<TokenStream> {
        let Combinators {
            all_of,
            any_of,
            one_of,
            not,
            condition,
        } = combinators;
        let Use { schema, reading } = part.at;
        let combined = self.types.model.readings.combined(schema, reading);
        let mut keywords = Vec::new();
        let lists = [
            ("AllOf", all_of, true),
            ("AnyOf", any_of, !part.without_any_of),
            ("OneOf", one_of, !part.without_one_of),
        ];
        for (keyword, ids, is_stated) in lists {
            if is_stated && !ids.is_empty() {
                let keyword = format_ident!("{keyword}");
                let schemas = self.references(ids, combined);
                keywords.push(quote!(Keyword::#keyword(&[#(#schemas),*])));
            }
        }
        keywords.extend(not.map(|it| self.one("Not", it, Reading::Exact)));
        keywords.extend(
            condition
                .iter()
                .map(|it| self.condition(it, reading.part())),
        );
        keywords
    }

    fn condition(self, it: &Condition, reading: Reading) -> TokenStream {
        let Condition {
            condition,
            then,
            otherwise,
        } = it;
        let branch = |id: &Option<SchemaId>| match id {
            Some(id) => self.reference(*id, reading),
            None => quote!(&Schema::ANY),
        };
        let condition = self.reference(*condition, Reading::Exact);
        let (then, otherwise) = (branch(then), branch(otherwise));
        quote! {
            Keyword::If {
                condition: #condition,
                then: #then,
                otherwise: #otherwise,
            }
        }
    }

    /// A keyword with one subschema.
    fn one(self, keyword: &str, id: SchemaId, reading: Reading) -> TokenStream {
        let keyword = format_ident!("{keyword}");
        let schema = self.reference(id, reading);
        quote!(Keyword::#keyword(#schema))
    }
}
