//! The name of the program, and its default paths.

use std::path::PathBuf;

/// The name of the program, and the default paths of its options.
#[derive(Clone, Debug)]
pub struct Defaults {
    /// The program as users call it, such as `cargo xtask`.
    pub program: &'static str,
    /// The folder of the documents.
    pub schemas: PathBuf,
    /// The folder of the generated crate.
    pub out: PathBuf,
    /// The folder of the `taskcluster-pulse` crate, if it is known.
    pub pulse: Option<PathBuf>,
}

impl Default for Defaults {
    /// The defaults of the installed program: folders below the current one.
    fn default() -> Self {
        Self {
            program: "taskcluster-events",
            schemas: "schemas".into(),
            out: "generated".into(),
            pulse: None,
        }
    }
}
