//! Relations that hold for all schemas.

use fastrand::Rng;
use serde_json::{Value, json};
use taskcluster_drift::{PublisherEffect, Side, Status, compare};
use taskcluster_tests::stated::stated;

use crate::schemas::{mutate, root};
use crate::support::{number, side_of};

fn side(schemas: &[Value], shared: &[Value]) -> Side {
    let numbered = schemas.iter().cloned().enumerate();
    let numbered = numbered.map(|(number, schema)| (number as u64, schema));
    side_of(&numbered.collect(), shared).unwrap_or_else(|errors| panic!("{errors}"))
}

fn schemas(seed: u64, count: usize) -> Vec<Value> {
    let mut rng = Rng::with_seed(seed);
    (0..count).map(|_| root(&mut rng)).collect()
}

/// Asserts that every schema and its rewritten form allow the same values.
fn assert_unchanged(old: &[Value], new: &[Value], shared: &[Value]) {
    assert_unchanged_from(&side(old, &[]), old, new, shared);
}

/// The same, for schemas that were read before.
fn assert_unchanged_from(read: &Side, old: &[Value], new: &[Value], shared: &[Value]) {
    let report = compare(read, &side(new, shared));
    for exchange in &report.exchanges {
        let number = number(exchange);
        let shown = || format!("{}\n{}\n{exchange:#?}", old[number], new[number]);
        assert_eq!(exchange.status, Status::Unchanged, "{}", shown());
    }
}

/// The schemas with all keywords except `definitions` in a keyword.
fn rewritten(schemas: &[Value], rewriting: fn(Value) -> Value) -> Vec<Value> {
    let schemas = schemas.iter();
    schemas.map(|it| wrapped(it, rewriting)).collect()
}

/// Moves all keywords except `definitions` into a keyword.
fn wrapped(schema: &Value, wrap: impl Fn(Value) -> Value) -> Value {
    let mut inner = schema.clone();
    let definitions = inner
        .as_object_mut()
        .and_then(|it| it.remove("definitions"));
    let mut outer = wrap(inner);
    outer["definitions"] = definitions.unwrap_or_else(|| json!({}));
    outer
}

#[test]
fn a_schema_is_unchanged_with_other_keywords() {
    let old = schemas(1, 150);
    let read = side(&old, &[]);
    assert_unchanged_from(&read, &old, &old, &[]);
    let rewritings: [fn(Value) -> Value; 3] = [
        |schema| json!({ "allOf": [schema] }),
        |schema| json!({ "anyOf": [schema, false] }),
        |schema| json!({ "oneOf": [false, schema] }),
    ];
    for rewriting in rewritings {
        assert_unchanged_from(&read, &old, &rewritten(&old, rewriting), &[]);
    }
    // No types are inferred in these.
    let old: Vec<Value> = old.iter().map(|schema| stated(schema, schema)).collect();
    let read = side(&old, &[]);
    let rewritings: [fn(Value) -> Value; 2] = [
        |schema| json!({ "not": { "not": schema } }),
        |schema| json!({ "if": true, "then": schema, "else": { "type": "null" } }),
    ];
    for rewriting in rewritings {
        assert_unchanged_from(&read, &old, &rewritten(&old, rewriting), &[]);
    }
}

#[test]
fn a_type_that_generated_code_infers_changes_nothing_where_it_is_stated() {
    let mut old = schemas(6, 200);
    // More types may make alternatives exclusive.
    old.retain(|schema| !schema.to_string().contains("oneOf"));
    let new: Vec<Value> = old.iter().map(|schema| stated(schema, schema)).collect();
    assert_unchanged(&old, &new, &[]);
}

/// Keywords that depend on each other stay together.
const TOGETHER: [&[&str]; 3] = [
    &["properties", "patternProperties", "additionalProperties"],
    &["items", "additionalItems"],
    &["if", "then", "else"],
];

/// Moves each keyword into a schema of its own. Beside `$ref` all others are ignored.
fn split(schema: Value) -> Value {
    let Value::Object(keywords) = schema else {
        return schema;
    };
    if keywords.is_empty() || keywords.contains_key("$ref") {
        return json!({ "allOf": [keywords] });
    }
    let mut parts: Vec<serde_json::Map<String, Value>> = Vec::new();
    for (name, value) in keywords {
        let group = TOGETHER.iter().find(|group| group.contains(&&*name));
        let part = parts.iter_mut().find(|part| {
            group.is_some_and(|group| part.keys().any(|other| group.contains(&&**other)))
        });
        match part {
            Some(part) => drop(part.insert(name, value)),
            None => parts.push([(name, value)].into_iter().collect()),
        }
    }
    json!({ "allOf": parts })
}

#[test]
fn a_schema_is_unchanged_where_its_keywords_are_split() {
    let old = schemas(5, 150);
    let new = rewritten(&old, split);
    assert_unchanged(&old, &new, &[]);
}

#[test]
fn a_schema_is_unchanged_in_another_file() {
    let old = schemas(2, 150);
    let new: Vec<Value> = (0..old.len())
        .map(|it| json!({ "allOf": [{ "$ref": format!("shared{it}.json#") }] }))
        .collect();
    assert_unchanged(&old, &new, &old);
}

#[test]
fn a_definition_is_unchanged_where_it_is_inlined() {
    let inline = |schema: &Value| -> Value {
        let definition = schema["definitions"]["d"].to_string();
        let text = schema
            .to_string()
            .replace(r##"{"$ref":"#/definitions/d"}"##, &definition);
        serde_json::from_str(&text).expect("JSON")
    };
    let old = schemas(3, 150);
    let new: Vec<Value> = old.iter().map(inline).collect();
    assert_unchanged(&old, &new, &[]);
}

#[test]
fn containment_is_transitive() {
    let mut rng = Rng::with_seed(4);
    let first = schemas(4, 400);
    let mut change = |schemas: &[Value]| -> Vec<Value> {
        let changed = schemas.iter().map(|schema| {
            let mut schema = schema.clone();
            mutate(&mut rng, &mut schema);
            schema
        });
        changed.collect()
    };
    let second = change(&first);
    let third = change(&second);
    let sides = [&first, &second, &third].map(|schemas| side(schemas, &[]));
    let contained = |old: usize, new: usize| -> Vec<PublisherEffect> {
        let mut exchanges = compare(&sides[old], &sides[new]).exchanges;
        exchanges.sort_by_key(number);
        exchanges.iter().map(|it| it.publisher.effect).collect()
    };
    let (ab, bc, ac) = (contained(0, 1), contained(1, 2), contained(0, 2));
    let mut checked = 0;
    for number in 0..first.len() {
        if (ab[number], bc[number]) == (PublisherEffect::Fine, PublisherEffect::Fine) {
            checked += 1;
            assert_ne!(
                ac[number],
                PublisherEffect::Refused,
                "{}\n{}\n{}",
                first[number],
                second[number],
                third[number]
            );
        }
    }
    assert!(checked > 100, "{checked}");
}
