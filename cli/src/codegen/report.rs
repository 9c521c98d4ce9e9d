//! What a run did or found, in words.

use std::fmt::Write;
use std::time::Duration;

use similar::TextDiff;
use taskcluster_codegen::{Errors, Files};

use super::{Change, Output};
use crate::terminal::{count, lines, part, path as shown};

/// How long to look for the shortest diff of one file. Past it, the diff is
/// still right, only longer.
const DIFF_TIME: Duration = Duration::from_secs(1);

/// The errors of documents, each on one line.
pub(super) fn errors(errors: &Errors) -> String {
    let line = |error: &taskcluster_codegen::Error| {
        let pointer = match error.pointer.as_str() {
            "" => String::new(),
            pointer => format!("#{}", part(pointer)),
        };
        let [file, what, help] = [&error.file, &error.what, &error.help].map(|text| part(text));
        format!("{file}{pointer}: {what}; {help}")
    };
    errors.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// That there is nothing to do.
pub(super) fn up_to_date(output: &Output, files: &Files) -> String {
    format!("{} is up to date: {}\n", shown(&output.shown), size(files))
}

/// What a replace wrote.
pub(super) fn written(output: &Output, files: &Files, changes: &[Change]) -> String {
    let folder = shown(&output.shown);
    format!("wrote {folder}: {} ({})\n", size(files), summary(changes))
}

/// All changes, each with its diff where it has one, and the command to run.
pub(super) fn stale(output: &Output, changes: &[Change], command: &str) -> String {
    let mut text = String::new();
    for change in changes {
        text += &describe(output, change);
    }
    let folder = shown(&output.shown);
    let summary = summary(changes);
    text + &format!("{folder} is stale: {summary}; run `{command}` and commit what it writes\n")
}

fn describe(output: &Output, change: &Change) -> String {
    let name = |path| shown(&output.shown.join(path));
    match change {
        Change::Stale { path, old, new } => diff(&name(path), old, new),
        Change::Blocked { path } => format!("stale: {}: not a regular file\n", name(path)),
        Change::Missing { path, lines } => {
            format!("missing: {} ({})\n", name(path), count(*lines, "line"))
        }
        Change::Orphaned { path } => format!("orphaned: {}\n", name(path)),
    }
}

/// A unified diff from the file to what the generator makes of it.
fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure()
        .timeout(DIFF_TIME)
        .diff_lines(old, new);
    let generated = format!("{name} (generated)");
    let diff = diff.unified_diff().header(name, &generated).to_string();
    format!("stale: {name}\n{}", lines(&diff))
}

/// `2 files stale, 1 missing, 1 orphaned`, without what there is none of.
fn summary(changes: &[Change]) -> String {
    let mut counts = [("stale", 0), ("missing", 0), ("orphaned", 0)];
    for change in changes {
        let kind = match change {
            Change::Stale { .. } | Change::Blocked { .. } => 0,
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
