//! Changes of single keywords of the drafts: each is added, removed, tightened and
//! widened, alone in a schema and inside others.

use fastrand::Rng;
use serde_json::{Value, json};

use crate::schemas::{add, mutate, root};

/// A schema without a keyword, and two values of the keyword.
struct Values {
    without: Value,
    wide: Value,
    tight: Value,
}

type Keyword = (&'static str, fn(&mut Rng) -> Values);

fn values(without: Value, wide: Value, tight: Value) -> Values {
    Values {
        without,
        wide,
        tight,
    }
}

/// A schema, and a schema that allows less.
fn schemas(rng: &mut Rng) -> [Value; 2] {
    let wide = json!({ "type": ["string", "integer", "object"] });
    let tight = match rng.u8(..3) {
        0 => json!({ "type": "string" }),
        1 => json!({ "type": ["string", "integer", "object"], "not": { "const": "a" } }),
        _ => json!({ "allOf": [&wide, { "maxLength": 1, "maximum": 2 }] }),
    };
    [wide, tight]
}

fn inside(rng: &mut Rng, without: Value, wrap: fn(Value) -> Value) -> Values {
    let [wide, tight] = schemas(rng);
    values(without, wrap(wide), wrap(tight))
}

fn of(kind: &str) -> Value {
    json!({ "type": kind })
}

/// Two increasing counts.
fn counts(rng: &mut Rng) -> [u8; 2] {
    let less = rng.u8(1..4);
    [less, less + 1]
}

/// Every keyword that restricts a schema, with values for it.
const KEYWORDS: &[Keyword] = &[
    ("type", |_| {
        values(json!({}), json!(["integer", "string"]), json!("integer"))
    }),
    ("type", |_| {
        values(json!({}), json!("number"), json!("integer"))
    }),
    ("enum", |_| {
        values(json!({}), json!(["a", 1, null]), json!(["a", 1]))
    }),
    ("enum", |_| {
        values(of("object"), json!([{ "a": 1 }, {}]), json!([{ "a": 1.0 }]))
    }),
    ("const", |_| {
        values(json!({}), json!("a"), json!([1, { "a": null }]))
    }),
    ("minLength", |rng| {
        let [less, more] = counts(rng);
        values(of("string"), json!(less), json!(more))
    }),
    ("maxLength", |rng| {
        let [less, more] = counts(rng);
        values(of("string"), json!(more), json!(less))
    }),
    ("pattern", |_| values(of("string"), json!("a"), json!("^a"))),
    ("pattern", |_| {
        values(of("string"), json!("^[a-c]*$"), json!("^(a|bc)?$"))
    }),
    ("format", |_| {
        values(of("string"), json!("date"), json!("ipv4"))
    }),
    ("minimum", |rng| {
        let [less, more] = counts(rng);
        values(of("number"), json!(less), json!(more))
    }),
    ("maximum", |rng| {
        let [less, more] = counts(rng);
        values(of("integer"), json!(more), json!(less))
    }),
    ("exclusiveMinimum", |rng| {
        let [less, more] = counts(rng);
        values(of("integer"), json!(less), json!(more))
    }),
    ("exclusiveMaximum", |rng| {
        let [less, more] = counts(rng);
        values(of("number"), json!(more), json!(less))
    }),
    ("multipleOf", |_| {
        values(of("number"), json!(0.5), json!(1.5))
    }),
    ("items", |rng| inside(rng, of("array"), |schema| schema)),
    ("items", |rng| {
        inside(rng, of("array"), |schema| json!([true, schema]))
    }),
    ("additionalItems", |rng| {
        inside(
            rng,
            json!({ "type": "array", "items": [{ "type": "null" }] }),
            |schema| schema,
        )
    }),
    ("minItems", |rng| {
        let [less, more] = counts(rng);
        values(of("array"), json!(less), json!(more))
    }),
    ("maxItems", |rng| {
        let [less, more] = counts(rng);
        values(of("array"), json!(more), json!(less))
    }),
    ("uniqueItems", |_| {
        values(of("array"), json!(false), json!(true))
    }),
    ("contains", |rng| inside(rng, of("array"), |schema| schema)),
    ("properties", |rng| {
        inside(
            rng,
            of("object"),
            |schema| json!({ "a": schema, "b": true }),
        )
    }),
    ("properties", |_| {
        values(of("object"), json!({ "a": true }), json!({ "a": false }))
    }),
    ("patternProperties", |rng| {
        inside(rng, of("object"), |schema| json!({ "^a": schema }))
    }),
    ("additionalProperties", |rng| {
        inside(
            rng,
            json!({ "type": "object", "properties": { "a": {} } }),
            |schema| schema,
        )
    }),
    ("additionalProperties", |_| {
        values(
            json!({ "type": "object", "properties": { "a": {} } }),
            json!(true),
            json!(false),
        )
    }),
    ("required", |_| {
        values(of("object"), json!(["a"]), json!(["a", "b"]))
    }),
    ("propertyNames", |_| {
        values(
            of("object"),
            json!({ "maxLength": 2 }),
            json!({ "maxLength": 2, "pattern": "a" }),
        )
    }),
    ("minProperties", |rng| {
        let [less, more] = counts(rng);
        values(of("object"), json!(less), json!(more))
    }),
    ("maxProperties", |rng| {
        let [less, more] = counts(rng);
        values(of("object"), json!(more), json!(less))
    }),
    ("dependencies", |_| {
        values(
            of("object"),
            json!({ "a": ["b"] }),
            json!({ "a": ["b", "c"] }),
        )
    }),
    ("dependencies", |_| {
        let tight = json!({ "a": { "required": ["b"], "maxProperties": 2 } });
        values(of("object"), json!({ "a": { "required": ["b"] } }), tight)
    }),
    ("allOf", |rng| {
        inside(rng, json!({}), |schema| json!([schema, { "maxLength": 3 }]))
    }),
    ("anyOf", |rng| {
        inside(rng, json!({}), |schema| json!([{ "type": "null" }, schema]))
    }),
    ("oneOf", |rng| {
        inside(rng, json!({}), |schema| json!([{ "type": "null" }, schema]))
    }),
    ("not", |rng| {
        let [tight, wide] = schemas(rng);
        values(json!({}), wide, tight)
    }),
    ("if", |rng| {
        let [tight, wide] = schemas(rng);
        values(
            json!({ "then": { "minLength": 2, "minimum": 3 } }),
            wide,
            tight,
        )
    }),
    ("then", |rng| {
        inside(
            rng,
            json!({ "if": { "type": ["string", "integer"] } }),
            |schema| schema,
        )
    }),
    ("else", |rng| {
        inside(rng, json!({ "if": { "type": "array" } }), |schema| schema)
    }),
    ("$ref", |_| {
        values(
            json!({}),
            json!("#/definitions/wide"),
            json!("#/definitions/tight"),
        )
    }),
];

/// Keywords that do not restrict a schema.
const ANNOTATIONS: &[Keyword] = &[
    ("title", |_| {
        values(of("string"), json!("one"), json!("another"))
    }),
    ("description", |_| {
        values(of("string"), json!("one"), json!("another"))
    }),
    ("default", |_| values(of("string"), json!("a"), json!(1))),
    ("examples", |_| {
        values(of("string"), json!(["a"]), json!([]))
    }),
    ("$comment", |_| {
        values(of("string"), json!("one"), json!("another"))
    }),
    ("readOnly", |_| {
        values(of("string"), json!(false), json!(true))
    }),
    ("writeOnly", |_| {
        values(of("string"), json!(false), json!(true))
    }),
    // `jsonschema` checks some other encodings.
    ("contentEncoding", |_| {
        values(of("string"), json!("7bit"), json!("8bit"))
    }),
    ("contentMediaType", |_| {
        values(of("string"), json!("text/plain"), json!("image/png"))
    }),
];

/// The kinds of changes of a keyword.
const KINDS: [&str; 4] = ["added", "removed", "tightened", "widened"];

/// The places of a schema in another, except definitions.
const PLACES: &[fn(Value) -> Value] = &[
    |schema| json!({ "type": "object", "properties": { "a": schema }, "required": ["a"] }),
    |schema| json!({ "type": "object", "properties": { "a": schema } }),
    |schema| json!({ "type": "object", "additionalProperties": schema }),
    |schema| json!({ "type": "object", "patternProperties": { "^[ab]": schema } }),
    |schema| json!({ "type": "array", "items": schema }),
    |schema| json!({ "type": "array", "items": [{ "type": "null" }, schema] }),
    |schema| json!({ "type": "array", "contains": schema }),
    |schema| json!({ "allOf": [schema, { "not": { "const": 7 } }] }),
    |schema| json!({ "anyOf": [{ "type": "boolean" }, schema] }),
    |schema| json!({ "oneOf": [{ "type": "boolean" }, schema] }),
    |schema| json!({ "not": schema }),
    |schema| json!({ "if": { "type": "null" }, "else": schema }),
];

/// Number of forms of each change of a keyword: alone, inside another schema, inside two,
/// and with other changes. The last form is random.
const FORMS: usize = 5;

/// A pair of schemas.
#[derive(Debug)]
pub(crate) struct Change {
    pub(crate) keyword: &'static str,
    pub(crate) kind: &'static str,
    pub(crate) is_annotation: bool,
    /// Whether nothing else changes.
    pub(crate) is_alone: bool,
    pub(crate) old: Value,
    pub(crate) new: Value,
}

/// Number of changes after which each change of each keyword occurred in each form.
pub(crate) const CYCLE: usize = (KEYWORDS.len() + ANNOTATIONS.len()) * KINDS.len() * FORMS;

/// The change with a number: all kinds in turn, with other values each time.
pub(crate) fn change(number: u64) -> Change {
    let mut rng = Rng::with_seed(number);
    let all = KEYWORDS.len() + ANNOTATIONS.len();
    let number = number as usize;
    let (keyword, kind, form) = (number % all, number / all % 4, number / all / 4 % FORMS);
    let is_annotation = keyword >= KEYWORDS.len();
    let (keyword, of_keyword) = KEYWORDS
        .iter()
        .chain(ANNOTATIONS)
        .nth(keyword)
        .expect("one");
    let Values {
        mut without,
        wide,
        tight,
    } = of_keyword(&mut rng);
    if form == 3 {
        add(&mut rng, without.as_object_mut().expect("an object"), 1);
    }
    let with = |value: &Value| {
        let mut schema = without.clone();
        schema[*keyword] = value.clone();
        schema
    };
    let (mut old, mut new) = match KINDS[kind] {
        "added" => (without.clone(), with(&tight)),
        "removed" => (with(&tight), without.clone()),
        "tightened" => (with(&wide), with(&tight)),
        _ => (with(&tight), with(&wide)),
    };
    // Generated code infers the types that are not stated.
    let is_stated = [true, rng.bool(), rng.bool(), rng.bool(), true][form];
    let is_stated = [is_stated, if form == 3 { rng.bool() } else { is_stated }];
    for (schema, is_stated) in [&mut old, &mut new].into_iter().zip(is_stated) {
        if !is_stated && *keyword != "type" {
            schema.as_object_mut().expect("an object").remove("type");
        }
    }
    let mut definitions = json!({
        "d": {}, "wide": { "type": ["string", "integer"] }, "tight": { "type": "string" },
    });
    let mut new_definitions = definitions.clone();
    for level in 0..[0, 1, 2, 1, 0][form] {
        match rng.usize(..=PLACES.len()) {
            place if place < PLACES.len() => (old, new) = (PLACES[place](old), PLACES[place](new)),
            _ => {
                let name = format!("level{level}");
                let reference = json!({ "$ref": format!("#/definitions/{name}") });
                definitions[&name] = std::mem::replace(&mut old, reference.clone());
                new_definitions[&name] = std::mem::replace(&mut new, reference);
            }
        }
    }
    // Keywords beside a reference have no effect.
    let whole = |schema, definitions| json!({ "allOf": [schema], "definitions": definitions });
    let (mut old, mut new) = (whole(old, definitions), whole(new, new_definitions));
    if form == 4 {
        old = root(&mut rng);
        new = old.clone();
    }
    let others = [0, 0, 0, rng.usize(..3), rng.usize(1..4)][form];
    (0..others).for_each(|_| mutate(&mut rng, &mut new));
    Change {
        keyword,
        kind: KINDS[kind],
        is_alone: form < 3,
        is_annotation,
        old,
        new,
    }
}
