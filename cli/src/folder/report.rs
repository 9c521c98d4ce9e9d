//! Texts about an output folder.

use std::path::Path;

use super::{Output, Recovery};
use crate::terminal::path as shown;

/// Maximum number of paths listed for one reason.
const MAX_PATHS: usize = 20;

/// The remains of an earlier run were removed or completed.
pub(crate) fn recovered(output: &Output, recovery: Recovery) -> String {
    let folder = shown(&output.shown);
    match recovery {
        Recovery::Removed => {
            format!("{folder}: removed temporary files of a run that was interrupted\n")
        }
        Recovery::Finished => format!("{folder}: finished a run that was interrupted\n"),
    }
}

/// Lines with `paths` in the output folder, each behind `label`.
pub(crate) fn paths(output: &Output, label: &str, paths: &[impl AsRef<Path>]) -> String {
    let line = |path| format!("{label}: {}\n", shown(&output.shown.join(path)));
    let mut text: String = paths.iter().take(MAX_PATHS).map(line).collect();
    if let others @ 1.. = paths.len().saturating_sub(MAX_PATHS) {
        text += &format!("{label}: {others} more\n");
    }
    text
}
