//! The folder of a generated crate or of documents, brought up to date in place.
//!
//! ```text
//! output       the folder: its path and its kind
//! contents     the files in it, without the user's
//! replaceable  the files that a run may replace and remove
//! list         the list of a crate's generated files; all other files are the user's
//! names        the names of a crate's items, for the next run
//! changes      the differences between the folder and the files of a run
//! write        brings the folder up to date: every file, or none
//! work         the work folder of a run, and its lock
//! journal      the steps of a run, to be finished by the next one if interrupted
//! report       texts about the folder
//! ```

mod changes;
pub(crate) mod contents;
mod error;
mod journal;
mod list;
pub(crate) mod names;
mod output;
mod replaceable;
pub(crate) mod report;
mod work;
mod write;

pub use changes::{Change, Comparison};
pub use error::Error;
pub use output::Output;
pub(crate) use replaceable::package;
pub(crate) use work::{FOLDER as WORK_FOLDER, is_half_written};
pub use write::Recovery;
