//! Texts about the result of a run.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use similar::TextDiff;
use taskcluster_codegen::{Errors, Files};
use taskcluster_documents::text::count;

use crate::folder::report::paths;
use crate::folder::{Change, Comparison, Output};
use crate::printed::listed;
use crate::sources::error::yaml;
use crate::terminal::{lines, path as shown};

/// Maximum number of listed changes.
const MAX_CHANGES: usize = 200;

/// Maximum number of lines of the diff of one file.
const MAX_LINES: usize = 1_000;

/// Time limit for the search of the shortest diff of one file. Beyond it, the diff is
/// still correct, only longer.
const DIFF_TIME: Duration = Duration::from_secs(1);

/// The errors of documents, each on one line, and a note if there is YAML.
pub(super) fn errors(errors: &Errors, yaml: Option<&Path>) -> String {
    let errors = listed(errors.as_slice(), "error");
    match yaml {
        Some(path) => format!("{errors}\n{}", self::yaml(path)),
        None => errors,
    }
}

/// The output is up to date.
pub(super) fn up_to_date(output: &Output, comparison: &Comparison) -> String {
    let folder = shown(&output.shown);
    let size = size(&comparison.files);
    format!(
        "{}{folder} is up to date: {size}\n",
        foreign(output, comparison)
    )
}

/// The files were written.
pub(super) fn written(output: &Output, comparison: &Comparison) -> String {
    let folder = shown(&output.shown);
    let (size, summary) = (size(&comparison.files), summary(&comparison.changes));
    format!(
        "{}wrote {folder}: {size} ({summary})\n",
        foreign(output, comparison)
    )
}

/// All changes, each with its diff if it has one, and the command to run.
pub(super) fn stale(output: &Output, comparison: &Comparison, command: &str) -> String {
    let changes = &comparison.changes;
    let described = changes.iter().take(MAX_CHANGES);
    let mut text: String = described.map(|change| describe(output, change)).collect();
    if let others @ 1.. = changes.len().saturating_sub(MAX_CHANGES) {
        text += &format!("and {}\n", count(others, "more file"));
    }
    text += &foreign(output, comparison);
    let folder = shown(&output.shown);
    let summary = summary(changes);
    text + &format!("{folder} is stale: {summary}; run `{command}` and commit what it writes\n")
}

/// A check found the remains of an earlier run.
pub(super) fn interrupted(output: &Output, command: &str) -> String {
    let folder = shown(&output.shown);
    format!("{folder} is stale: a run was interrupted; run `{command}`, which finishes it\n")
}

/// The files that are not generated.
fn foreign(output: &Output, comparison: &Comparison) -> String {
    paths(output, "not generated, left alone", &comparison.foreign)
}

fn describe(output: &Output, change: &Change) -> String {
    let name = |path| shown(&output.shown.join(path));
    match change {
        Change::Stale { path, old, new } => diff(&name(path), old, new),
        Change::Large { path, bytes } => {
            format!(
                "stale: {} ({bytes} bytes, too large for a diff)\n",
                name(path)
            )
        }
        Change::Blocked { path } => format!("stale: {}: not a regular file\n", name(path)),
        Change::Missing { path, lines } => {
            format!("missing: {} ({})\n", name(path), count(*lines, "line"))
        }
        Change::Orphaned { path } => format!("orphaned: {}\n", name(path)),
    }
}

/// A unified diff from the file on disk to the generated text.
fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure()
        .timeout(DIFF_TIME)
        .diff_lines(old, new);
    let generated = format!("{name} (generated)");
    let diff = diff.unified_diff().header(name, &generated).to_string();
    let (shown, others) = match diff.match_indices('\n').nth(MAX_LINES - 1) {
        Some((end, _)) => diff.split_at(end + 1),
        None => (diff.as_str(), ""),
    };
    let others = match others.lines().count() {
        0 => String::new(),
        others => format!("… and {} of this diff\n", count(others, "more line")),
    };
    format!("stale: {name}\n{}{others}", lines(shown))
}

/// `2 files stale, 1 file missing`, without the kinds that do not occur.
fn summary(changes: &[Change]) -> String {
    let mut counts = [("stale", 0), ("missing", 0), ("orphaned", 0)];
    for change in changes {
        let kind = match change {
            Change::Stale { .. } | Change::Large { .. } | Change::Blocked { .. } => 0,
            Change::Missing { .. } => 1,
            Change::Orphaned { .. } => 2,
        };
        counts[kind].1 += 1;
    }
    let mut text = String::new();
    for (kind, number) in counts.into_iter().filter(|(_, number)| *number > 0) {
        let separator = if text.is_empty() { "" } else { ", " };
        // Writing to a string can't fail.
        let _ = write!(text, "{separator}{} {kind}", count(number, "file"));
    }
    text
}

fn size(files: &Files) -> String {
    let lines = files.values().map(|text| text.lines().count()).sum();
    format!("{}, {}", count(files.len(), "file"), count(lines, "line"))
}
