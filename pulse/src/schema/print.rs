//! Schemas as JSON, for the feature `schemars`.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema as JsonValue, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::{Dependency, Keyword, Schema};
use crate::value::{RawJson, RawJsonObject, Timestamp};

/// Implements `JsonSchema` for types that have a table in the module `schemas`. Their ids and
/// definitions have the path of the module: `schemars` takes types of one id for one type.
#[doc(hidden)]
#[macro_export]
macro_rules! __json_schemas {
    ($(const _: $name:ty = $table:path;)*) => {
        $(
            impl $crate::__private::schemars::JsonSchema for $name {
                fn schema_name() -> ::std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn schema_id() -> ::std::borrow::Cow<'static, str> {
                    concat!(module_path!(), "::", stringify!($name)).into()
                }

                fn json_schema(
                    generator: &mut $crate::__private::schemars::SchemaGenerator,
                ) -> $crate::__private::schemars::Schema {
                    $crate::__private::print_schema(&$table, module_path!(), generator)
                }
            }
        )*
    };
}

/// The schema of `table`, for implementations of [`JsonSchema`]. The named tables
/// that it refers to become definitions of `generator`, named by the path in `module`, which
/// ends with a service and one of its modules, with dots.
pub fn print_schema(
    table: &'static Schema,
    module: &'static str,
    generator: &mut SchemaGenerator,
) -> JsonValue {
    let root = module.rsplitn(3, "::").nth(2).unwrap_or_default();
    let keywords = Printer { root, generator }.keywords(table);
    keywords.try_into().unwrap_or_default()
}

/// Adds a keyword to the schema that is written.
type Add<'a> = &'a mut dyn FnMut(&'static str, Value);

/// Writes schemas in the dialect of `schemars`, which is 2020-12.
struct Printer<'g> {
    /// The path of the module that has those of the services.
    root: &'static str,
    generator: &'g mut SchemaGenerator,
}

impl Printer<'_> {
    /// A subschema: a reference if it has a name.
    fn schema(&mut self, table: &'static Schema) -> Value {
        match (table.name, table.keywords) {
            ("", [Keyword::Never]) => false.into(),
            ("", []) => true.into(),
            ("", _) => self.keywords(table),
            (name, _) => {
                // As OpenAPI names its components.
                let path = format!("{}::{name}", self.root);
                let name = path.replace("r#", "").replace("::", ".");
                if !self.generator.definitions().contains_key(&name) {
                    // Inserted first, so that recursion ends.
                    self.define(&name, true.into());
                    let definition = self.keywords(table);
                    self.define(&name, definition);
                }
                let path = &self.generator.settings().definitions_path;
                let path = path.trim_end_matches('/');
                Value::Object(Map::from_iter([(
                    "$ref".to_owned(),
                    format!("#{path}/{name}").into(),
                )]))
            }
        }
    }

    fn define(&mut self, name: &str, definition: Value) {
        let definitions = self.generator.definitions_mut();
        definitions.insert(name.to_owned(), definition);
    }

    fn keywords(&mut self, table: &'static Schema) -> Value {
        let mut object = Map::new();
        for keyword in table.keywords() {
            self.keyword(keyword, table, &mut |name, value| {
                object.insert(name.to_owned(), value);
            });
        }
        Value::Object(object)
    }

    fn keyword(&mut self, keyword: &'static Keyword, table: &Schema, add: Add<'_>) {
        if let Keyword::String(rule) = keyword {
            let stated = rule.keywords();
            return stated.for_each(|(name, value, _)| add(name, value));
        }
        match keyword.stated() {
            Some(("false", _)) => add("not", Value::Object(Map::new())),
            Some((name, value)) => add(name, value),
            None => self.applicator(keyword, table, add),
        }
    }

    /// A keyword with subschemas.
    fn applicator(&mut self, keyword: &'static Keyword, table: &Schema, add: Add<'_>) {
        match keyword {
            Keyword::Items(schema) => add("items", self.schema(schema)),
            Keyword::Tuple(schemas) => add("prefixItems", self.list(schemas)),
            Keyword::AdditionalItems(schema) if table.tuple().is_some() => {
                add("items", self.schema(schema));
            }
            Keyword::Contains(schema) => add("contains", self.schema(schema)),
            Keyword::Properties(properties) => {
                let each = properties.iter().map(|(name, schema)| (*name, *schema));
                add("properties", self.object(each));
            }
            Keyword::PatternProperties(patterns) => {
                let each = patterns.iter().map(|(name, _, schema)| (*name, *schema));
                add("patternProperties", self.object(each));
            }
            Keyword::AdditionalProperties(schema) => {
                add("additionalProperties", self.schema(schema));
            }
            Keyword::PropertyNames(schema) => add("propertyNames", self.schema(schema)),
            Keyword::Dependencies(dependencies) => self.dependencies(dependencies, add),
            Keyword::AllOf(schemas) => add("allOf", self.list(schemas)),
            Keyword::AnyOf(schemas) => add("anyOf", self.list(schemas)),
            Keyword::OneOf(schemas) => add("oneOf", self.list(schemas)),
            Keyword::Not(schema) => add("not", self.schema(schema)),
            Keyword::If {
                condition,
                then,
                otherwise,
            } => {
                add("if", self.schema(condition));
                add("then", self.schema(then));
                add("else", self.schema(otherwise));
            }
            _ => {}
        }
    }

    fn dependencies(&mut self, dependencies: &'static [(&'static str, Dependency)], add: Add<'_>) {
        let (mut required, mut schemas) = (Map::new(), Map::new());
        for (name, dependency) in dependencies {
            match dependency {
                Dependency::Required(names) => {
                    required.insert((*name).to_owned(), names.to_vec().into());
                }
                Dependency::Schema(schema) => {
                    schemas.insert((*name).to_owned(), self.schema(schema));
                }
            }
        }
        if !required.is_empty() {
            add("dependentRequired", required.into());
        }
        if !schemas.is_empty() {
            add("dependentSchemas", schemas.into());
        }
    }

    fn list(&mut self, schemas: &[&'static Schema]) -> Value {
        schemas.iter().map(|schema| self.schema(schema)).collect()
    }

    fn object(&mut self, schemas: impl Iterator<Item = (&'static str, &'static Schema)>) -> Value {
        let members = schemas.map(|(name, schema)| (name.to_owned(), self.schema(schema)));
        Value::Object(members.collect())
    }
}

macro_rules! implement {
    ($($name:ident: $schema:tt)*) => {
        $(
            impl JsonSchema for $name {
                fn schema_name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn inline_schema() -> bool {
                    true
                }

                fn json_schema(_: &mut SchemaGenerator) -> JsonValue {
                    json_schema!($schema)
                }
            }
        )*
    };
}

implement! {
    Timestamp: { "type": "string", "format": "date-time" }
    RawJsonObject: { "type": "object" }
    RawJson: {}
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A `#` would end the fragment that refers to the definition.
    #[test]
    fn names_have_no_raw_identifiers() {
        static INNER: Schema = Schema::named("Inner", &[]);
        static OUTER: Schema = Schema::new(&[Keyword::Not(&INNER)]);
        let mut generator = SchemaGenerator::default();
        let module = "app::r#async::r#type::json_schemas";
        let printed = print_schema(&OUTER, module, &mut generator);
        let expected = serde_json::json!({"not": {"$ref": "#/$defs/app.async.Inner"}});
        assert_eq!(printed.to_value(), expected);
        assert!(generator.definitions().contains_key("app.async.Inner"));
    }
}
