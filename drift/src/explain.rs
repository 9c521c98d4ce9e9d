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
    let shown = || shown(value);
    match context.engine.formulas.get(formula) {
        Formula::Nothing => "no value is allowed".to_owned(),
        Formula::Kinds(kinds) => {
            let types = types(*kinds, has_integers_only(context, beside));
            format!("{} is not of type {types}", shown())
        }
        Formula::Listed(values) => match values.as_slice() {
            [only] => format!("{} is not {}", shown(), self::shown(only)),
            _ => format!("{} is not listed", shown()),
        },
        Formula::Number(limit) => format!("{} {}", shown(), breaks_limit(limit)),
        Formula::Text(TextLimit::MinLength(least))
        | Formula::MinItems(least)
        | Formula::MinMembers(least) => format!("{}, fewer than {least}", size(value)),
        Formula::Text(TextLimit::MaxLength(most))
        | Formula::MaxItems(most)
        | Formula::MaxMembers(most) => format!("{}, more than {most}", size(value)),
        Formula::Unique => "an item is repeated".to_owned(),
        Formula::Contains(_) => "no item satisfies `contains`".to_owned(),
        Formula::Required(name) => format!("required property {name:?} may be missing"),
        Formula::Names(_) => "a property has another name than `propertyNames` allows".to_owned(),
        _ => breaks_keyword(&shown(), context.label(formula)),
    }
}

/// The reason why `value` breaks a keyword.
fn breaks_keyword(value: &str, label: Option<&Label>) -> String {
    let Some(Label { keyword, detail }) = label else {
        return format!("{value} breaks the schema");
    };
    match *keyword {
        "pattern" => format!("{value} does not match {detail}"),
        "format" => format!("{value} is not a {detail}"),
        "dependencies" => format!("property {detail:?} is present without its dependencies"),
        keyword => format!("{value} breaks `{keyword}`"),
    }
}

/// What a number is that breaks `limit`.
fn breaks_limit(limit: &NumberLimit) -> String {
    let (breaks, limit) = match limit {
        NumberLimit::Integer => return "is not an integer".to_owned(),
        NumberLimit::Minimum(limit) => ("is less than", limit),
        NumberLimit::Maximum(limit) => ("is greater than", limit),
        NumberLimit::Above(limit) => ("is not greater than", limit),
        NumberLimit::Below(limit) => ("is not less than", limit),
        NumberLimit::MultipleOf(limit) => ("is not a multiple of", limit),
    };
    let number = number(limit).map(|it| it.to_string());
    let limit = number.unwrap_or_else(|| limit.to_string());
    format!("{breaks} {limit}")
}

/// Whether one of `formulas` allows no other numbers.
fn has_integers_only(context: &Context, formulas: &[Id]) -> bool {
    let integer = Formula::Number(NumberLimit::Integer);
    let mut formulas = formulas.iter().map(|&id| context.engine.formulas.get(id));
    formulas.any(|formula| *formula == integer)
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

/// The number of parts of a value.
fn size(value: &Value) -> String {
    let (size, what) = match value {
        Value::String(text) => (text.chars().count(), "character"),
        Value::Array(items) => (items.len(), "item"),
        Value::Object(members) => (members.len(), "property"),
        Value::Null | Value::Bool(_) | Value::Number(_) => (0, "part"),
    };
    count(size, what)
}

/// `value` as JSON, cut if it is long.
pub(crate) fn shown(value: &Value) -> String {
    cut(&value.to_string(), MAX_SHOWN).into_owned()
}
