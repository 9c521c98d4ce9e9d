//! How the program is called, and where its files are unless its options say.

use std::path::PathBuf;

/// How the program is called, and the paths of a command without options for them.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The program as a user calls it, such as `cargo xtask`.
    pub program: &'static str,
    /// The folder of the documents.
    pub schemas: PathBuf,
    /// The folder of the generated crate.
    pub out: PathBuf,
    /// The folder of the `taskcluster-pulse` crate, if it is known.
    pub pulse: Option<PathBuf>,
}

impl Default for Defaults {
    /// Those of the installed program: folders below the current one.
    fn default() -> Self {
        Self {
            program: "taskcluster-events",
            schemas: "schemas".into(),
            out: "generated".into(),
            pulse: None,
        }
    }
}
