//! Comparisons of schemas, checked by `jsonschema` and by generated code.

mod api;
mod bounds;
mod changes;
mod decoded;
mod goldens;
mod instances;
mod keywords;
mod numbers;
mod pairs;
mod relations;
mod schemas;
mod sets;
mod support;
