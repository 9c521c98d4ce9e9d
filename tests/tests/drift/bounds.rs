//! Inputs that take long or nest deeply still get an answer.

use allocation_counter::measure;
use serde_json::{Map, Value, json};
use taskcluster_documents::Source;
use taskcluster_drift::{PublisherEffect, Report, Side, Status, accepts, compare};

/// Wraps a schema in another.
type Wrap = fn(Value) -> Value;

fn side(schema: &Value) -> Side {
    let source = Source {
        name: "schema.json".to_owned(),
        bytes: schema.to_string().into_bytes(),
    };
    Side::read("schema", &[source]).unwrap_or_else(|errors| panic!("{errors}"))
}

/// The report, in a test's small stack.
fn compared(old: &Value, new: &Value) -> Report {
    compare(&side(old), &side(new))
}

fn nested(depth: usize, keyword: Wrap, inner: Value) -> Value {
    (0..depth).fold(inner, |schema, _| keyword(schema))
}

#[test]
fn deep_schemas_overflow_no_stack() {
    let keywords: [Wrap; 6] = [
        |schema| json!({ "type": "object", "required": ["a"], "properties": { "a": schema } }),
        |schema| json!({ "type": "array", "minItems": 1, "items": schema }),
        |schema| json!({ "anyOf": [schema, { "const": 1 }] }),
        |schema| json!({ "oneOf": [schema, { "const": 1 }] }),
        |schema| json!({ "not": schema }),
        |schema| json!({ "contains": schema }),
    ];
    for keyword in keywords {
        let old = nested(55, keyword, json!({ "type": "string" }));
        let new = nested(55, keyword, json!({ "type": "string", "minLength": 1 }));
        compared(&old, &new);
    }
}

/// A chain of schemas, each of which refers to the next.
fn chain(links: usize, keyword: Wrap, end: Value) -> Value {
    let definitions = (0..links).map(|link| {
        let next = json!({ "$ref": format!("#/definitions/d{}", link + 1) });
        (format!("d{link}"), keyword(next))
    });
    let end = (format!("d{links}"), end);
    let definitions: Map<String, Value> = definitions.chain([end]).collect();
    json!({ "allOf": [{ "$ref": "#/definitions/d0" }], "definitions": definitions })
}

/// An undecided comparison is reported with the bound and the place.
#[test]
fn long_chains_overflow_no_stack_and_bounds_are_named() {
    let keywords: [(Wrap, Option<&str>); 9] = [
        (|next| json!({ "allOf": [next] }), None),
        (
            |next| json!({ "allOf": [next, { "not": { "const": 1 } }] }),
            None,
        ),
        (|next| json!({ "anyOf": [next, { "const": 1 }] }), None),
        (
            |next| json!({ "oneOf": [{ "const": 1 }, next] }),
            Some("more than 150 choices follow each other"),
        ),
        (|next| json!({ "not": next }), None),
        (
            |next| json!({ "if": { "const": 1 }, "then": true, "else": next }),
            None,
        ),
        (
            |next| json!({ "type": "object", "required": ["a"], "properties": { "a": next } }),
            Some("/a: values nest more than 64 deep"),
        ),
        (
            |next| json!({ "type": "object", "additionalProperties": next }),
            None,
        ),
        (|next| json!({ "type": "array", "items": [next] }), None),
    ];
    for (keyword, reason) in keywords {
        let old = chain(700, keyword, json!({ "type": "string" }));
        let new = chain(700, keyword, json!({ "type": "string", "minLength": 1 }));
        let report = compared(&old, &new);
        if let Some(reason) = reason {
            let publisher = &report.exchanges[0].publisher;
            assert_eq!(publisher.effect, PublisherEffect::NotDecided);
            assert_eq!(publisher.reason, reason);
        }
    }
}

/// The witness is checked once against each schema, also if many paths lead to it.
#[test]
fn shared_alternatives_are_evaluated_once() {
    let levels = 40;
    let schema = |end: Value| {
        let level = |it: usize| {
            let next = json!({ "$ref": format!("#/definitions/d{}", it + 1) });
            let longer = json!({ "type": "string", "minLength": it + 1 });
            let choice = json!({ "oneOf": [&next, { "allOf": [&next, longer] }] });
            (format!("d{it}"), choice)
        };
        let last = (format!("d{levels}"), end);
        let definitions: Map<String, Value> = (0..levels).map(level).chain([last]).collect();
        json!({
            "type": "object",
            "properties": { "p": { "$ref": "#/definitions/d0" } },
            "definitions": definitions,
        })
    };
    let old = schema(json!({ "type": "string" }));
    // Each level refuses longer texts, so that only the empty one is left.
    let report = compared(&old, &schema(json!({ "type": "string", "minLength": 1 })));
    let witness = report.exchanges[0].publisher.findings[0].witness.as_ref();
    assert_eq!(witness, Some(&json!({ "p": "" })));
}

/// A property is checked once against each schema, also if its name and a pattern lead to
/// the same ones.
#[test]
fn shared_schemas_of_properties_are_evaluated_once() {
    let levels = 16;
    let schema = |most: u64| {
        let refers = |letter: &str, level: usize| json!({ "$ref": format!("#/definitions/{letter}{level}") });
        let level = |level: usize| {
            let both = |first: &str, second: &str| {
                json!({
                    "properties": { "p": refers(first, level + 1) },
                    "patternProperties": { "^p": refers(second, level + 1) },
                })
            };
            [("a", both("a", "b")), ("b", both("b", "a"))]
                .map(|(letter, schema)| (format!("{letter}{level}"), schema))
        };
        let last = [("a", most), ("b", most + 1)]
            .map(|(letter, most)| (format!("{letter}{levels}"), json!({ "maximum": most })));
        let definitions: Map<String, Value> = (0..levels).flat_map(level).chain(last).collect();
        json!({ "allOf": [refers("a", 0)], "definitions": definitions })
    };
    let report = compared(&schema(5), &schema(9));
    assert!(!report.exchanges[0].is_undecided(), "{report:#?}");
}

/// The numbers from zero, as alternatives.
fn constants(count: usize) -> Value {
    let constants = (0..count).map(|number| json!({ "const": number }));
    json!({ "oneOf": constants.collect::<Value>() })
}

#[test]
fn the_alternatives_of_long_choices_are_bounded() {
    let mut report = None;
    let used = measure(|| report = Some(compared(&constants(400), &constants(401))));
    assert!(!report.expect("a report").exchanges[0].is_undecided());
    assert!(used.bytes_max < 4_000_000, "{used:?}");
}

/// Lists and names are not gone through again for each property.
#[test]
fn the_work_for_long_lists_and_many_names_is_bounded() {
    let integers = |count: usize, raised: usize, not: Value| -> Map<String, Value> {
        let integer = |number: usize| {
            let most = 10_000 + number + raised * (1 - number % 2);
            let schema = json!({ "type": "integer", "maximum": most, "not": not });
            (format!("p{number}"), schema)
        };
        (0..count).map(integer).collect()
    };
    let names = |raised: usize| {
        let properties = integers(60, raised, json!(false));
        json!({ "type": "object", "properties": properties, "minProperties": 40 })
    };
    let lists = |raised: usize| {
        let properties = integers(20, raised, json!({ "$ref": "#/definitions/listed" }));
        let listed = json!({ "enum": (0..1_000).collect::<Value>() });
        json!({ "type": "object", "properties": properties, "definitions": { "listed": listed } })
    };
    for (old, new, most) in [(names(0), names(1), 400_000), (lists(0), lists(1), 100_000)] {
        let mut report = None;
        let used = measure(|| report = Some(compared(&old, &new)));
        assert!(!report.expect("a report").exchanges[0].is_undecided());
        assert!(used.count_total < most, "{used:?}");
    }
}

#[test]
fn alternatives_that_multiply_are_bounded() {
    // Of each of eight lists of six divisors, exactly one divides a value: 6⁸ combinations.
    let divisors = |shift: i64, list: i64| (0..6).map(move |it| 2 + (it * 7 + list * shift) % 31);
    let choices = |shift| -> Value {
        let multiple = |it: i64| json!({ "multipleOf": it });
        let options = |list| divisors(shift, list).map(multiple).collect::<Value>();
        let lists = (0..8).map(|list| json!({ "oneOf": options(list) }));
        json!({ "allOf": lists.collect::<Value>(), "type": "integer" })
    };
    let is_valid = |shift, value: i64| {
        (0..8).all(|list| divisors(shift, list).filter(|it| value % it == 0).count() == 1)
    };
    let report = compared(&choices(3), &choices(5));
    let publisher = &report.exchanges[0].publisher;
    assert_eq!(publisher.effect, PublisherEffect::Refused, "{publisher:#?}");
    let witness = publisher.findings[0].witness.as_ref();
    let witness = witness.and_then(Value::as_i64).expect("an integer");
    assert!(is_valid(3, witness) && !is_valid(5, witness), "{witness}");
}

#[test]
fn long_arrays_and_texts_are_bounded() {
    let lists =
        |most: u64| json!({ "type": "array", "maxItems": most, "items": { "type": "string" } });
    let least = |least: u64| json!({ "type": "string", "minLength": least });
    let most = |most: u64| json!({ "type": "string", "maxLength": most, "pattern": "^[a-z]*$" });
    let unique = |most: u64| json!({ "type": "array", "maxItems": most, "uniqueItems": true, "items": { "type": "string" } });
    // Each new schema allows less.
    for (old, new) in [
        (lists(10_000), lists(9_999)),
        (least(1_000_000), least(1_000_001)),
        (most(10_240), most(10_000)),
        (unique(10_000), unique(9_999)),
    ] {
        let (narrowed, reason) = publisher(&old, &new);
        assert_eq!(narrowed, PublisherEffect::Refused, "{new}: {reason}");
        let (widened, reason) = publisher(&new, &old);
        assert_eq!(widened, PublisherEffect::Fine, "{new}: {reason}");
    }
}

#[test]
fn schemas_of_60_kilobytes_are_decided() {
    let property = |number: usize| {
        json!({
            "type": "string", "pattern": format!("^[a-z]{{1,{}}}/x$", 10 + number % 20), "minLength": 1,
            "description": "x".repeat(60),
        })
    };
    let names = || (0..400).map(|number| format!("property{number}"));
    let object = |change: bool| {
        let properties: Map<String, Value> = names()
            .enumerate()
            .map(|(number, name)| {
                (
                    name,
                    property(number + usize::from(change && number % 50 == 0)),
                )
            })
            .collect();
        json!({ "type": "object", "properties": properties, "required": names().take(200).collect::<Vec<_>>() })
    };
    let (old, new) = (object(false), object(true));
    assert!(old.to_string().len() > 60_000);
    let report = compared(&old, &new);
    assert!(!report.exchanges[0].is_undecided());
    assert_eq!(report.exchanges[0].consumer.findings.len(), 8);
}

/// The schema of a tuple; `step` raises the minimum in every twentieth item.
fn tuple(count: usize, step: usize) -> Value {
    let item = |number: usize| {
        let least = number + step * usize::from(number.is_multiple_of(20));
        let property = json!({ "type": "number", "multipleOf": 0.1, "minimum": least });
        json!({ "type": "object", "properties": { format!("x{number}"): property } })
    };
    json!({ "type": "array", "items": (0..count).map(item).collect::<Value>() })
}

#[test]
fn long_tuples_are_decided() {
    let report = compared(&tuple(200, 0), &tuple(200, 1));
    assert!(!report.exchanges[0].is_undecided(), "{report:#?}");
    assert_eq!(report.exchanges[0].publisher.findings.len(), 10);
}

/// The lengths of an array are not tried one by one.
#[test]
fn the_shortest_array_is_found_among_many_lengths() {
    let with = |step: usize| {
        let mut schema = tuple(900, step);
        schema["minItems"] = json!(450);
        schema
    };
    let report = compared(&with(0), &with(1));
    let exchange = &report.exchanges[0];
    assert!(!exchange.is_undecided(), "{report:#?}");
    let witnesses = exchange.publisher.findings.iter();
    let lengths = witnesses.map(|it| it.witness.as_ref()?.as_array().map(Vec::len));
    let expected = (0..45).map(|it| Some((it * 20 + 1).max(450)));
    assert!(lengths.eq(expected), "{report:#?}");
}

/// Only some positions allow what the array has to contain.
#[test]
fn an_array_with_required_items_is_as_short_as_possible() {
    let list = |count: usize| {
        let contains = (0..3).map(|it| json!({ "contains": { "const": it } }));
        let only = |number: usize| json!({ "enum": [number / 9, "x"] });
        json!({
            "type": "array", "items": (0..count).map(only).collect::<Value>(),
            "allOf": contains.collect::<Value>(), "additionalItems": false,
        })
    };
    let report = compared(&list(40), &json!({ "type": "null" }));
    let witness = report.exchanges[0].publisher.findings[0].witness.as_ref();
    assert_eq!(witness.and_then(Value::as_array).map(Vec::len), Some(19));
    let report = compared(&list(18), &json!({ "type": "null" }));
    assert_eq!(report.exchanges[0].publisher.effect, PublisherEffect::Fine);
}

fn publisher(old: &Value, new: &Value) -> (PublisherEffect, String) {
    let report = compared(old, new);
    let publisher = &report.exchanges[0].publisher;
    (publisher.effect, publisher.reason.clone())
}

#[test]
fn choices_with_one_alternative_left_are_made() {
    let link = |number: usize| (format!("a{number}"), json!([format!("a{}", number + 1)]));
    let dependencies: Map<String, Value> = (0..600).map(link).collect();
    let old = json!({ "type": "object", "required": ["a0"], "dependencies": dependencies });
    let last = json!({ "type": "object", "required": ["a600"] });
    assert_eq!(publisher(&old, &last).0, PublisherEffect::Fine);
    let other = json!({ "type": "object", "required": ["a601"] });
    assert_eq!(publisher(&old, &other).0, PublisherEffect::Refused);
}

#[test]
fn choices_that_are_independent_are_made_at_once() {
    let choice = |number: usize| {
        let required = |letter: &str| json!({ "required": [format!("{letter}{number}")] });
        json!({ "anyOf": [required("a"), required("b")] })
    };
    let old = json!({ "type": "object", "allOf": (0..400).map(choice).collect::<Value>() });
    let new = json!({ "type": "object", "required": ["c"] });
    assert_eq!(publisher(&old, &new).0, PublisherEffect::Refused);
}

#[test]
fn the_size_of_messages_is_bounded() {
    let list =
        |least: usize, items: Value| json!({ "type": "array", "minItems": least, "items": items });
    let short = json!({ "type": "array", "maxItems": 1 });
    let old = list(90_000, json!({ "type": "string" }));
    assert_eq!(publisher(&old, &short).0, PublisherEffect::Refused);
    for large in [
        list(20_000, list(20_000, json!(true))),
        list(2_000, json!({ "type": "string", "minLength": 100_000 })),
    ] {
        let (effect, reason) = publisher(&large, &short);
        assert_eq!(effect, PublisherEffect::NotDecided);
        assert!(
            reason.starts_with("the comparison takes more than"),
            "{reason}"
        );
    }
}

#[test]
fn many_long_texts_overflow_no_stack() {
    let list = |most: u64| {
        let items = json!({ "type": "string", "minLength": 20_000 });
        json!({
            "type": "array", "uniqueItems": true, "minItems": 17, "maxItems": most, "items": items,
        })
    };
    compared(&list(18), &list(17));
}

/// Each part of `allOf` demands a property or an item of its own.
#[test]
fn many_required_parts_are_bounded() {
    let object = |count: usize| -> Value {
        let part = |number: usize| {
            let properties = json!({ format!("a{number}"): { "type": "string" } });
            json!({ "not": { "properties": properties } })
        };
        json!({ "type": "object", "allOf": (0..count).map(part).collect::<Value>() })
    };
    let array = |count: usize| -> Value {
        let part = |number: usize| json!({ "contains": { "const": number } });
        json!({ "type": "array", "allOf": (0..count).map(part).collect::<Value>() })
    };
    let nothing = json!({ "type": "null" });
    for few in [object(200), array(20)] {
        let (effect, reason) = publisher(&few, &nothing);
        assert_eq!(effect, PublisherEffect::Refused, "{reason}");
    }
    for many in [object(3_000), array(3_000)] {
        let (effect, reason) = publisher(&many, &nothing);
        assert_eq!(effect, PublisherEffect::NotDecided);
        assert_eq!(
            reason,
            "a value needs more than 500 properties or items, each for a constraint"
        );
    }
}

#[test]
fn places_with_any_value_take_no_question() {
    let with = |name: &str| {
        let names = (0..2_100).map(|number| format!("p{number}"));
        let properties = names.chain([name.to_owned()]).map(|name| (name, json!({})));
        let properties: Map<String, Value> = properties.collect();
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    };
    let report = compared(&with("p0"), &with("q"));
    assert!(!report.exchanges[0].is_undecided(), "{report:#?}");
    let findings = &report.exchanges[0].consumer.findings;
    let pointers = findings.iter().map(|it| it.pointer.as_str());
    assert!(pointers.eq(["/q"]), "{findings:#?}");
}

/// The places that are left after the last question are one finding, and so is a
/// difference that is among them.
#[test]
fn places_that_are_not_compared_are_reported_once() {
    let list = |is_open: bool| {
        let items = vec![json!({ "type": "string" }); 2_100];
        json!({ "type": "array", "items": items, "additionalItems": is_open })
    };
    let report = compared(&list(true), &list(false));
    let findings = &report.exchanges[0].publisher.findings;
    let [decided, undecided] = &findings[..] else {
        panic!("{findings:#?}");
    };
    assert!(
        decided.reason.ends_with(" breaks the schema"),
        "{decided:#?}"
    );
    let expected = "the comparison takes more than";
    assert!(undecided.reason.starts_with(expected), "{undecided:#?}");
    assert_eq!(undecided.pointer, "");
}

#[test]
fn undecided_places_with_similar_names_are_all_reported() {
    let deep = |least: u64| {
        let end = json!({ "type": "string", "minLength": least });
        nested(
            80,
            |schema| json!({ "type": "array", "items": schema }),
            end,
        )
    };
    let object = |least: u64| json!({ "type": "object", "properties": { "a": deep(least), "ab": deep(least) } });
    let report = compared(&object(1), &object(2));
    let findings = &report.exchanges[0].publisher.findings;
    let places = findings.iter().map(|it| it.pointer.split('/').nth(1));
    assert!(places.eq([Some("a"), Some("ab")]), "{findings:#?}");
}

/// A graph of recursive schemas has infinitely many places.
#[test]
fn recursion_through_many_schemas_is_bounded() {
    let graph = |most: usize| {
        let refers = |number: usize| json!({ "$ref": format!("#/definitions/d{}", number % 12) });
        let definitions = (0..12).map(|number: usize| {
            let value = match number.is_multiple_of(5) {
                true => json!({ "type": "integer", "maximum": most }),
                false => json!({ "type": "integer" }),
            };
            let inside =
                json!({ "l": refers(number * 7 + 1), "r": refers(number * 3 + 2), "v": value });
            (
                format!("d{number}"),
                json!({ "type": "object", "properties": inside }),
            )
        });
        let definitions: Map<String, Value> = definitions.collect();
        json!({ "allOf": [refers(0)], "definitions": definitions })
    };
    let report = compared(&graph(10), &graph(11));
    let findings = &report.exchanges[0].consumer.findings;
    assert!((1..=220).contains(&findings.len()), "{}", findings.len());
}

#[test]
fn names_of_many_patterns_are_decided() {
    let object = |letters: &str, least: u64| {
        let patterns = letters
            .chars()
            .map(|letter| (format!("^{letter}"), json!({ "type": "null" })));
        let patterns: Map<String, Value> = patterns.collect();
        json!({ "type": "object", "patternProperties": patterns, "minProperties": least })
    };
    let (effect, reason) = publisher(&object("abcdefghijk", 0), &object("abcdefghijkl", 0));
    assert_eq!(effect, PublisherEffect::Refused);
    assert!(reason.starts_with("/l: "), "{reason}");
    let (effect, _) = publisher(&object("abcdefghijkl", 1), &object("abcdefghijk", 0));
    assert_eq!(effect, PublisherEffect::Fine);
}

#[test]
fn an_object_has_no_more_properties_than_names() {
    let object = |most: u64| {
        json!({
            "type": "object", "maxProperties": most,
            "propertyNames": { "enum": ["a", "b", "c"] },
        })
    };
    assert_eq!(publisher(&object(9), &object(3)).0, PublisherEffect::Fine);
    let (effect, reason) = publisher(&object(9), &object(2));
    assert_eq!(effect, PublisherEffect::Refused);
    assert_eq!(reason, "3 properties, more than 2");
}

#[test]
fn one_property_may_meet_several_requirements() {
    let not_all = |pattern: &str, least: u64| {
        let values = json!({ "type": "integer", "minimum": least });
        json!({ "not": { "patternProperties": { pattern: values } } })
    };
    let both = |first: &str, second: &str| {
        json!({
            "type": "object", "maxProperties": 1,
            "allOf": [not_all(first, 5), not_all(second, 3)],
        })
    };
    let nothing = json!({ "type": "object", "maxProperties": 0 });
    let (effect, reason) = publisher(&both("^[ab]$", "^[bc]$"), &nothing);
    assert_eq!(effect, PublisherEffect::Refused, "{reason}");
    let (effect, reason) = publisher(&both("^a", "^b"), &nothing);
    assert_eq!(effect, PublisherEffect::Fine, "{reason}");
}

/// Each level refers to the next one twice.
#[test]
fn a_message_is_checked_once_against_each_schema() {
    let levels = 40;
    let next = |level: usize| json!({ "$ref": format!("#/definitions/d{}", level + 1) });
    let definitions = (0..levels).map(|level| {
        let longer = json!({ "type": "string", "minLength": level + 2 });
        let choice = json!({ "oneOf": [next(level), { "allOf": [next(level), longer] }] });
        (format!("d{level}"), choice)
    });
    let last = (format!("d{levels}"), json!({ "type": "string" }));
    let definitions: Map<String, Value> = definitions.chain([last]).collect();
    let reader = json!({
        "allOf": [{ "$ref": "#/definitions/d0" }], "definitions": definitions,
    });
    let report = accepts(
        &side(&json!({ "const": "a" })),
        "schema/message",
        &side(&reader),
    );
    let report = report.expect("an exchange");
    assert_eq!(report.answer.effect, PublisherEffect::Fine, "{report:#?}");
}

/// Objects of which each refers to all.
fn clique(count: usize, most: usize) -> Value {
    let refers = |number: usize| json!({ "$ref": format!("#/definitions/d{number}") });
    let definitions = (0..count).map(|number| {
        let others = (0..count).map(|other| (format!("n{other}"), refers(other)));
        let value = json!({ "type": "integer", "maximum": number + most });
        let properties = others.chain([("v".to_owned(), value)]);
        let properties: Map<String, Value> = properties.collect();
        let schema = json!({ "type": "object", "properties": properties });
        (format!("d{number}"), schema)
    });
    let definitions: Map<String, Value> = definitions.collect();
    json!({ "allOf": [refers(0)], "definitions": definitions })
}

#[test]
fn equal_schemas_take_no_question() {
    let report = compared(&clique(30, 0), &clique(30, 0));
    assert_eq!(report.exchanges[0].status, Status::Unchanged, "{report:#?}");
    let report = compared(&clique(3, 0), &clique(3, 1));
    assert_eq!(report.exchanges[0].status, Status::Changed);
    let deep = chain(
        100,
        |next| json!({ "type": "object", "required": ["a"], "properties": { "a": next } }),
        json!({}),
    );
    let report = compared(&deep, &deep);
    assert_eq!(report.exchanges[0].status, Status::Unchanged, "{report:#?}");
}

#[test]
fn texts_of_cycles_of_different_lengths_are_bounded() {
    let cycle = |count: usize, title: &str| {
        let definitions = (0..count).map(|number| {
            let next = format!("#/definitions/d{}", (number + 1) % count);
            let schema = json!({
                "title": title, "type": "object", "properties": { "n": { "$ref": next } },
            });
            (format!("d{number}"), schema)
        });
        let definitions: Map<String, Value> = definitions.collect();
        json!({ "allOf": [{ "$ref": "#/definitions/d0" }], "definitions": definitions })
    };
    let report = compared(&cycle(20, "old"), &cycle(21, "new"));
    let texts = report.wording();
    assert!((21..=(20 + 21) * 8).contains(&texts), "{texts}");
}

#[test]
fn long_names_and_values_are_listed() {
    let closed = |names: &[&str]| {
        let properties = names.iter().map(|name| (name.to_string(), json!({})));
        let properties: Map<String, Value> = properties.collect();
        json!({ "type": "object", "properties": properties, "additionalProperties": false })
    };
    let (b, c) = ("b".repeat(70), "c".repeat(70));
    let report = compared(&closed(&["a"]), &closed(&["a", &b, &c, "z"]));
    let findings = &report.exchanges[0].consumer.findings;
    assert_eq!(findings.len(), 3, "{findings:#?}");
    let long = |count: usize| {
        let values = (0..count).map(|it| json!(format!("{it}{}", "x".repeat(3_000))));
        json!({ "enum": values.collect::<Value>() })
    };
    let report = compared(&long(1), &long(16));
    let reason = &report.exchanges[0].consumer.reason;
    assert!(reason.len() < 3_000, "{reason}");
}
