//! The workspace's folder and its cargo.

use std::env;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, ExitStatus};

/// The workspace's folder, found from any folder in it.
///
/// `cargo run` sets `CARGO_MANIFEST_DIR` to the folder `xtask/`; a binary that is run
/// directly searches upwards from the current folder. Neither path is fixed at compile
/// time, so the binary can be moved with its workspace.
///
/// # Errors
///
/// If neither that folder nor a parent of it is the workspace.
pub fn root() -> io::Result<PathBuf> {
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

/// The cargo that runs this program.
///
/// It does not get the variables that describe this program's package: build scripts ask
/// for them, such as that of ring, and cargo would build all that depends on those again
/// after each run of cargo by itself.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            cargo.env_remove(name);
        }
    }
    cargo
}

/// Replaces this process by `program`, so that it receives all signals; on systems
/// without that, runs it and waits.
///
/// # Errors
///
/// If the program can't be run.
pub fn become_program(mut program: Command) -> io::Result<ExitCode> {
    #[cfg(unix)]
    return Err(std::os::unix::process::CommandExt::exec(&mut program));
    #[cfg(not(unix))]
    program.status().map(exit_code)
}

/// Cargo's exit code; 1 if a signal ended it.
#[must_use]
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    ExitCode::from(code.unwrap_or(1))
}
