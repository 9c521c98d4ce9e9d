//! All commands of `cargo xtask`; see `main.rs` for how this program is run.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::main()
}
