//! Comparing schemas, judged by `jsonschema`.

mod instances;
mod pairs;
mod schemas;
