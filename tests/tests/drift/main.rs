//! Comparing schemas, judged by `jsonschema` and by generated code.

mod bounds;
mod goldens;
mod instances;
mod numbers;
mod pairs;
mod published;
mod relations;
mod schemas;
mod sets;
mod support;
