//! Texts of reasons.

use serde_json::Value;
use taskcluster_documents::text::{count, cut};

use crate::context::{Context, Label};
use crate::engine::{Formula, Id};

/// Maximum number of characters of a value in a reason.
const MOST_SHOWN: usize = 80;

/// The reason why `value` is not in `formula`.
pub(crate) fn explain(context: &Context, formula: Id, value: &Value) -> String {
    let Some(Label { keyword, detail }) = context.label(formula) else {
        return match context.engine.formulas.get(formula) {
            Formula::Nothing => "no value is allowed".to_owned(),
            _ => format!("{} breaks the schema", shown(value)),
        };
    };
    let shown = shown(value);
    match *keyword {
        "required" => format!("required property {detail:?} may be missing"),
        "type" => format!("{shown} is not of type {detail}"),
        "enum" => format!("{shown} is not listed"),
        "const" => format!("{shown} is not {detail}"),
        "minimum" => format!("{shown} is less than {detail}"),
        "maximum" => format!("{shown} is greater than {detail}"),
        "exclusiveMinimum" => format!("{shown} is not greater than {detail}"),
        "exclusiveMaximum" => format!("{shown} is not less than {detail}"),
        "multipleOf" => format!("{shown} is not a multiple of {detail}"),
        "minLength" => format!("{}, fewer than {detail}", characters(value)),
        "maxLength" => format!("{}, more than {detail}", characters(value)),
        "pattern" => format!("{shown} does not match {detail}"),
        "format" => format!("{shown} is not a {detail}"),
        "minItems" => format!("{}, fewer than {detail}", size(value, "item")),
        "maxItems" => format!("{}, more than {detail}", size(value, "item")),
        "uniqueItems" => "an item is repeated".to_owned(),
        "contains" => "no item satisfies `contains`".to_owned(),
        "minProperties" => format!("{}, fewer than {detail}", size(value, "property")),
        "maxProperties" => format!("{}, more than {detail}", size(value, "property")),
        "propertyNames" => "a property has another name than `propertyNames` allows".to_owned(),
        "dependencies" => format!("property {detail:?} is present without its dependencies"),
        keyword => format!("{shown} breaks `{keyword}`"),
    }
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
    cut(&value.to_string(), MOST_SHOWN).into_owned()
}
