//! Without the names of an earlier run, later documents do not rename earlier items.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use taskcluster_codegen::Source;

use super::{api, assert_kept, document, names, resolved, source};
use crate::support::{sources, workspace};

/// `sources` with only the first `count` exchanges of each service.
fn first_exchanges(sources: &[Source], count: usize) -> Vec<Source> {
    sources
        .iter()
        .map(|it| {
            let mut document = document(it);
            if let Some(Value::Array(entries)) = document.get_mut("entries") {
                entries.truncate(count);
            }
            source(&it.name, &document)
        })
        .collect()
}

#[test]
fn exchanges_that_are_added_rename_nothing() {
    let services = sources(&workspace("schemas"));
    let most = services
        .iter()
        .filter_map(|it| Some(document(it).get("entries")?.as_array()?.len()))
        .max()
        .unwrap_or(0);
    assert!(most > 9, "the schemas have an exchange or two");
    let mut before = BTreeSet::new();
    for count in 0..=most {
        let after = names(&api(&resolved(&first_exchanges(&services, count)), None));
        assert_kept(&before, &after);
        before = after;
    }
}

/// A schema of `service` with the titles, properties and values of `like`.
fn colliding(id: &str, like: &Value, service: &str) -> Value {
    let mut schema = like.clone();
    make_absolute(&mut schema, service);
    schema["$id"] = json!(format!("/schemas/{id}#"));
    schema["description"] = json!("Says something else.");
    schema["properties"]["addedLater"] = json!({"type": "string", "title": like["title"]});
    schema
}

/// Makes references relative to the folder of `service` absolute.
fn make_absolute(value: &mut Value, service: &str) {
    if let Some(Value::String(reference)) = value.get_mut("$ref")
        && !reference.starts_with(['#', '/'])
    {
        *reference = format!("/schemas/{service}/v1/{reference}");
    }
    match value {
        Value::Object(members) => members
            .values_mut()
            .for_each(|it| make_absolute(it, service)),
        Value::Array(items) => items.iter_mut().for_each(|it| make_absolute(it, service)),
        _ => {}
    }
}

#[test]
fn schemas_and_services_that_collide_rename_nothing() {
    let services = sources(&workspace("schemas"));
    let before = names(&api(&resolved(&services), None));
    for reference in services
        .iter()
        .filter(|it| document(it).get("entries").is_some())
    {
        let mut sources = services.clone();
        let mut published = document(reference);
        let service = published["serviceName"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        let entry = published["entries"][0].clone();
        let id = entry["schema"]
            .as_str()
            .unwrap_or_default()
            .trim_end_matches('#');
        let full = format!("/schemas/{service}/{id}#");
        let like = services
            .iter()
            .map(document)
            .find(|it| it["$id"] == json!(full))
            .unwrap_or_else(|| panic!("no schema {full}"));

        // Another entry, with the Rust name, title and schema of the first.
        let mut later = entry.clone();
        let name = entry["name"].as_str().unwrap_or_default();
        later["name"] = json!(format!("{name}-"));
        later["exchange"] = json!("added-later");
        later["schema"] = json!("v1/added-later.json#");
        published["entries"]
            .as_array_mut()
            .expect("entries")
            .push(later);
        sources.retain(|it| it.name != reference.name);
        sources.push(source(&reference.name, &published));
        sources.push(source(
            "added-later.json",
            &colliding(&format!("{service}/v1/added-later.json"), &like, &service),
        ));

        // Another service, and a second version, each with copies of all exchanges.
        for (name, version) in [("zz-later", "v1"), (service.as_str(), "v2")] {
            let mut copy = document(reference);
            copy["serviceName"] = json!(name);
            copy["apiVersion"] = json!(version);
            copy["exchangePrefix"] = json!(format!("exchange/{name}/{version}/"));
            for entry in copy["entries"].as_array_mut().expect("entries") {
                entry["schema"] = json!("/schemas/zz-later/v1/message.json#");
            }
            sources.push(source(&format!("{name}-{version}.json"), &copy));
        }
        sources.push(source(
            "zz-later.json",
            &colliding("zz-later/v1/message.json", &like, &service),
        ));
        assert_kept(&before, &names(&api(&resolved(&sources), None)));
    }
}
