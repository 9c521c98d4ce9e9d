//! Schemas as other tools write them.

use serde_json::json;
use taskcluster_codegen::Generator;
use taskcluster_tests::goldens::other_tools::tools::{
    Batch, Bread, ForestMessage, Mode, OpenapiMessage, Oven, SchemarsBaker, SchemarsShape,
    TreeMessage,
};
use taskcluster_tests::subjects;

use super::{assert_found, misfits, valid, violations};

/// schemars 1 writes the variants of a tagged enum as a `$ref` with properties beside it.
#[test]
fn keywords_beside_a_reference_apply_in_later_drafts() {
    let bread: Bread = valid(json!({"shape": {"kind": "long", "grams": 500}}));
    let SchemarsShape::Object2(shape) = bread.shape else {
        panic!("{:?}", bread.shape);
    };
    assert_eq!((shape.kind.as_str(), shape.grams), ("long", 500));
    assert_found(
        violations::<Bread>(json!({"shape": {"kind": "flat", "grams": 500}})),
        &[("/shape", "oneOf")],
    );
    let labelled = |label| json!({"shape": {"kind": "round", "grams": 500}, "label": label});
    valid::<Bread>(labelled("rye"));
    for (label, keyword) in [("", "minLength"), ("long", "maxLength")] {
        assert_found(violations::<Bread>(labelled(label)), &[("/label", keyword)]);
    }
}

/// `Type.Recursive` of TypeBox numbers its schemas in each document from `T0`.
#[test]
fn documents_may_embed_different_schemas_of_one_id() {
    let tree = |leaf: &str| json!({"top": {"leaf": leaf, "nodes": [{"leaf": leaf, "nodes": []}]}});
    let forest = |leaf: u8| json!({"top": {"leaf": leaf, "nodes": [{"leaf": leaf, "nodes": []}]}});
    valid::<TreeMessage>(tree("oak"));
    valid::<ForestMessage>(forest(3));
    assert_found(
        misfits::<ForestMessage>(tree("oak")),
        &[("/top/leaf", "type"), ("/top/nodes/0/leaf", "type")],
    );
}

/// Pydantic wraps a reference in `allOf`, and schemars puts a description beside it.
#[test]
fn a_described_reference_has_the_type_of_its_target() {
    let batch: Batch = valid(json!({"first": {"degrees": 1}, "third": {"degrees": 3}}));
    let ovens: [Option<Oven>; 3] = [Some(batch.first), batch.second, batch.third];
    assert_eq!(
        ovens.map(|oven| oven.map(|it| it.degrees)),
        [Some(1), None, Some(3)]
    );
    let sold = json!({"shape": {"kind": "long", "grams": 1}, "baker": {"name": "a"}});
    let sold: Bread = valid(sold);
    let people: [Option<SchemarsBaker>; 2] = [sold.baker, sold.owner];
    assert_eq!(people.map(|it| it.is_some()), [true, false]);
}

#[test]
fn constants_beside_null_are_an_enum() {
    let mode = |mode| json!({"first": {"degrees": 1}, "mode": mode});
    let read = |value| valid::<Batch>(mode(value)).mode;
    assert_eq!(read(json!("grill")), Some(Some(Mode::Grill)));
    assert_eq!(read(json!(null)), Some(None));
    let found = violations::<Batch>(mode(json!("steam")));
    assert_found(found, &[("/mode", "anyOf")]);
}

/// Tuples of schemars and Pydantic, and what zod and others write besides.
#[test]
fn keywords_of_later_drafts_are_read() {
    let bread = |name: &str, value| {
        let mut bread = json!({"shape": {"kind": "long", "grams": 1}});
        bread[name] = value;
        bread
    };
    let read = valid::<Bread>(bread("size", json!([3, "cm"])));
    assert_eq!(read.size, Some((3, "cm".to_owned())));
    assert_found(
        misfits::<Bread>(bread("size", json!(["cm", 3]))),
        &[("/size/0", "type"), ("/size/1", "type")],
    );
    valid::<Bread>(bread("notes", json!(["a", 1, 2])));
    for (name, value, at, keyword) in [
        ("notes", json!(["a", "b"]), "/notes/1", "type"),
        ("price", json!(3), "", "dependencies"),
        ("crumb", json!("open"), "", "required"),
    ] {
        assert_found(violations::<Bread>(bread(name, value)), &[(at, keyword)]);
    }
}

#[test]
fn null_is_allowed_by_open_api_s_keyword() {
    let message: OpenapiMessage = valid(json!({"label": null, "size": null}));
    assert_eq!((message.label, message.size), (None, Some(None)));
    valid::<OpenapiMessage>(json!({"label": "a", "size": [1, "cm"]}));
    assert_found(
        violations::<OpenapiMessage>(json!({"label": "long"})),
        &[("/label", "maxLength")],
    );
}

#[test]
fn keywords_that_allow_everything_imply_no_type() {
    for any in [
        json!("text"),
        json!(1),
        json!(null),
        json!([1]),
        json!({"a": 1}),
    ] {
        valid::<OpenapiMessage>(json!({"label": "a", "note": any, "notes": {"a": any}}));
        valid::<OpenapiMessage>(json!({"label": "a", "mark": any}));
    }
}

/// They have tuples and dependencies in the words of 2020-12.
#[test]
fn the_schemas_that_payload_types_return_are_valid_input() {
    let reference = json!({
        "exchangePrefix": "exchange/bakery/v1/", "serviceName": "bakery",
        "entries": [{"name": "a", "exchange": "a", "routingKey": [], "schema": "v1/a.json"}]
    });
    let subjects = [subjects::published(), subjects::private()].concat();
    assert!(subjects.len() > 30, "{}", subjects.len());
    for subject in subjects {
        let mut schema = (subject.own_schema)();
        schema["$id"] = json!("/schemas/bakery/v1/a.json");
        let generator = Generator::new()
            .source("exchanges.json", reference.to_string())
            .source("a.json", schema.to_string());
        let name = subject.info.exchange;
        assert_eq!(generator.unknown_keywords(), [], "{name}");
        if let Err(errors) = generator.module() {
            panic!("{name}: {errors}");
        }
    }
}
