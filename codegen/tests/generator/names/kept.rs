//! With the names of an earlier run, added documents rename nothing.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use taskcluster_codegen::{Api, Files, Source};
use taskcluster_documents::{Resolved, escape};

use super::{api, assert_kept, document, names, resolved, schema, service, source};
use crate::support::{generator, sources, workspace};

/// The output for `sources` with the names of an earlier run.
fn made_after(names: &Source, sources: &[Source]) -> Files {
    let made = generator(sources).names(names.clone()).module();
    made.unwrap_or_else(|errors| panic!("{errors}"))
}

fn names_of(files: &Files) -> Source {
    Source {
        name: "names.json".to_owned(),
        bytes: files["names.json"].clone().into_bytes(),
    }
}

/// Generates from `before`, then from `after`, which has more, then from `after` again.
fn assert_nothing_renamed(before: &[Source], after: &[Source]) -> Files {
    let first = assert_names_kept(&resolved(before), &resolved(after));
    let second = made_after(&first, after);
    let third = made_after(&names_of(&second), after);
    assert_eq!(third, second, "a second run differs");
    second
}

/// The same for the names alone. Returns those for `before`.
fn assert_names_kept(before: &Resolved, after: &Resolved) -> Source {
    let first = api(before, None);
    let second = api(after, Some(&first.names));
    assert_kept(&names(&first), &names(&second));
    assert_same_members(&first, &second);
    assert_same_owners(&first.names, &second.names);
    let third = api(after, Some(&second.names));
    assert_eq!(third.items, second.items, "a second run differs");
    assert_eq!(
        document(&third.names),
        document(&second.names),
        "a second run differs"
    );
    first.names
}

/// Asserts that each owner of a name in `first` has the same name in `second`. Several
/// rules can share a name; the file has one of them.
fn assert_same_owners(first: &Source, second: &Source) {
    let [first, second] = [first, second].map(document);
    for kind in ["modules", "bindings", "routingKeys", "events", "payloads"] {
        for (owner, name) in first[kind].as_object().into_iter().flatten() {
            assert_eq!(&second[kind][owner], name, "{kind}: {owner}");
        }
    }
}

/// Asserts that each member in `first` has the same type and name in the schema in `second`.
fn assert_same_members(first: &Api, second: &Api) {
    for (path, item) in &first.items {
        for (name, member) in &item.members {
            let now = &second.items[path].members[name];
            assert_eq!(now.definition, member.definition, "{path}{name}");
        }
    }
}

/// Asserts that the file at `path` has `text`.
fn has(files: &Files, path: &str, text: &str) {
    assert!(files[path].contains(text), "{path} lacks {text:?}");
}

#[test]
fn a_service_that_sorts_first_leaves_the_variants_of_the_event() {
    let message = |service: &str| schema(&format!("{service}/v1/message.json"), "It", json!({}));
    let queue = service("queue", &[("changed", "v1/message.json#")]);
    let audit = service("audit", &[("changed", "v1/message.json#")]);
    let before = [queue, message("queue")];
    let after = [before.to_vec(), vec![audit, message("audit")]].concat();
    let made = assert_nothing_renamed(&before, &after);
    has(
        &made,
        "event.rs",
        "    Changed(Box<Message<super::queue::Changed>>)",
    );
    has(
        &made,
        "event.rs",
        "    AuditChanged(Box<Message<super::audit::Changed>>)",
    );
}

#[test]
fn an_exchange_that_is_listed_first_leaves_titles_and_rules() {
    let long = json!({"word": {"type": "string", "maxLength": 9}});
    let short = json!({"word": {"type": "string", "maxLength": 5}});
    let old = schema("queue/v1/old.json", "Message", long);
    let new = schema("queue/v1/new.json", "Message", short);
    let before = [service("queue", &[("old", "v1/old.json#")]), old];
    let entries = [("new", "v1/new.json#"), ("old", "v1/old.json#")];
    let after = [service("queue", &entries), before[1].clone(), new];
    let made = assert_nothing_renamed(&before, &after);
    has(&made, "queue/payloads.rs", "pub struct NewMessage {");
    has(&made, "queue/validators.rs", "pub const NEW_MESSAGE_WORD:");
}

/// A merge of two versions of the file can give two items of a module one name.
#[test]
fn two_items_of_one_module_do_not_keep_one_name() {
    let words = json!({
        "a": {"type": "string", "maxLength": 9},
        "b": {"type": "string", "maxLength": 5},
    });
    let exchanges = [("changed", "v1/it.json#"), ("removed", "v1/it.json#")];
    let sources = [
        service("queue", &exchanges),
        schema("queue/v1/it.json", "It", words),
    ];
    let kept = document(&api(&resolved(&sources), None).names);
    for kind in ["bindings", "routingKeys", "validators"] {
        let mut names = kept.clone();
        let owners = names[kind].as_object_mut().expect("names of a kind");
        let (first, second) = (owners.keys().next().cloned(), owners.keys().nth(1).cloned());
        let (first, second) = (first.expect("an owner"), second.expect("another one"));
        owners[&second] = owners[&first].clone();
        let names = source("names.json", &names);
        let errors = generator(&sources).names(names).module().expect_err(kind);
        let pointer = format!("/{kind}/{}", escape(&second));
        let found: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
        assert_eq!(found, [pointer], "{errors}");
        assert!(errors.to_string().contains("has the name"), "{errors}");
    }
}

/// The rule also belongs to the new exchange, which is visited first.
#[test]
fn a_rule_that_more_values_share_keeps_its_name() {
    let words = |limit| json!({"word": {"type": "string", "maxLength": limit}});
    let old = [
        schema("queue/v1/a.json", "A", words(5)),
        schema("queue/v1/b.json", "B", words(9)),
    ];
    let entries = [("a", "v1/a.json#"), ("b", "v1/b.json#")];
    let before = [&[service("queue", &entries)], &old[..]].concat();
    let entries = [&[("c", "v1/c.json#")], &entries[..]].concat();
    let new = schema("queue/v1/c.json", "C", words(9));
    let after = [&[service("queue", &entries), new], &old[..]].concat();
    assert_nothing_renamed(&before, &after);
}

#[test]
fn a_shared_schema_stays_where_it_was() {
    let uses = json!({"it": {"$ref": "/schemas/shared/thing.json#"}});
    let thing = schema(
        "shared/thing.json",
        "Thing",
        json!({"a": {"type": "string"}}),
    );
    let queue = service("queue", &[("changed", "v1/message.json#")]);
    let audit = service("audit", &[("seen", "v1/message.json#")]);
    let message = |service: &str| {
        schema(
            &format!("{service}/v1/message.json"),
            "Message",
            uses.clone(),
        )
    };
    let before = [queue, message("queue"), thing];
    let after = [before.to_vec(), vec![audit, message("audit")]].concat();
    let made = assert_nothing_renamed(&before, &after);
    has(&made, "audit/payloads.rs", "super::queue::Thing");
}

/// A type that only another service reaches has the title of a new payload.
#[test]
fn a_type_of_others_keeps_its_title() {
    let uses = json!({"it": {"$ref": "/schemas/hooks/v1/thing.json#"}});
    let member = json!({"a": {"type": "string"}});
    let thing = schema("hooks/v1/thing.json", "Thing", member.clone());
    let queue = service("queue", &[("changed", "v1/message.json#")]);
    let message = schema("queue/v1/message.json", "Message", uses);
    let hooks = service("hooks", &[]);
    let before = [queue, message, thing, hooks];
    let mut after = before.to_vec();
    after.pop();
    after.push(service("hooks", &[("fired", "v1/fired.json#")]));
    after.push(schema("hooks/v1/fired.json", "Thing", member));
    assert_nothing_renamed(&before, &after);
}

#[test]
fn modules_keep_their_names() {
    let message = |service: &str| schema(&format!("{service}/v1/message.json"), "It", json!({}));
    let old = service("made_up", &[("changed", "v1/message.json#")]);
    let new = service("made-up", &[("changed", "v1/message.json#")]);
    let before = [old, message("made_up")];
    let after = [before.to_vec(), vec![new, message("made-up")]].concat();
    let made = assert_nothing_renamed(&before, &after);
    assert!(made.contains_key("made_up_2/mod.rs"));
}

/// An alternative that two unions refer to is a type in each.
#[test]
fn the_types_of_a_shared_alternative_have_different_names() {
    let union = |member: &str| {
        json!({"it": {
            "type": "object",
            "properties": {"kind": {"enum": [member]}},
            "oneOf": [
                {"$ref": "/schemas/queue/v1/thing.json#"},
                {"title": "Nothing", "required": ["nothing"], "properties": {"nothing": {"type": "null"}}},
            ],
        }})
    };
    let thing = schema(
        "queue/v1/thing.json",
        "Thing",
        json!({"a": {"type": "string"}}),
    );
    let entries = [("a", "v1/a.json#"), ("b", "v1/b.json#")];
    let (a, b) = (
        schema("queue/v1/a.json", "A", union("a")),
        schema("queue/v1/b.json", "B", union("b")),
    );
    let before = [service("queue", &entries[1..]), b.clone(), thing.clone()];
    let after = [service("queue", &entries), a, b, thing];
    assert_nothing_renamed(&before, &after);
}

/// Generates a random part of the documents, then all of them with a copy of every
/// service that sorts before it and claims all of its names.
#[test]
fn any_part_keeps_its_names_when_the_rest_is_added() {
    let mut random = fastrand::Rng::with_seed(106);
    let mut all = sources(&workspace("schemas"));
    for reference in all.clone() {
        let mut copy = document(&reference);
        if let Some(Value::String(name)) = copy.get("serviceName").cloned() {
            let copied = format!("a-{name}");
            for entry in copy["entries"].as_array_mut().into_iter().flatten() {
                let schema = entry["schema"].as_str().unwrap_or_default();
                entry["schema"] = json!(format!("/schemas/{name}/{schema}"));
            }
            copy["exchangePrefix"] = json!(format!("exchange/{copied}/v1/"));
            copy["serviceName"] = json!(copied);
            all.push(source(&copied, &copy));
        }
    }
    let whole = resolved(&all);
    for _ in 0..8 {
        let part: Vec<Source> = all.iter().map(|it| some_entries(it, &mut random)).collect();
        assert_names_kept(&resolved(&part), &whole);
    }
}

/// A reference with a random subset of its entries.
fn some_entries(it: &Source, random: &mut fastrand::Rng) -> Source {
    let mut document = document(it);
    if let Some(Value::Array(entries)) = document.get_mut("entries") {
        entries.retain(|_| random.bool());
        random.shuffle(entries);
    }
    source(&it.name, &document)
}

/// A message with an open object, an enum and alternatives, and a binding, whose members
/// have the given names in the schemas.
fn members(words: &[String]) -> Vec<Source> {
    let text = json!({"type": "string"});
    let properties: BTreeMap<&String, &Value> = words.iter().map(|it| (it, &text)).collect();
    let listed = [words, &["one of two".to_owned()]].concat();
    let titled = words.iter();
    let titled = titled.map(|it| json!({"title": it, "type": "string"}));
    let alternatives: Vec<Value> = titled.chain([json!({"type": "integer"})]).collect();
    let schema = schema(
        "queue/v1/it.json",
        "It",
        json!({
            "open": {"type": "object", "properties": properties},
            "closed": {"type": "object", "properties": properties, "additionalProperties": false},
            "one": {"type": "string", "enum": listed},
            "either": {"oneOf": alternatives},
        }),
    );
    let mut reference = document(&service("queue", &[("changed", "v1/it.json#")]));
    let entries = words
        .iter()
        .map(|it| json!({"name": it, "required": false, "multipleWords": false}));
    reference["entries"][0]["routingKey"] = entries.collect();
    vec![source("queue.json", &reference), schema]
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

#[test]
fn members_keep_their_names_when_others_with_one_name_are_added() {
    let cases: [(&[&str], &[&str]); 6] = [
        (&["foo-bar"], &["fooBar", "foo-bar"]),
        (&["fooBar"], &["FooBar", "foo-bar", "foo_bar", "fooBar"]),
        (&[">", "<"], &["=", ">", "<"]),
        (&["c++", "c#"], &["c", "c#", "c++"]),
        (&["x+", "x2"], &["x", "x+", "x2"]),
        (
            &["\u{43a}", "\u{44e}"],
            &["value", "\u{430}", "\u{43a}", "\u{44e}", "rest"],
        ),
    ];
    for (before, after) in cases {
        let [before, after] = [before, after].map(|words| members(&owned(words)));
        assert_nothing_renamed(&before, &after);
    }
}

#[test]
fn any_members_keep_their_names_when_others_are_added() {
    let mut random = fastrand::Rng::with_seed(1128);
    let letters = ["a", "A", "b", "2", "-", "_", "+", " ", "\u{44e}"];
    for _ in 0..60 {
        let mut words: Vec<String> = (0..24)
            .map(|_| {
                let letters = (0..random.usize(1..5)).filter_map(|_| random.choice(letters));
                letters.collect()
            })
            .collect();
        words.sort();
        words.dedup();
        let before: Vec<String> = words.iter().filter(|_| random.bool()).cloned().collect();
        random.shuffle(&mut words);
        let [before, after] = [before, words].map(|words| resolved(&members(&words)));
        assert_names_kept(&before, &after);
    }
}

/// They have no titles, and are numbered in the order of the schema.
#[test]
fn alternatives_elsewhere_keep_their_names_when_one_is_added_before_them() {
    let elsewhere = |name: &str, format: &str| {
        let id = format!("/schemas/queue/v1/{name}.json#");
        source(
            name,
            &json!({"$id": id, "type": "string", "format": format}),
        )
    };
    let kinds = [("time", "date-time"), ("mail", "email"), ("uri", "uri")];
    let message = |names: &[&str]| {
        let refers = |name: &&str| json!({"$ref": format!("{name}.json#")});
        let alternatives: Vec<Value> = names.iter().map(refers).collect();
        schema(
            "queue/v1/it.json",
            "It",
            json!({"either": {"oneOf": alternatives}}),
        )
    };
    let mut before = kinds.map(|(name, format)| elsewhere(name, format)).to_vec();
    before.push(service("queue", &[("changed", "v1/it.json#")]));
    let mut after = before.clone();
    before.push(message(&["time", "mail"]));
    after.push(message(&["uri", "mail", "time"]));
    let made = assert_nothing_renamed(&before, &after);
    has(&made, "queue/payloads.rs", "String(Timestamp)");
    has(&made, "queue/payloads.rs", "String3(String)");
}

/// Both are names that serde turns into `fooBar`.
#[test]
fn members_keep_names_chosen_by_hand() {
    let sources = resolved(&members(&owned(&["fooBar"])));
    let owner = "/schemas/queue/v1/it.json#/properties/open";
    for chosen in ["foo__bar", "_foo_bar"] {
        let mut names = document(&api(&sources, None).names);
        names["members"][owner] = json!({"fooBar": chosen});
        let first = api(&sources, Some(&source("names.json", &names)));
        let second = api(&sources, Some(&first.names));
        assert_eq!(document(&first.names)["members"][owner]["fooBar"], chosen);
        assert_eq!(second.items, first.items);
    }
}

/// Two members can get one name if two versions of the file are merged.
#[test]
fn two_members_do_not_keep_one_name() {
    let sources = members(&owned(&["a-b", "c-d"]));
    let mut names = document(&api(&resolved(&sources), None).names);
    for (kind, owner) in [
        ("members", "/schemas/queue/v1/it.json#/properties/open"),
        ("entries", "exchange/queue/v1/changed"),
    ] {
        let kept = names[kind][owner]["a-b"].clone();
        let before = std::mem::replace(&mut names[kind][owner]["c-d"], kept);
        let read = source("names.json", &names);
        let errors = generator(&sources).names(read).module().expect_err(kind);
        let errors = errors.to_string();
        assert!(
            errors.contains("\"c-d\" has the name of \"a-b\""),
            "{errors}"
        );
        names[kind][owner]["c-d"] = before;
    }
}

/// It is written raw, in its module and where other files of the module import it.
#[test]
fn a_name_may_be_a_keyword() {
    let sources = [
        service("queue", &[("changed", "v1/message.json#")]),
        schema("queue/v1/message.json", "It", json!({})),
    ];
    let mut names = document(&api(&resolved(&sources), None).names);
    names["payloads"]["/schemas/queue/v1/message.json#"] = json!("queue::type");
    let made = made_after(&source("names.json", &names), &sources);
    has(&made, "queue/mod.rs", "pub use payloads::r#type;");
    has(&made, "queue/checks.rs", "use super::{schemas, r#type};");
}

#[test]
fn a_changed_pattern_renames_no_type() {
    let made = |pattern: &str| {
        let job = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        let jobs = json!({
            "type": "object", "patternProperties": {pattern: job}, "additionalProperties": false,
        });
        let sources = [
            service("work", &[("done", "v1/done.json#")]),
            schema("work/v1/done.json", "Done", json!({"jobs": jobs})),
        ];
        generator(&sources).module().expect("generated")
    };
    for pattern in ["^[a-z]+$", &"a/~properties".repeat(30)] {
        has(
            &made(pattern),
            "work/payloads.rs",
            "pub struct DoneJobsValue {",
        );
    }
}

#[test]
fn a_property_with_the_name_of_a_keyword_names_its_type() {
    let y = json!({"type": "object", "properties": {"z": {"type": "string"}}});
    let named = json!({"type": "object", "properties": {"y": y}});
    let sources = [
        service("work", &[("done", "v1/done.json#")]),
        schema(
            "work/v1/done.json",
            "Done",
            json!({"patternProperties": named}),
        ),
    ];
    let files = generator(&sources).module().expect("generated");
    for item in ["DonePatternProperties {", "DonePatternPropertiesY {"] {
        has(&files, "work/payloads.rs", &format!("pub struct {item}"));
    }
}

/// rustdoc writes a file for each item.
#[test]
fn names_are_short_enough_for_files() {
    let nest = |inner: Value, _| json!({"type": "object", "properties": {"propertyÉ": inner}});
    let text = json!({"type": "string", "minLength": 3});
    let long = json!({"type": "object", "properties": {"long".repeat(90): text}});
    let schema = schema(
        "work/v1/done.json",
        "",
        json!({"a": (0..40).fold(long, nest)}),
    );
    let sources = [
        service("work", &[(&"done".repeat(50), "v1/done.json#")]),
        schema,
    ];
    let files = generator(&sources).module().expect("generated");
    let items = files.values().flat_map(|text| text.lines());
    let names = items.filter_map(|line| {
        let item = line.trim_start().strip_prefix("pub ")?;
        let (kind, rest) = item.split_once(' ')?;
        let is_item = ["struct", "enum", "const", "static"].contains(&kind);
        is_item.then(|| rest.split([' ', ':', ';', '<', '(']).next())?
    });
    let names: Vec<&str> = names.collect();
    assert!(names.len() > 40, "{names:?}");
    assert_eq!(names.iter().find(|name| name.len() > 125), None);
    has(&files, "names.json", "RoutingKey\"");
}
