//! Texts about what a run did or found.

use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use similar::TextDiff;
use taskcluster_codegen::{Errors, Files};

use super::{Change, Comparison, Output, Recovery};
use crate::terminal::{count, lines, part, path as shown};

/// How many files that are not generated are named.
const MAX_FOREIGN: usize = 20;

/// How long to look for the shortest diff of one file. Past it, the diff is
/// still right, only longer.
const DIFF_TIME: Duration = Duration::from_secs(1);

/// The errors of documents, each on one line, and a note if there is YAML.
pub(super) fn errors(errors: &Errors, yaml: Option<&Path>) -> String {
    let line = |error: &taskcluster_codegen::Error| {
        let pointer = match error.pointer.as_str() {
            "" => String::new(),
            pointer => format!("#{}", part(pointer)),
        };
        let [file, what, help] = [&error.file, &error.what, &error.help].map(|text| part(text));
        format!("{file}{pointer}: {what}; {help}")
    };
    let lines = errors.iter().map(line).chain(yaml.map(self::yaml));
    lines.collect::<Vec<_>>().join("\n")
}

/// A YAML file is not read, and where the same documents are as JSON.
pub(super) fn yaml(path: &Path) -> String {
    format!(
        "{}: YAML is not read: Taskcluster makes its documents of it, and of exchanges that it \
         declares in JavaScript; give --schemas the result, which is generated/references.json in \
         its repository, or below /references and /schemas of a deployment",
        shown(path)
    )
}

/// There is nothing to do.
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

/// All changes, each with its diff where it has one, and the command to run.
pub(super) fn stale(output: &Output, comparison: &Comparison, command: &str) -> String {
    let changes = &comparison.changes;
    let mut text: String = changes
        .iter()
        .map(|change| describe(output, change))
        .collect();
    text += &foreign(output, comparison);
    let folder = shown(&output.shown);
    let summary = summary(changes);
    text + &format!("{folder} is stale: {summary}; run `{command}` and commit what it writes\n")
}

/// The remains of an earlier run were cleared away.
pub(super) fn recovered(output: &Output, recovery: Recovery) -> String {
    let folder = shown(&output.shown);
    match recovery {
        Recovery::Removed => {
            format!("{folder}: removed temporary files of a run that was interrupted\n")
        }
        Recovery::Finished => format!("{folder}: finished a run that was interrupted\n"),
    }
}

/// A check found the remains of an earlier run.
pub(super) fn interrupted(output: &Output, command: &str) -> String {
    let folder = shown(&output.shown);
    format!("{folder} is stale: a run was interrupted; run `{command}`, which finishes it\n")
}

/// The files that are not generated.
fn foreign(output: &Output, comparison: &Comparison) -> String {
    let line = |path| {
        format!(
            "not generated, left alone: {}\n",
            shown(&output.shown.join(path))
        )
    };
    let foreign = &comparison.foreign;
    let mut text: String = foreign.iter().take(MAX_FOREIGN).map(line).collect();
    if foreign.len() > MAX_FOREIGN {
        let others = foreign.len() - MAX_FOREIGN;
        text += &format!("not generated, left alone: {others} more\n");
    }
    text
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

/// A unified diff from the file to the generated text.
fn diff(name: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure()
        .timeout(DIFF_TIME)
        .diff_lines(old, new);
    let generated = format!("{name} (generated)");
    let diff = diff.unified_diff().header(name, &generated).to_string();
    format!("stale: {name}\n{}", lines(&diff))
}

/// `2 files stale, 1 file missing`, without the kinds that do not occur.
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
