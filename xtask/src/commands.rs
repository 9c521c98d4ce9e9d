//! The commands of `cargo xtask`; see `main.rs` for how this program is built and run.

use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::cli::main()
}
