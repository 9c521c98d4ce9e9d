//! Where this workspace is.

use std::env;
use std::io;
use std::path::{Path, PathBuf};

use taskcluster_events_cli::Defaults;

/// The workspace's own documents, generated crate and runtime.
///
/// # Errors
///
/// The command runs outside of the workspace.
pub(crate) fn defaults() -> io::Result<Defaults> {
    let root = root()?;
    Ok(Defaults {
        program: "cargo xtask",
        schemas: path(&root, "schemas"),
        out: path(&root, "generated"),
        pulse: Some(root.join("pulse")),
    })
}

/// The workspace's folder, wherever in it the command is run from.
///
/// `cargo run` names the folder of `xtask/` in `CARGO_MANIFEST_DIR`; a binary
/// that is run by itself starts to look in the current folder. Neither is
/// fixed when this is compiled, so the binary can be moved with its workspace.
///
/// # Errors
///
/// None of the folders around the command is the workspace.
pub(crate) fn root() -> io::Result<PathBuf> {
    let start = match env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => env::current_dir()?,
    };
    let found = start
        .canonicalize()?
        .ancestors()
        .find(|folder| folder.join("xtask/Cargo.toml").is_file())
        .map(Path::to_path_buf);
    found.ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::NotFound,
            "this is not the workspace of the command; change to a folder in it",
        )
    })
}

/// The path of `name` in the workspace at `root`, as short as it can be said
/// from the current folder.
fn path(root: &Path, name: &str) -> PathBuf {
    let absolute = root.join(name);
    let current = env::current_dir().and_then(|folder| folder.canonicalize());
    current
        .ok()
        .and_then(|current| pathdiff::diff_paths(&absolute, current))
        .unwrap_or(absolute)
}
