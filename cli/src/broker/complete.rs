//! Candidates for arguments, for shells that complete them.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use clap_complete::CompletionCandidate;
use taskcluster_events::EXCHANGES;
use taskcluster_pulse::ExchangeInfo;

/// The exchanges whose names start with `current`.
pub(super) fn exchanges(current: &OsStr) -> Vec<CompletionCandidate> {
    let candidates = EXCHANGES.iter().filter_map(|exchange| {
        let name = begins(exchange.short_name(), current)?;
        Some(CompletionCandidate::new(name).help(Some(exchange.title.into())))
    });
    candidates.collect()
}

/// The routing-key entries whose names start with `current`: those of the exchanges on
/// the command line, or else of all.
pub(super) fn conditions(current: &OsStr) -> Vec<CompletionCandidate> {
    // A word that is not UTF-8 is the name of no exchange.
    let words = std::env::args_os().filter_map(|word| word.into_string().ok());
    let words: Vec<String> = words.collect();
    entries(&words, current)
}

fn entries(words: &[String], current: &OsStr) -> Vec<CompletionCandidate> {
    let named: Vec<&ExchangeInfo> = words
        .iter()
        .filter_map(|word| EXCHANGES.find(word).ok())
        .collect();
    let exchanges = match named.is_empty() {
        true => EXCHANGES.iter().collect(),
        false => named,
    };
    let entries = exchanges.iter().flat_map(|it| it.routing_key);
    let open = entries.filter(|entry| entry.constant.is_none());
    let names: BTreeSet<&str> = open.map(|entry| entry.name).collect();
    names
        .into_iter()
        .filter_map(|name| begins(format!("{name}="), current))
        .map(CompletionCandidate::new)
        .collect()
}

fn begins(name: String, current: &OsStr) -> Option<String> {
    let begins = current.to_str().is_some_and(|it| name.starts_with(it));
    begins.then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(candidates: &[CompletionCandidate]) -> Vec<String> {
        let text = |it: &CompletionCandidate| it.get_value().to_string_lossy().into_owned();
        candidates.iter().map(text).collect()
    }

    #[test]
    fn exchanges_are_completed_from_the_catalogue() {
        assert_eq!(exchanges(OsStr::new("")).len(), EXCHANGES.iter().len());
        assert_eq!(
            texts(&exchanges(OsStr::new("queue/task-e"))),
            ["queue/task-exception"]
        );
    }

    #[test]
    fn entries_are_those_of_the_given_exchanges() {
        let of = |words: &[&str], current: &str| {
            let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
            texts(&entries(&words, OsStr::new(current)))
        };
        assert_eq!(
            of(&["listen", "queue/task-failed"], "work"),
            ["workerGroup=", "workerId=", "workerType="]
        );
        assert_eq!(of(&["listen", "queue/task-failed"], "organ"), [""; 0]);
        assert_eq!(of(&["listen"], "organ"), ["organization="]);
    }
}
