//! Whether code that compiles against the crate of OLD compiles against NEW's.

use std::collections::{BTreeMap, BTreeSet};

use taskcluster_documents::SchemaId;
use taskcluster_documents::escape;
use taskcluster_documents::resolve::{Entry, KeyEntry, Resolved};

use crate::reading::{self, Field, Reading, Rest, Struct, Type};
use crate::report::{ApiEffect, Finding};

/// The differences between the Rust items for one exchange.
pub(crate) fn compare(
    (old, old_entry): (&Resolved, &Entry),
    (new, new_entry): (&Resolved, &Entry),
) -> Vec<Finding<ApiEffect>> {
    let mut api = Api {
        old,
        new,
        exchange: pascal(&old_entry.name),
        seen: BTreeSet::new(),
        found: Vec::new(),
    };
    if old_entry.name != new_entry.name {
        let item = api.exchange.clone();
        let reason = format!("renamed to `{}`", pascal(&new_entry.name));
        api.found.push(finding(ApiEffect::Major, item, reason));
    }
    api.keys(&old_entry.routing_key, &new_entry.routing_key);
    api.values(old_entry.payload, new_entry.payload, "");
    api.found
}

struct Api<'r> {
    old: &'r Resolved,
    new: &'r Resolved,
    exchange: String,
    /// Pairs of schemas that were compared, which recursion leads back to.
    seen: BTreeSet<(SchemaId, SchemaId)>,
    found: Vec<Finding<ApiEffect>>,
}

impl Api<'_> {
    fn keys(&mut self, old: &[KeyEntry], new: &[KeyEntry]) {
        let fields = |entries: &[KeyEntry]| -> BTreeMap<String, (bool, bool)> {
            let fields = entries.iter().filter(|entry| entry.constant.is_none());
            fields
                .map(|it| (it.name.clone(), (it.required, it.multiple_words)))
                .collect()
        };
        let (old, new) = (fields(old), fields(new));
        for (name, was) in &old {
            let item = format!("{}RoutingKey.{}", self.exchange, snake(name));
            match new.get(name) {
                None => self.push(ApiEffect::Major, item, "removed"),
                Some(is) if was.1 != is.1 => {
                    self.push(
                        ApiEffect::Major,
                        item,
                        "`multipleWords` changed, and so did the type",
                    );
                }
                Some(is) if was.0 != is.0 => {
                    self.push(ApiEffect::Major, item, optional(is.0));
                }
                Some(_) => {}
            }
        }
        for name in new.keys().filter(|name| !old.contains_key(*name)) {
            let item = format!("{}RoutingKey.{}", self.exchange, snake(name));
            self.push(ApiEffect::Minor, item, "added");
        }
    }

    /// Compares the types of the values at `pointer`.
    fn values(&mut self, old: SchemaId, new: SchemaId, pointer: &str) {
        if !self.seen.insert((old, new)) {
            return;
        }
        let was = reading::read(self.old, old);
        let is = reading::read(self.new, new);
        if was.nullable != is.nullable {
            self.at(ApiEffect::Major, pointer, optional(!is.nullable));
        }
        match (&was.rust, &is.rust) {
            (Type::Struct(was), Type::Struct(is)) => {
                self.renamed(old, new, pointer);
                self.fields(was, is, pointer);
            }
            (Type::Enum(was), Type::Enum(is)) => {
                self.renamed(old, new, pointer);
                for value in was.difference(is) {
                    self.at(
                        ApiEffect::Major,
                        pointer,
                        format!("variant for {value:?} removed"),
                    );
                }
                for value in is.difference(was) {
                    self.at(
                        ApiEffect::Minor,
                        pointer,
                        format!("variant for {value:?} added"),
                    );
                }
            }
            (Type::List(Some(was)), Type::List(Some(is))) => {
                self.values(*was, *is, &format!("{pointer}/*"));
            }
            (Type::Map(Some(was)), Type::Map(Some(is))) => {
                self.values(*was, *is, &format!("{pointer}/*"));
            }
            (Type::Union(was), Type::Union(is)) => self.alternatives(was, is, pointer),
            _ => self.types(&was, &is, pointer),
        }
    }

    fn types(&mut self, was: &Reading, is: &Reading, pointer: &str) {
        let (was, is) = (type_name(&was.rust), type_name(&is.rust));
        if was != is {
            self.at(ApiEffect::Major, pointer, format!("`{was}` becomes `{is}`"));
        }
    }

    fn fields(&mut self, was: &Struct, is: &Struct, pointer: &str) {
        for (name, field) in &was.fields {
            let place = format!("{pointer}/{}", escape(name));
            match is.fields.get(name) {
                None => self.at(ApiEffect::Major, &place, "field removed"),
                Some(new) => self.field(field, new, &place),
            }
        }
        for (name, field) in &is.fields {
            let place = format!("{pointer}/{}", escape(name));
            match (was.fields.contains_key(name), field.required) {
                (true, _) => {}
                (false, false) => self.at(ApiEffect::Minor, &place, "optional field added"),
                (false, true) => {
                    let reason = "required field added, which code that makes the message must set";
                    self.at(ApiEffect::Major, &place, reason);
                }
            }
        }
        match (was.rest, is.rest) {
            (Some(_), None) => {
                self.at(
                    ApiEffect::Major,
                    pointer,
                    "field for other properties removed",
                );
            }
            (None, Some(_)) => self.at(
                ApiEffect::Minor,
                pointer,
                "field for other properties added",
            ),
            (Some(Rest::Each(was)), Some(Rest::Each(is))) => {
                self.values(was, is, &format!("{pointer}/*"));
            }
            (Some(Rest::Any), Some(Rest::Any)) | (None, None) => {}
            _ => self.at(
                ApiEffect::Major,
                pointer,
                "type of other properties changed",
            ),
        }
    }

    fn field(&mut self, was: &Field, is: &Field, place: &str) {
        if was.required != is.required {
            self.at(ApiEffect::Major, place, optional(is.required));
        }
        match (was.schema, is.schema) {
            (Some(was), Some(is)) => self.values(was, is, place),
            (None, None) => {}
            _ => self.at(ApiEffect::Major, place, "type changed"),
        }
    }

    fn alternatives(&mut self, was: &[SchemaId], is: &[SchemaId], pointer: &str) {
        if is.len() < was.len() {
            self.at(
                ApiEffect::Major,
                pointer,
                "variant for an alternative removed",
            );
        }
        if is.len() > was.len() {
            self.at(
                ApiEffect::Minor,
                pointer,
                "variant for an alternative added",
            );
        }
        for (&was, &is) in was.iter().zip(is) {
            self.values(was, is, pointer);
        }
    }

    /// A type keeps its name where its schema stays in place, and is named after
    /// its title otherwise.
    fn renamed(&mut self, old: SchemaId, new: SchemaId, pointer: &str) {
        let (Some(old), Some(new)) = (self.old.schemas.get(old.0), self.new.schemas.get(new.0))
        else {
            return;
        };
        let (was, is) = (&old.annotations.title, &new.annotations.title);
        if old.home != new.home && was != is {
            let title = |title: &Option<String>| title.clone().unwrap_or_default();
            let (was, is) = (title(was), title(is));
            let reason = format!("type named after the title {was:?} is named after {is:?}");
            self.at(ApiEffect::Major, pointer, reason);
        }
    }

    fn at(&mut self, effect: ApiEffect, pointer: &str, reason: impl Into<String>) {
        let item = match pointer {
            "" => format!("payload of {}", self.exchange),
            pointer => format!("payload of {}, {pointer}", self.exchange),
        };
        self.push(effect, item, reason);
    }

    fn push(&mut self, effect: ApiEffect, item: String, reason: impl Into<String>) {
        self.found.push(finding(effect, item, reason));
    }
}

/// A difference of one item.
pub(crate) fn finding(
    effect: ApiEffect,
    item: String,
    reason: impl Into<String>,
) -> Finding<ApiEffect> {
    let reason = format!("`{item}`: {}", reason.into());
    Finding {
        item: Some(item),
        ..Finding::new(effect, reason)
    }
}

fn optional(required: bool) -> &'static str {
    match required {
        true => "`Option` removed",
        false => "type becomes an `Option`",
    }
}

/// The name of a type in reasons; equal for types that code can't tell apart.
fn type_name(rust: &Type) -> &'static str {
    match rust {
        Type::Any => "RawJson",
        Type::Null => "()",
        Type::Boolean => "bool",
        Type::Unsigned => "u64",
        Type::Signed => "i64",
        Type::Float => "f64",
        Type::Text => "String",
        Type::Timestamp => "Timestamp",
        Type::Enum(_) => "enum",
        Type::List(Some(_)) => "Vec",
        Type::List(None) => "Vec<RawJson>",
        Type::Map(Some(_)) => "BTreeMap",
        Type::Map(None) => "RawJsonObject",
        Type::Struct(_) => "struct",
        Type::Union(_) => "enum of alternatives",
    }
}

/// `taskCompleted` as the name of a type.
pub(crate) fn pascal(name: &str) -> String {
    let mut pascal = String::new();
    for word in words(name) {
        let mut letters = word.chars();
        pascal.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        pascal.extend(letters);
    }
    pascal
}

/// `workerPoolId` as the name of a field.
fn snake(name: &str) -> String {
    words(name).join("_").to_ascii_lowercase()
}

fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut after_lower = false;
    for letter in name.chars() {
        let starts = after_lower && letter.is_ascii_uppercase() || words.is_empty();
        after_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        match letter.is_ascii_alphanumeric() {
            true if starts => words.push(letter.into()),
            true => words
                .last_mut()
                .into_iter()
                .for_each(|word| word.push(letter)),
            false => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}
