//! Texts about the result of `pull`.

use std::path::Path;

use taskcluster_documents::text::count;

use crate::folder::report::paths;
use crate::folder::{Change, Comparison, Output};
use crate::terminal;

/// The documents were written to `output`, which differed as `comparison` states.
pub(super) fn written(output: &Output, comparison: &Comparison, source: &str) -> String {
    let (mut changed, mut added, mut removed) = (0, 0, Vec::new());
    for change in &comparison.changes {
        match change {
            Change::Stale { .. } | Change::Large { .. } | Change::Blocked { .. } => changed += 1,
            Change::Missing { .. } => added += 1,
            Change::Orphaned { path } => removed.push(path.as_path()),
        }
    }
    let counts = [
        (changed, "changed"),
        (added, "added"),
        (removed.len(), "removed"),
    ];
    let counts = counts.into_iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(n, what)| format!("{n} {what}")).collect();
    let left_alone: Vec<&Path> = comparison.foreign.iter().map(|it| it.as_path()).collect();
    let folder = terminal::path(&output.shown);
    let documents = count(comparison.files.len(), "document");
    let documents = format!("{documents} from {}", terminal::part(source));
    let result = match counts.is_empty() {
        true => format!("{folder} is up to date: {documents}\n"),
        false => format!("wrote {folder}: {documents} ({})\n", counts.join(", ")),
    };
    let removed = paths(output, "removed", &removed);
    removed + &paths(output, "left alone", &left_alone) + &result
}
