//! `--where`: conditions on messages.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde_json::json;
use taskcluster_documents::escape;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::{
    Envelope, ExchangeInfo, PatternBinding, PayloadError, RawJson, RoutingKeyEntry, RoutingKeyError,
};

use crate::terminal;

/// Maximum depth of lists in lists that a condition applies to.
const MAX_DEPTH: usize = 127;

/// A condition of `--where`, such as `status.state=failed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Condition {
    /// An entry of the routing key, or the dotted path of a property.
    name: String,
    glob: String,
}

impl FromStr for Condition {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('=') {
            Some((name, glob)) if !name.is_empty() => Ok(Self {
                name: name.to_owned(),
                glob: glob.to_owned(),
            }),
            _ => Err("write NAME=VALUE, such as status.state=failed or workerType=gecko-*"),
        }
    }
}

/// The binding for the messages of an exchange that can meet `conditions`. [`matches`]
/// checks conditions that a binding can't express.
pub(super) fn binding(
    exchange: &'static ExchangeInfo,
    conditions: &[Condition],
) -> Result<PatternBinding, RoutingKeyError> {
    let is_word = |it: &&Condition| entry(exchange, &it.name).is_some() && !it.glob.contains('*');
    let words = conditions.iter().filter(is_word);
    exchange.binding(words.map(|it| (&it.name, &it.glob)))
}

/// A warning for each condition that no message of `exchanges` can meet, because its name
/// is neither that of an entry nor that of a property.
pub(super) fn warnings(
    exchanges: &[&'static ExchangeInfo],
    conditions: &[Condition],
) -> Vec<String> {
    let can_be_met = |it: &&Condition| {
        let mut exchanges = exchanges.iter();
        exchanges
            .any(|exchange| entry(exchange, &it.name).is_some() || has_name(exchange, &it.name))
    };
    let entries = exchanges.iter().flat_map(|it| it.routing_key);
    let entries: BTreeSet<&str> = entries.map(|it| it.name).collect();
    let entries = Vec::from_iter(entries).join(", ");
    let warning = |it: &Condition| {
        let name = terminal::part(&it.name);
        format!(
            "--where {name}: no message matches, since neither the payload nor the routing key \
             has this name; the entries of the key are {entries}"
        )
    };
    conditions
        .iter()
        .filter(|it| !can_be_met(it))
        .map(warning)
        .collect()
}

/// Whether payloads of `exchange` may have a property with the first name of `path`.
fn has_name(exchange: &ExchangeInfo, path: &str) -> bool {
    let name = path.split('.').next().unwrap_or_default();
    let payload = json!({ name: null }).to_string();
    let checked = exchange
        .new_payload_object()
        .decode_strict(payload.as_bytes());
    let Err(PayloadError::Schema(violations)) = checked else {
        return true;
    };
    let pointer = format!("/{}", escape(name));
    let is_unknown = |keyword, at: &str| keyword == "additionalProperties" && at == pointer;
    !violations
        .iter()
        .any(|it| is_unknown(it.keyword, &it.pointer))
}

/// Whether a message meets every condition.
pub(super) fn matches(envelope: &Envelope, conditions: &[Condition]) -> bool {
    if conditions.is_empty() {
        return true;
    }
    let exchange = EXCHANGES.find(envelope.exchange()).ok();
    // Conditions on a payload that can't be read are not met.
    let payload: Option<RawJson> = serde_json::from_slice(envelope.bytes()).ok();
    conditions.iter().all(|condition| {
        let words = exchange.filter(|it| entry(it, &condition.name).is_some());
        match words {
            Some(exchange) => entries(exchange, envelope.routing_key()).any(|(entry, word)| {
                entry.name == condition.name && is_match(&condition.glob, &word)
            }),
            None => payload
                .as_ref()
                .is_some_and(|it| has(it.get(), &condition.name, &condition.glob, MAX_DEPTH)),
        }
    })
}

/// The entries of a routing key with their words.
pub(super) fn entries(
    exchange: &'static ExchangeInfo,
    key: &str,
) -> impl Iterator<Item = (&'static RoutingKeyEntry, String)> {
    let mut words: Vec<&str> = key.split('.').collect();
    let entries = exchange.routing_key;
    // All remaining words belong to the entry that may have several.
    let several = (words.len() + 1).checked_sub(entries.len());
    let found: Vec<_> = entries
        .iter()
        .map_while(|entry| {
            let count = match several {
                Some(several) if entry.multiple_words => several,
                _ => 1,
            };
            let rest = words.split_off(count.min(words.len()));
            let own = std::mem::replace(&mut words, rest);
            (!own.is_empty()).then(|| (entry, own.join(".")))
        })
        .collect();
    found.into_iter()
}

fn entry(exchange: &'static ExchangeInfo, name: &str) -> Option<&'static RoutingKeyEntry> {
    exchange.routing_key.iter().find(|it| it.name == name)
}

/// Whether the property at a dotted path matches; in a list on the way, any item may
/// match. Only what is on the way is parsed: other values may be any JSON.
fn has(json: &str, path: &str, glob: &str, depth: usize) -> bool {
    let items: Option<Vec<RawJson>> = serde_json::from_str(json).ok();
    if let (Some(items), Some(depth)) = (items, depth.checked_sub(1)) {
        return items.iter().any(|it| has(it.get(), path, glob, depth));
    }
    if path.is_empty() {
        let text: Option<String> = serde_json::from_str(json).ok();
        return is_match(glob, text.as_deref().unwrap_or(json));
    }
    let (name, rest) = path.split_once('.').unwrap_or((path, ""));
    let members: BTreeMap<String, RawJson> = serde_json::from_str(json).unwrap_or_default();
    let member = members.get(name);
    member.is_some_and(|it| has(it.get(), rest, glob, depth))
}

/// Whether `text` matches `glob`, in which `*` matches any characters.
fn is_match(glob: &str, text: &str) -> bool {
    let Some((first, rest)) = glob.split_once('*') else {
        return glob == text;
    };
    let Some(text) = text.strip_prefix(first) else {
        return false;
    };
    let Some((middle, last)) = rest.rsplit_once('*') else {
        return text.ends_with(rest);
    };
    let Some(mut text) = text.strip_suffix(last) else {
        return false;
    };
    // A match at the first possible place never prevents a later one.
    middle.split('*').all(|part| match text.find(part) {
        Some(at) => {
            text = &text[at + part.len()..];
            true
        }
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "primary.a.0.us-west.i-1.gecko-t.linux.gecko-level-1.b._";

    fn conditions(texts: &[&str]) -> Vec<Condition> {
        let parse = |text: &&str| text.parse().expect("a condition");
        texts.iter().map(parse).collect()
    }

    fn failed() -> Envelope {
        let payload = r#"{"status": {"taskQueueId": "gecko-t/linux", "retriesLeft": 5,
            "runs": [{"state": "exception"}, {"state": "failed"}]}, "workerType": "other"}"#;
        Envelope::new("exchange/taskcluster-queue/v1/task-failed", KEY, payload)
    }

    #[test]
    fn a_star_matches_any_characters() {
        for (glob, text) in [
            ("a", "a"),
            ("*", ""),
            ("*", "a/b.c"),
            ("gecko-t/*", "gecko-t/linux"),
            ("*-1", "a-1-1"),
            ("a*b*c", "abcbc"),
            ("a*b*c*", "axbxcx"),
            ("**", "a"),
        ] {
            assert!(is_match(glob, text), "{glob} {text}");
        }
        for (glob, text) in [
            ("a", "b"),
            ("", "a"),
            ("a*a", "a"),
            ("*b*b", "ab"),
            ("gecko-t/*", "gecko-2/linux"),
            ("a*x*c", "abc"),
        ] {
            assert!(!is_match(glob, text), "{glob} {text}");
        }
    }

    #[test]
    fn conditions_are_on_entries_of_the_key_or_on_properties() {
        for met in [
            "status.taskQueueId=gecko-t/*",
            "status.retriesLeft=5",
            "status.runs.state=failed",
            // An entry of the key, although the payload has a property of that name.
            "workerType=linux",
            "workerType=li*",
            "reserved=_",
        ] {
            assert!(matches(&failed(), &conditions(&[met])), "{met}");
        }
        for not_met in [
            "status.taskQueueId=gecko-t",
            "status.runs.state=running",
            "status.nothing=*",
            "workerType=other",
            "runId=1*",
        ] {
            let both = conditions(&["runId=0", not_met]);
            assert!(!matches(&failed(), &both), "{not_met}");
        }
        // A value that is JSON, but that no `serde_json::Value` holds, hides nothing else.
        let other = r#"{"extra": ["\ud83d", 1e400], "$serde_json::private::RawValue": "{\"a\":1}",
            "nested": [[{"b": 1e400}]]}"#;
        let other = Envelope::new("exchange/a/v1/b", KEY, other);
        for (met, condition) in [
            (true, "extra=1e400"),
            (true, "$serde_json::private::RawValue={*}"),
            (false, "a=1"),
            (true, "nested.b=1e4*"),
        ] {
            assert_eq!(
                matches(&other, &conditions(&[condition])),
                met,
                "{condition}"
            );
        }
        let unreadable = Envelope::new("exchange/taskcluster-queue/v1/task-failed", KEY, "{");
        assert!(matches(&unreadable, &conditions(&["runId=0"])));
        assert!(!matches(&unreadable, &conditions(&["status=*"])));
    }

    #[test]
    fn names_that_no_message_has_are_reported() {
        let find = |name| EXCHANGES.find(name).expect("it exists");
        let of = |exchanges: &[&'static ExchangeInfo], name: &str| {
            warnings(exchanges, &conditions(&[&format!("{name}=x")]))
        };
        let failed = find("queue/task-failed");
        for name in [
            "workerType",
            "status",
            "status.taskQueueId",
            "status.any.name",
        ] {
            assert_eq!(of(&[failed], name), [""; 0], "{name}");
        }
        for name in ["workertype", "workertype.a", "\u{1b}"] {
            let warnings = of(&[failed], name);
            let [warning] = warnings.as_slice() else {
                panic!("{name}: {warnings:?}");
            };
            assert!(warning.contains("workerGroup, workerId"), "{warning}");
            assert!(!warning.contains('\u{1b}'), "{warning}");
        }
        // An entry of one of the exchanges.
        let pool = find("worker-manager/worker-running");
        assert_eq!(of(&[failed, pool], "workerPoolId"), [""; 0]);
        assert_eq!(of(&[failed], "workerPoolId").len(), 1);
    }

    #[test]
    fn whole_words_of_the_key_are_left_to_the_broker() {
        use taskcluster_pulse::Binding;

        let exchange = EXCHANGES.find("queue/task-failed").expect("it exists");
        let pattern = |texts: &[&str]| {
            let binding = binding(exchange, &conditions(texts)).expect("a binding");
            binding.routing_key().expect("a pattern").to_string()
        };
        assert_eq!(
            pattern(&["workerType=linux", "runId=1*", "status.state=failed"]),
            "primary.*.*.*.*.*.linux.*.*.#"
        );
        let dotted = binding(exchange, &conditions(&["workerType=a.b"])).expect_err("two words");
        assert!(dotted.to_string().contains("workerType"), "{dotted}");
    }

    #[test]
    fn the_entry_with_several_words_gets_all_remaining_words() {
        let names = |key: &str| -> Vec<String> {
            let exchange = EXCHANGES.find("queue/task-failed").expect("it exists");
            let named = entries(exchange, key).map(|(it, words)| format!("{}={words}", it.name));
            named.skip(8).collect()
        };
        assert_eq!(names(KEY), ["taskGroupId=b", "reserved=_"]);
        let longer = KEY.replace("._", ".x.y.z");
        assert_eq!(names(&longer), ["taskGroupId=b", "reserved=x.y.z"]);
        assert_eq!(names("primary.a.0.w.i.p.t.s.g"), ["taskGroupId=g"]);
        assert_eq!(names("primary.a"), [""; 0]);
    }
}
