//! All commands of `cargo xtask`; see `main.rs` for when this program runs.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::main()
}
