//! Texts of reasons.

use serde_json::Value;
use taskcluster_documents::schema::JsonType;
use taskcluster_documents::text::{count, cut};

use crate::context::{Context, Label};
use crate::engine::value::number;
use crate::engine::{Formula, Id, Kind, Kinds, NumberLimit, TextLimit};

/// Maximum number of characters of a value in a reason.
const MAX_SHOWN: usize = 80;

/// The reason why `value` is not in `formula`, of a conjunction with the formulas `beside`.
///
/// Equal formulas are one, whatever keywords they came from, so the reason is that of the
/// formula where it shows one.
pub(crate) fn explain(context: &Context, formula: Id, beside: &[Id], value: &Value) -> String {
    let formulas = &context.engine.formulas;
    let integer = Formula::Number(NumberLimit::Integer);
    let is_integer = beside.iter().any(|&id| *formulas.get(id) == integer);
    let shown = || shown(value);
    match formulas.get(formula) {
        Formula::Nothing => "no value is allowed".to_owned(),
        Formula::Kinds(kinds) => {
            format!("{} is not of type {}", shown(), types(*kinds, is_integer))
        }
        Formula::Listed(values) => match values.as_slice() {
            [only] => format!("{} is not {}", shown(), self::shown(only)),
            _ => format!("{} is not listed", shown()),
        },
        Formula::Number(limit) => {
            let (breaks, limit) = match limit {
                NumberLimit::Integer => return format!("{} is not an integer", shown()),
                NumberLimit::Minimum(limit) => ("is less than", limit),
                NumberLimit::Maximum(limit) => ("is greater than", limit),
                NumberLimit::Above(limit) => ("is not greater than", limit),
                NumberLimit::Below(limit) => ("is not less than", limit),
                NumberLimit::MultipleOf(limit) => ("is not a multiple of", limit),
            };
            let number = number(limit).map(|it| it.to_string());
            let limit = number.unwrap_or_else(|| limit.to_string());
            format!("{} {breaks} {limit}", shown())
        }
        Formula::Text(TextLimit::MinLength(least)) => {
            format!("{}, fewer than {least}", characters(value))
        }
        Formula::Text(TextLimit::MaxLength(most)) => {
            format!("{}, more than {most}", characters(value))
        }
        Formula::MinItems(least) => format!("{}, fewer than {least}", size(value, "item")),
        Formula::MaxItems(most) => format!("{}, more than {most}", size(value, "item")),
        Formula::Unique => "an item is repeated".to_owned(),
        Formula::Contains(_) => "no item satisfies `contains`".to_owned(),
        Formula::Required(name) => format!("required property {name:?} may be missing"),
        Formula::MinMembers(least) => format!("{}, fewer than {least}", size(value, "property")),
        Formula::MaxMembers(most) => format!("{}, more than {most}", size(value, "property")),
        Formula::Names(_) => "a property has another name than `propertyNames` allows".to_owned(),
        _ => match context.label(formula) {
            None => format!("{} breaks the schema", shown()),
            Some(Label { keyword, detail }) => match *keyword {
                "pattern" => format!("{} does not match {detail}", shown()),
                "format" => format!("{} is not a {detail}", shown()),
                "dependencies" => {
                    format!("property {detail:?} is present without its dependencies")
                }
                keyword => format!("{} breaks `{keyword}`", shown()),
            },
        },
    }
}

/// The names of types, for a reason.
fn types(kinds: Kinds, is_integer: bool) -> String {
    let name = |kind: Kind| match kind {
        Kind::Null => JsonType::Null,
        Kind::Boolean => JsonType::Boolean,
        Kind::Number if is_integer => JsonType::Integer,
        Kind::Number => JsonType::Number,
        Kind::String => JsonType::String,
        Kind::Array => JsonType::Array,
        Kind::Object => JsonType::Object,
    };
    let kinds = Kind::ALL.into_iter().filter(|&kind| kinds.contains(kind));
    let names: Vec<&str> = kinds.map(|kind| name(kind).name()).collect();
    names.join(" or ")
}

fn characters(value: &Value) -> String {
    let characters = value.as_str().map_or(0, |text| text.chars().count());
    count(characters, "character")
}

fn size(value: &Value, what: &str) -> String {
    let size = match value {
        Value::Array(items) => items.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    };
    count(size, what)
}

/// `value` as JSON, cut if it is long.
pub(crate) fn shown(value: &Value) -> String {
    cut(&value.to_string(), MAX_SHOWN).into_owned()
}
