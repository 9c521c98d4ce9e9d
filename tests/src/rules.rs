//! The rules generated for patterns and formats, as constants.

#[allow(
    dead_code,
    unreachable_pub,
    unused_imports,
    reason = "only the rules are used"
)]
mod module {
    include!(concat!(env!("OUT_DIR"), "/rules.rs"));
}

use module as generated;
use taskcluster_pulse::StringRule;

include!(concat!(env!("OUT_DIR"), "/rules_list.rs"));

/// The rule of a pattern or a format, if there is one.
pub fn rule(name: &str) -> Option<&'static StringRule> {
    let found = RULES.iter().find(|(known, _)| *known == name);
    found.map(|(_, rule)| rule)
}
