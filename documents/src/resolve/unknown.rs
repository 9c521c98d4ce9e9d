//! Keywords that no draft has, and properties that no exchange reference has.

use crate::error::Error;
use crate::keyword::is_late;
use crate::place::{Place, escape};

pub(super) fn unknown_keyword(place: &Place, keyword: &str) -> Error {
    let help = match keyword {
        "additionalItems" => "it is not enforced beside `prefixItems`; use `items`",
        "nullable" => "it is not enforced; add \"null\" to `type`, or a schema to `anyOf`",
        _ if is_late(keyword) => "it belongs to a later draft and is not enforced",
        _ => "it is not enforced; correct its spelling, or use `$comment` for notes",
    };
    let what = format!("unknown keyword `{keyword}`");
    place.error(&pointer(&[keyword]), what, help)
}

/// A property that exchange references do not have.
pub(super) fn unknown_property(place: &Place, name: &str) -> Error {
    let what = format!("unknown property `{name}` of an exchange reference");
    let help = "it is not read; correct its spelling, or use `$comment` for notes";
    place.error(&pointer(&[name]), what, help)
}

/// The JSON pointer with these steps.
pub(super) fn pointer(steps: &[&str]) -> String {
    let steps = steps.iter().map(|step| format!("/{}", escape(step)));
    steps.collect()
}
