//! Runs of cargo side by side, with the output of each kept together.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::workspace::exit_code;

/// A command with a name.
#[derive(Debug)]
pub(super) struct Job {
    name: &'static str,
    command: Command,
}

impl Job {
    pub(super) fn new(name: &'static str, command: Command) -> Self {
        Self { name, command }
    }

    /// Sets environment variables.
    pub(super) fn with(mut self, variables: Vec<(&'static str, String)>) -> Self {
        self.command.envs(variables);
        self
    }

    /// Lowers the priority, on systems with the command `nice`.
    pub(super) fn in_background(mut self) -> Self {
        if cfg!(unix) {
            let mut nice = Command::new("nice");
            nice.args(["-n", "10"]).arg(self.command.get_program());
            nice.args(self.command.get_args());
            for (name, value) in self.command.get_envs() {
                match value {
                    Some(value) => nice.env(name, value),
                    None => nice.env_remove(name),
                };
            }
            if let Some(folder) = self.command.get_current_dir() {
                nice.current_dir(folder);
            }
            self.command = nice;
        }
        self
    }

    /// Runs it, with all of its output in one file. A pipe would not end while a process
    /// that the job left behind holds it open.
    fn run(&mut self, mut output: &File) -> io::Result<ExitStatus> {
        let (stdout, stderr) = (output.try_clone()?, output.try_clone()?);
        self.command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr);
        let status = self.command.status()?;
        output.rewind()?;
        Ok(status)
    }
}

/// A job that failed.
#[derive(Debug)]
struct Failure {
    name: &'static str,
    how: io::Result<ExitStatus>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.how {
            Ok(status) => write!(f, "{}: {status}", self.name),
            Err(error) => write!(f, "{}: cannot be run: {error}", self.name),
        }
    }
}

/// The results of jobs that run side by side.
#[derive(Debug, Default)]
pub(super) struct Results {
    failures: Mutex<Vec<Failure>>,
}

impl Results {
    /// Runs a job, whether others fail or not.
    pub(super) fn run(&self, mut job: Job) {
        eprintln!("running {}", job.name);
        let start = Instant::now();
        let mut text = String::new();
        let how = tempfile::tempfile().and_then(|mut output| {
            let status = job.run(&output)?;
            let mut bytes = Vec::new();
            output.read_to_end(&mut bytes)?;
            text = String::from_utf8_lossy(&bytes).into_owned();
            Ok(status)
        });
        let seconds = start.elapsed().as_secs_f64();
        self.report(job.name, &text, how, seconds);
    }

    fn report(&self, name: &'static str, text: &str, how: io::Result<ExitStatus>, seconds: f64) {
        // Locked while it is printed, so that outputs do not mix.
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = how.as_ref().is_ok_and(ExitStatus::success);
        let result = if passed { "passed" } else { "FAILED" };
        let text = text.trim_end();
        // Fails if standard output is closed.
        let _ = writeln!(io::stdout(), "\n{name} {result} in {seconds:.1} s:\n{text}");
        if !passed {
            failures.push(Failure { name, how });
        }
    }

    /// Lists the failures on standard error; the exit code is that of the first.
    pub(super) fn finish(self) -> ExitCode {
        let failures = self
            .failures
            .into_inner()
            .unwrap_or_else(PoisonError::into_inner);
        let Some(first) = failures.first() else {
            return ExitCode::SUCCESS;
        };
        eprintln!("error: these failed; their output is above, after FAILED:");
        for failure in &failures {
            eprintln!("  {failure}");
        }
        eprintln!("run the tests of one package again: `cargo xtask test -- -p PACKAGE`");
        first
            .how
            .as_ref()
            .map_or(ExitCode::from(101), |status| exit_code(*status))
    }
}
