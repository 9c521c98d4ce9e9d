//! Schemas as other tools write them.

use serde_json::json;
use taskcluster_tests::goldens::other_tools::tools::{
    Batch, Bread, Forest2, Mode, Oven, SchemarsBaker, SchemarsShape, Tree2,
};

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
    let tree = |leaf: &str| json!({"root": {"leaf": leaf, "nodes": [{"leaf": leaf, "nodes": []}]}});
    let forest = |leaf: u8| json!({"root": {"leaf": leaf, "nodes": [{"leaf": leaf, "nodes": []}]}});
    valid::<Tree2>(tree("oak"));
    valid::<Forest2>(forest(3));
    assert_found(
        misfits::<Forest2>(tree("oak")),
        &[("/root/leaf", "type"), ("/root/nodes/0/leaf", "type")],
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
