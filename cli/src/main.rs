//! `taskcluster-events`: the commands, with defaults in the current folder.

use std::process::ExitCode;

fn main() -> ExitCode {
    taskcluster_events_cli::run(std::env::args_os(), &Default::default())
}
