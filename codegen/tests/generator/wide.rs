//! Structs with many fields, and many of them in each other: rustc has to compile them, in
//! proportional work.

use std::collections::BTreeMap;

use crate::support::{REFERENCE, generator, module, source};
use quote::ToTokens;
use serde_json::{Map, Value, json};
use syn::visit::{self, Visit};
use syn::{Expr, ExprMethodCall, ExprStruct, ExprTuple, Local};
use taskcluster_codegen::Package;

/// What the implementations of `Deserialize` read.
#[derive(Default)]
struct Reads {
    /// The largest number of values, each with an early return, of one expression.
    together: usize,
    /// The properties that each tuple reads, by its variable.
    parts: BTreeMap<String, Vec<String>>,
    /// The value of each field.
    fields: BTreeMap<String, String>,
    properties: Vec<String>,
}

impl Reads {
    fn count<'e>(&mut self, values: impl Iterator<Item = &'e Expr>) {
        let count = values.filter(|it| matches!(it, Expr::Try(_))).count();
        self.together = self.together.max(count);
    }
}

impl<'ast> Visit<'ast> for Reads {
    fn visit_local(&mut self, it: &'ast Local) {
        self.properties.clear();
        visit::visit_local(self, it);
        let name = it.pat.to_token_stream().to_string();
        self.parts
            .insert(name, std::mem::take(&mut self.properties));
    }

    fn visit_expr_method_call(&mut self, it: &'ast ExprMethodCall) {
        if let Some(Expr::Lit(name)) = it.args.first() {
            self.properties.push(name.to_token_stream().to_string());
        }
        visit::visit_expr_method_call(self, it);
    }

    fn visit_expr_tuple(&mut self, it: &'ast ExprTuple) {
        self.count(it.elems.iter());
        visit::visit_expr_tuple(self, it);
    }

    fn visit_expr_struct(&mut self, it: &'ast ExprStruct) {
        self.count(it.fields.iter().map(|field| &field.expr));
        for field in &it.fields {
            let (name, value) = (field.member.to_token_stream(), field.expr.to_token_stream());
            self.fields.insert(name.to_string(), value.to_string());
        }
        visit::visit_expr_struct(self, it);
    }
}

#[test]
fn many_properties_are_read_in_parts() {
    let names = (0..1000).map(|index| format!("p{index}"));
    let properties: Map<String, Value> = names
        .clone()
        .map(|name| (name, json!({"type": "string"})))
        .collect();
    let schema = json!({
        "$id": "/schemas/made-up/v1/message.json#",
        "type": "object",
        "properties": properties,
        "required": ["p0", "p500"],
    });
    let documents = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema.to_string()),
    ];
    let files = module(&documents).expect("generated");
    let file = syn::parse_file(&files["made_up/payloads.rs"]).expect("Rust");
    let mut reads = Reads::default();
    reads.visit_file(&file);
    assert!(reads.together <= 32, "{} values at once", reads.together);
    for name in names {
        let value = &reads.fields[&name];
        let (part, position) = value.split_once('.').expect("a part of a tuple");
        let position: usize = position.trim().parse().expect("a position");
        let property = &reads.parts[part.trim()][position];
        assert_eq!(property, &format!("{name:?}"), "{name} is {value}");
    }
}

/// The root of a package for a chain of `depth` objects, each of which `hold` makes the
/// property of the one before.
fn root_of_chain(depth: usize, hold: fn(Value) -> Value) -> String {
    let mut definitions = Map::new();
    for level in 0..depth {
        let next = match level + 1 == depth {
            true => json!({"type": "string"}),
            false => json!({ "$ref": format!("#/definitions/d{}", level + 1) }),
        };
        definitions.insert(
            format!("d{level}"),
            json!({"type": "object", "properties": {"next": hold(next)}}),
        );
    }
    let schema = json!({
        "$id": "/schemas/made-up/v1/message.json#",
        "type": "object",
        "properties": {"first": {"$ref": "#/definitions/d0"}},
        "definitions": definitions,
    });
    let documents = vec![
        source("exchanges.json", REFERENCE),
        source("message.json", schema.to_string()),
    ];
    let files = generator(&documents).package(&Package::new("made-up"));
    let mut files = files.expect("generated");
    files.remove("src/lib.rs").expect("a root")
}

/// rustc follows 128 levels by default to find out whether a type is `Send`.
#[test]
fn deep_types_raise_the_recursion_limit() {
    let root_of = |depth| root_of_chain(depth, |next| next);
    assert!(!root_of(15).contains("recursion_limit"));
    let root = root_of(16);
    let stated = root.matches("#![recursion_limit = \"256\"]");
    assert_eq!(stated.count(), 2, "as an attribute, and for users: {root}");
    let lines = "\n#![cfg_attr(docsrs, feature(doc_cfg))]\n#![recursion_limit = \"256\"]\n\nconst";
    assert!(root.contains(lines), "{root}");
    assert!(root_of(200).contains("#![recursion_limit = \"2048\"]"));
}

/// 12 objects, each in a list in a map in the one before, need more than 128 levels.
#[test]
fn lists_and_maps_count_for_the_recursion_limit() {
    let root = root_of_chain(12, |next| {
        json!({
            "type": ["object", "null"],
            "additionalProperties": {"type": ["array", "null"], "items": next},
        })
    });
    assert!(root.contains("#![recursion_limit = \"512\"]"), "{root}");
}
