//! Unusual documents that are accepted, and the errors of others.

use std::slice::from_ref;

use taskcluster_codegen::Files;

use crate::support::{REFERENCE, generator, module, source};

const SCHEMA: &str = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;

/// With a byte order mark, as some editors write it, and as entries of one file.
#[test]
fn a_document_may_have_a_byte_order_mark_or_be_in_a_list() {
    let plain = module(&[
        source("exchanges.json", REFERENCE),
        source("message.json", SCHEMA),
    ]);
    let marked = module(&[
        source("exchanges.json", format!("\u{feff}{REFERENCE}")),
        source("message.json", SCHEMA),
    ]);
    let listed = module(&[source("all.json", format!("[{REFERENCE}, {SCHEMA}]"))]);
    let plain = plain.expect("generated");
    assert_eq!(marked.expect("generated"), plain);
    assert_eq!(listed.expect("generated"), plain);
}

/// `generated/` of Taskcluster's repository has the search index of its website.
#[test]
fn other_json_beside_the_documents_is_ignored() {
    let other = r#"[{"id": "a", "title": "One page", "path": "one"},
        {"id": "b", "title": "A page", "path": "x"}, {"id": "b", "title": "Twice", "path": "y"},
        {"$id": "c", "name": "d"}, {"$id": "c", "name": "e"}, 3, null, [[]]]"#;
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", SCHEMA),
        source("docs-search.json", other),
    ];
    assert_eq!(module(&sources), module(&sources[..2]));
    assert!(module(&sources).is_ok());
}

#[test]
fn a_reference_may_have_an_empty_prefix() {
    let reference = REFERENCE.replace("exchange/taskcluster-made-up/v1/", "");
    let sources = [
        source("exchanges.json", reference),
        source("message.json", SCHEMA),
    ];
    let made = module(&sources).expect("generated");
    assert!(made["names.json"].contains(r#""changed": "Changed""#));
}

/// 255 bytes of constants, dots and one byte for each other entry.
#[test]
fn a_key_may_be_as_long_as_amqp_allows() {
    let constant = "x".repeat(251);
    let key = format!(
        r#""routingKey": [{{"name": "a", "constant": "{constant}"}}, {{"name": "b"}}, {{"name": "c"}}]"#
    );
    let reference = REFERENCE.replace(r#""routingKey": []"#, &key);
    let sources = [
        source("exchanges.json", reference),
        source("message.json", SCHEMA),
    ];
    assert!(module(&sources).is_ok());
}

#[test]
fn a_schema_may_be_repeated_if_it_is_the_same() {
    let sources = [
        source("exchanges.json", REFERENCE),
        source("one.json", SCHEMA),
        source("two.json", SCHEMA),
    ];
    assert!(module(&sources).is_ok());
}

#[test]
fn keywords_that_allow_every_value_change_nothing() {
    let made = |keyword: &str| {
        let schema = format!(
            r#"{{"$id": "/schemas/made-up/v1/message.json#", "type": "object",
                "properties": {{"a": {{{keyword} "type": "array"}}}}}}"#
        );
        module(&[
            source("exchanges.json", REFERENCE),
            source("message.json", schema),
        ])
    };
    let plain = made("").expect("generated");
    for keyword in [
        r#""dependencies": {},"#,
        r#""patternProperties": {},"#,
        r#""if": {"type": "string"},"#,
        r#""then": {"type": "string"}, "else": false,"#,
        r#""not": false,"#,
        r#""items": [],"#,
    ] {
        assert_eq!(made(keyword).as_ref(), Ok(&plain), "{keyword}");
    }
}

/// A later generator may reserve more names. (Two items with one name are refused.)
#[test]
fn names_that_are_reserved_are_derived_again() {
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", SCHEMA),
    ];
    let names = r#"{
        "modules": {"made-up v1": "event"},
        "bindings": {"exchange/taskcluster-made-up/v1/changed": "Vec"},
        "routingKeys": {"exchange/taskcluster-made-up/v1/changed": "Same"},
        "payloads": {"/schemas/made-up/v1/message.json#": "made_up::Vec"}
    }"#;
    let names = source("names.json", names);
    let made = generator(&sources)
        .names(names)
        .module()
        .expect("generated");
    let names = &made["names.json"];
    for name in [
        r#""made-up v1": "made_up""#,
        r#""exchange/taskcluster-made-up/v1/changed": "Changed""#,
        r#""exchange/taskcluster-made-up/v1/changed": "Same""#,
        r#""/schemas/made-up/v1/message.json#": "made_up::Message2""#,
    ] {
        assert!(names.contains(name), "{names}");
    }
}

/// The library returns all errors; a caller shows as many as it wants.
#[test]
fn every_error_is_reported() {
    let properties: Vec<String> = (0..20_000)
        .map(|index| format!(r#""p{index}": {{"type": "sting"}}"#))
        .collect();
    let message = format!(
        r#"{{"$id": "/schemas/made-up/v1/message.json#", "properties": {{{}}}}}"#,
        properties.join(",")
    );
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", message),
    ];
    let errors = module(&sources).expect_err("wrong types");
    assert_eq!(errors.iter().count(), 20_000);
}

/// Each unresolved reference lists some of the unused ids, not all.
#[test]
fn errors_of_many_misnamed_documents_stay_short() {
    let mut sources = vec![source("exchanges.json", REFERENCE)];
    let properties: Vec<String> = (0..2_000)
        .map(|index| format!(r#""p{index}": {{"$ref": "absent-{index}.json"}}"#))
        .collect();
    let message = format!(
        r#"{{"$id": "/schemas/made-up/v1/message.json#", "properties": {{{}}}}}"#,
        properties.join(",")
    );
    sources.push(source("message.json", message));
    for index in 0..2_000 {
        let schema = format!(r#"{{"$id": "no uri {index}", "type": "object"}}"#);
        sources.push(source(&format!("{index}.json"), schema));
    }
    let errors = module(&sources).expect_err("unresolved references");
    let longest = errors.iter().map(|error| error.what.len()).max();
    assert!(longest < Some(500), "{longest:?}");
    assert!(errors.to_string().contains("1997 other documents"));
}

/// As some editors and shells of Windows write files.
#[test]
fn utf_16_is_named_in_the_error() {
    let big = |unit: u16| unit.to_be_bytes();
    let little = |unit: u16| unit.to_le_bytes();
    let marked = format!("\u{feff}{REFERENCE}");
    for text in [REFERENCE, &marked] {
        let big: Vec<u8> = text.encode_utf16().flat_map(big).collect();
        let little: Vec<u8> = text.encode_utf16().flat_map(little).collect();
        for bytes in [big, little] {
            let errors = module(&[source("exchanges.json", bytes)]).expect_err("UTF-16");
            let text = errors.to_string();
            assert!(text.starts_with("exchanges.json: UTF-16 text"), "{text}");
            assert!(text.contains("converted to UTF-8"), "{text}");
        }
    }
}

/// A module is a folder, whose name a file system limits to 255 bytes.
#[test]
fn the_name_of_a_service_fits_the_name_of_a_folder() {
    let input = |name: &str, version: &str| {
        let reference = REFERENCE.replace(r#""made-up""#, &format!("{name:?}"));
        let schema = SCHEMA.replace("made-up", name);
        [
            source(
                "exchanges.json",
                reference.replace(r#""v1""#, &format!("{version:?}")),
            ),
            source("message.json", schema),
        ]
    };
    let longest = "aB".repeat(30);
    let made = module(&input(&longest, &longest)).expect("generated");
    let folders = made.keys().filter_map(|path| path.split_once('/'));
    assert!(
        folders
            .map(|(folder, _)| folder.len())
            .all(|length| length < 255)
    );
    let long = format!("{longest}a");
    let errors = module(&input(&long, &long)).expect_err("too long");
    let pointers: Vec<&str> = errors.iter().map(|error| error.pointer.as_str()).collect();
    assert_eq!(pointers, ["/apiVersion", "/serviceName"]);
}

/// Each schema below the place holds a copy.
#[test]
fn a_place_with_a_long_name_is_refused() {
    let name = "x".repeat(3000);
    let inner = r#"{"properties": {"a": {}, "b": {}}}"#;
    let schema = SCHEMA.replace('}', &format!(r#", "properties": {{"{name}": {inner}}}}}"#));
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ];
    let errors = module(&sources).expect_err("a long name");
    assert_eq!(errors.iter().count(), 1, "{errors}");
    assert!(errors.to_string().contains("use shorter names"), "{errors}");

    let id = format!("/schemas/made-up/{name}.json#");
    let sources = [
        source("exchanges.json", REFERENCE.replace("v1/message.json#", &id)),
        source(
            "message.json",
            SCHEMA.replace("/schemas/made-up/v1/message.json#", &id),
        ),
    ];
    let errors = module(&sources).expect_err("a long id").to_string();
    assert!(errors.contains("an id of more than 1000 bytes"), "{errors}");
    assert!(errors.len() < 1000, "{errors}");
}

/// The places and texts of the warnings for the payload schema with `members`.
fn warnings(members: &str) -> Vec<String> {
    let schema = format!(r#"{{"$id": "/schemas/made-up/v1/message.json#", {members}}}"#);
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ];
    let unknown = generator(&sources).unknown_keywords();
    unknown.iter().map(ToString::to_string).collect()
}

#[test]
fn constraints_beside_a_reference_are_reported_where_they_are_ignored() {
    let beside = r##""properties": {"a": {"$ref": "#/definitions/a", "maxLength": 3, "default": "",
        "description": "", "x-shown": true}}, "definitions": {"a": {"type": "string"}}"##;
    let ignored = [
        "message.json#/properties/a/maxLength: `maxLength` is ignored beside `$ref` in draft-06 and \
         draft-07; put both into `allOf`",
        "message.json#/properties/a/x-shown: unknown keyword `x-shown`; it is not enforced; correct \
         its spelling, or use `$comment` for notes",
    ];
    assert_eq!(warnings(beside), ignored);
    let drafts = [
        "http://json-schema.org/draft-07/schema#",
        "/schemas/common/metaschema.json#",
    ];
    for draft in drafts {
        assert_eq!(
            warnings(&format!(r#""$schema": "{draft}", {beside}"#)),
            ignored,
            "{draft}"
        );
    }
    for draft in ["2019-09", "2020-12"] {
        let stated =
            format!(r#""$schema": "https://json-schema.org/draft/{draft}/schema", {beside}"#);
        assert_eq!(warnings(&stated), ignored[1..], "{draft}");
    }
}

#[test]
fn keywords_that_hold_the_target_of_a_reference_are_not_reported() {
    let of = |reference: &str, others: &str| {
        let a = format!(r#""properties": {{"a": {{"$ref": "{reference}"}}}}"#);
        let kept = r##""components": {"schemas": {"A": {"type": "string"}, "B": {}}}, "x-b": {}"##;
        let reported = warnings(&format!("{a}, {kept}{others}"));
        let pointers = reported
            .iter()
            .map(|it| it.split(": ").next().unwrap_or_default());
        pointers.map(str::to_owned).collect::<Vec<_>>()
    };
    let [components, b] = ["components", "x-b"].map(|it| format!("message.json#/{it}"));
    assert_eq!(of("#/components/schemas/A", ""), from_ref(&b));
    assert_eq!(of("#/x-b", ""), from_ref(&components));
    // Not a part of the name.
    let others = r#", "x": {}, "x-b/c": {}"#;
    let long = ["x", "x-b~1c"].map(|it| format!("message.json#/{it}"));
    assert_eq!(
        of("#/x-b", others),
        [components.clone(), long[0].clone(), long[1].clone()]
    );
    // A keyword of later drafts would constrain values.
    let late = r#", "$schema": "http://json-schema.org/draft-07/schema#", "prefixItems": [{}]"#;
    let late = of("#/prefixItems/0", late);
    assert_eq!(
        late,
        [components, "message.json#/prefixItems".to_owned(), b]
    );
}

#[test]
fn unknown_properties_of_references_are_reported() {
    let entry = r#""routingKey": [{"name": "a", "multiplewords": true, "Required": true}]"#;
    let reference = REFERENCE.replace(r#""routingKey": []"#, entry);
    let reference = reference.replace(r#""apiVersion""#, r#""stability": 1, "apiVersion""#);
    let sources = [
        source("exchanges.json", reference),
        source("message.json", SCHEMA),
    ];
    let unknown = generator(&sources).unknown_keywords();
    let unknown: Vec<String> = unknown.iter().map(ToString::to_string).collect();
    let expected = [
        "entries/0/routingKey/0/Required",
        "entries/0/routingKey/0/multiplewords",
        "stability",
    ];
    let expected = expected.map(|pointer| {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        format!(
            "exchanges.json#/{pointer}: unknown property `{name}` of an exchange reference; it is \
             not read; correct its spelling, or use `$comment` for notes"
        )
    });
    assert_eq!(unknown, expected);
}

/// Two schemas that embed one id, and a third document that refers to it.
fn embedded(first: &str, second: &str, third: &str) -> Result<(), String> {
    let document = |name: &str, inner: &str| {
        let schema = format!(
            r##"{{"$id": "/schemas/made-up/v1/{name}.json", "type": "object",
                "properties": {{"a": {inner}}}}}"##
        );
        source(&format!("{name}.json"), schema)
    };
    let inner = |members: &str| format!(r#"{{"$id": "T0", {members}}}"#);
    let message = format!(r#"{{"allOf": [{{"$ref": "a.json"}}, {{"$ref": "b.json"}}, {third}]}}"#);
    let sources = [
        source("exchanges.json", REFERENCE),
        document("message", &message),
        document("a", &inner(first)),
        document("b", &inner(second)),
    ];
    module(&sources)
        .map(drop)
        .map_err(|errors| errors.to_string())
}

#[test]
fn an_id_that_two_documents_embed_is_refused_where_a_third_refers_to_it() {
    let [text, number] = [r#""type": "string""#, r#""type": "integer""#];
    let refer = r#"{"$ref": "T0"}"#;
    assert_eq!(embedded(text, number, "{}"), Ok(()));
    assert_eq!(embedded(text, text, refer), Ok(()));
    let refused = embedded(text, number, refer).expect_err("two schemas");
    assert_eq!(
        refused,
        "message.json#/properties/a/allOf/2/$ref: the id \"made-up/v1/T0\" is stated at \
         a.json#/properties/a and, with another schema, at b.json#/properties/a; \
         rename one of the two"
    );
}

#[test]
fn a_file_is_the_schema_of_its_id_although_another_embeds_a_copy() {
    let copy = r#"{"$id": "copied.json", "type": "string", "description": "An older copy."}"#;
    let document = |name: &str, members: &str| {
        let schema = format!(r#"{{"$id": "/schemas/made-up/v1/{name}.json", {members}}}"#);
        source(&format!("{name}.json"), schema)
    };
    let refer = r#""type": "object", "properties": {"a": {"$ref": "copied.json"},
                   "b": {"$ref": "other.json"}}"#;
    let other = format!(r#""type": "object", "properties": {{"c": {copy}}}"#);
    let sources = [
        source("exchanges.json", REFERENCE),
        document("message", refer),
        document("copied", r#""type": "string""#),
        document("other", &other),
    ];
    assert_eq!(
        module(&sources).map(drop).map_err(|it| it.to_string()),
        Ok(())
    );
}

#[test]
fn a_name_that_two_schemas_of_a_document_state_is_refused_where_it_is_used() {
    let made = |second: &str, refer: &str| {
        let schema = format!(
            r##"{{"$id": "/schemas/made-up/v1/message.json", "properties": {{"a": {refer}}},
                "definitions": {{"b": {{"$id": "#x", "type": "string"}},
                    "c": {{"$id": "#x", "type": "{second}"}},
                    "d": {{"$id": "d.json", "definitions": {{
                        "e": {{"$id": "#x", "type": "boolean"}}}}}}}}}}"##
        );
        let sources = [
            source("exchanges.json", REFERENCE),
            source("message.json", schema),
        ];
        module(&sources)
            .map(drop)
            .map_err(|errors| errors.to_string())
    };
    let refer = r##"{"$ref": "#x"}"##;
    assert_eq!(made("string", refer), Ok(()));
    assert_eq!(made("integer", r#"{"$ref": "d.json#x"}"#), Ok(()));
    let refused = made("integer", refer).expect_err("two schemas");
    assert_eq!(
        refused,
        "message.json#/properties/a/$ref: the name \"x\" is stated at message.json#/definitions/b \
         and, with another schema, at message.json#/definitions/c; rename one of the two"
    );
}

/// The error of an exchange whose schema is not known, with another file in the input.
fn unknown(name: &str, document: &str) -> String {
    let sources = [source("exchanges.json", REFERENCE), source(name, document)];
    let errors = module(&sources).expect_err("no schema");
    errors.to_string()
}

/// Pydantic writes neither `$id` nor `$schema`.
#[test]
fn an_error_of_an_unknown_id_says_why_a_document_does_not_have_it() {
    let error = |why: &str| {
        format!(
            "exchanges.json#/entries/0/schema: no document has the id \"made-up/v1/message.json\" \
             ({why}); add the schema to the input, or correct the id"
        )
    };
    for (name, document, why) in [
        (
            "a/message.json",
            r#"{"title": "Message", "type": "object"}"#,
            "a/message.json has no `$id`",
        ),
        (
            "other.json",
            r#"[{"type": "object"}]"#,
            "other.json#/0 has no `$id`",
        ),
        (
            "message.json",
            r#"{"$id": "/schemas/made-up/v1/message.json#", "typ": "object"}"#,
            "message.json has it, but no keyword of a schema",
        ),
        (
            "message.json",
            r#"{"$id": "/schemas/made-up/message.json#", "type": "object"}"#,
            "did you mean \"made-up/message.json\"?",
        ),
    ] {
        assert_eq!(unknown(name, document), error(why));
    }
    // The file of the same name comes first.
    let schemas =
        (0..9).map(|index| source(&format!("{index}/{index}.json"), r#"{"type": "object"}"#));
    let named = source("9/message.json", r#"{"type": "object"}"#);
    let sources: Vec<_> = [source("exchanges.json", REFERENCE)]
        .into_iter()
        .chain(schemas)
        .chain([named])
        .collect();
    let errors = module(&sources).expect_err("no schema").to_string();
    let why = "9/message.json has no `$id`) (0/0.json has no `$id`) (1/1.json has no `$id`) \
               (and the ids of 7 other documents";
    assert_eq!(errors, error(why));
}

#[test]
fn annotations_of_other_dialects_are_known() {
    let known = r#""deprecated": true, "discriminator": {"propertyName": "a"}, "example": {},
        "examples": [], "externalDocs": {}, "readOnly": true, "writeOnly": true, "xml": {}"#;
    assert_eq!(warnings(known), [""; 0]);
}

#[test]
fn the_remedy_for_an_unknown_format_is_one_for_its_type() {
    for (types, remedy) in [
        (r#""integer""#, "`minimum` and `maximum`"),
        (r#"["null", "number"]"#, "`minimum` and `maximum`"),
        (r#""string""#, "a `pattern`"),
        (r#"["string", "number"]"#, "a `pattern`"),
    ] {
        let schema = format!(r#""properties": {{"a": {{"type": {types}, "format": "int64"}}}}"#);
        let warning = warnings(&schema).join("\n");
        assert!(warning.contains(remedy), "{warning}");
    }
}

/// The module for a payload with a property of this schema; `draft` starts the document.
fn stated(draft: &str, schema: &str) -> Files {
    let schema = format!(
        r#"{{{draft} "$id": "/schemas/made-up/v1/message.json", "type": "object",
            "properties": {{"a": {schema}}}}}"#
    );
    let sources = [
        source("exchanges.json", REFERENCE),
        source("message.json", schema),
    ];
    module(&sources).unwrap_or_else(|errors| panic!("{errors}"))
}

const EARLY: &str = r#""$schema": "http://json-schema.org/draft-07/schema#","#;
const LATE: &str = r#""$schema": "https://json-schema.org/draft/2020-12/schema","#;

#[test]
fn keywords_of_later_drafts_have_the_meaning_of_earlier_ones() {
    for (late, early) in [
        (
            r#"{"prefixItems": [{"type": "string"}], "items": {"type": "integer"}}"#,
            r#"{"items": [{"type": "string"}], "additionalItems": {"type": "integer"}}"#,
        ),
        (
            r#"{"dependentRequired": {"b": ["c"]}, "dependentSchemas": {"d": {"required": ["e"]}}}"#,
            r#"{"dependencies": {"b": ["c"], "d": {"required": ["e"]}}}"#,
        ),
        (
            r##"{"anyOf": [{"$ref": "#b"}, {"$anchor": "b", "type": "string"}]}"##,
            r##"{"anyOf": [{"$ref": "#b"}, {"$id": "#b", "type": "string"}]}"##,
        ),
    ] {
        let early = stated(EARLY, early);
        assert_eq!(stated(LATE, late), early, "{late}");
        // OpenAPI and Pydantic state no draft.
        assert_eq!(stated("", late), early, "{late}");
    }
}

#[test]
fn keywords_of_later_drafts_are_not_read_into_earlier_ones() {
    let late = r#""prefixItems": [{"type": "string"}], "dependentRequired": {"b": ["c"]},
        "dependentSchemas": {"d": false}, "minContains": 0, "unevaluatedProperties": false,
        "nullable": true,"#;
    let schema =
        |more: &str| format!(r#"{{{more} "items": {{"type": "integer"}}, "type": "array"}}"#);
    assert_eq!(stated(EARLY, &schema(late)), stated(EARLY, &schema("")));
    let warnings = warnings(&format!(
        r#"{EARLY} "properties": {{"a": {}}}"#,
        schema(late)
    ));
    let later = |warning: &&String| warning.contains("belongs to a later draft");
    assert_eq!(warnings.iter().filter(later).count(), 5, "{warnings:?}");
    assert!(
        warnings
            .iter()
            .any(|it| it.contains(r#"add "null" to `type`"#)),
        "{warnings:?}"
    );
}

#[test]
fn null_is_added_by_nullable_only_where_no_draft_is_stated() {
    let plain = r#"{"type": "string"}"#;
    let nullable = r#"{"type": "string", "nullable": true}"#;
    assert_eq!(
        stated("", nullable),
        stated("", r#"{"type": ["string", "null"]}"#)
    );
    for draft in [EARLY, LATE] {
        assert_eq!(stated(draft, nullable), stated("", plain));
    }
    let without_type = r#"{"nullable": true, "maxLength": 3}"#;
    assert_eq!(stated("", without_type), stated("", r#"{"maxLength": 3}"#));
}

/// The static of a table that is not that of the type.
#[test]
fn no_static_hides_a_type() {
    let reference = REFERENCE.replace("v1/message.json", "v1/v1.json");
    let schema =
        r##"{"$id": "/schemas/made-up/v1/v1.json#", "properties": {"a": {"not": {"$ref": "#"}}}}"##;
    let made = module(&[
        source("exchanges.json", reference),
        source("v1.json", schema),
    ]);
    let made = made.expect("generated");
    assert!(made["made_up/payloads.rs"].contains("struct V1 "));
    let schemas = &made["made_up/schemas.rs"];
    assert!(!schemas.contains("static V1:"), "{schemas}");
}

/// Drafts before 06 have `id`, later ones `$id`.
#[test]
fn an_id_changes_the_base_in_its_draft_only() {
    let made = |draft: &str, id: &str| {
        let schema = format!(
            r##"{{"$schema": "http://json-schema.org/{draft}/schema#",
            "$id": "/schemas/made-up/v1/message.json#", "type": "object",
            "definitions": {{"d": {{"type": "string"}}}},
            "properties": {{"a": {{"{id}": "inner.json", "type": "object",
                "definitions": {{"d": {{"type": "boolean"}}}},
                "properties": {{"b": {{"$ref": "#/definitions/d"}}}}}}}}}}"##
        );
        let made = module(&[
            source("exchanges.json", REFERENCE),
            source("message.json", schema),
        ]);
        made.expect("generated")["made_up/payloads.rs"].clone()
    };
    for (draft, own, other) in [
        ("draft-04", "id", "$id"),
        ("draft-06", "$id", "id"),
        ("draft-07", "$id", "id"),
        ("draft/2020-12", "$id", "id"),
    ] {
        assert!(made(draft, own).contains("b: Option<bool>"), "{draft}");
        assert!(made(draft, other).contains("b: Option<String>"), "{draft}");
    }
}
