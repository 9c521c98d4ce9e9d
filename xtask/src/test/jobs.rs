//! Runs of cargo side by side, with the output of each kept together.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::process::{Command, ExitCode, ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::thread::Scope;
use std::time::Instant;

use crate::printed::report;
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

    /// Runs it, with its output in a file that is left if this process is killed.
    fn run(&mut self) -> io::Result<(String, ExitStatus)> {
        let file = tempfile::Builder::new().suffix(".log").tempfile()?;
        let path = file.path().display();
        report(format_args!("running {}; output: {path}", self.name));
        self.output(file.reopen()?)
    }

    /// Runs it, and returns what it has written to the file `output`, and how it has ended.
    ///
    /// A pipe would not end while a process that the job left behind holds it open.
    fn output(&mut self, mut output: File) -> io::Result<(String, ExitStatus)> {
        let status = self
            .command
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output.try_clone()?)
            .status()?;
        let mut bytes = Vec::new();
        output.rewind()?;
        output.read_to_end(&mut bytes)?;
        Ok((String::from_utf8_lossy(&bytes).into_owned(), status))
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
    /// Starts a job, whether others fail or not.
    pub(super) fn start<'scope>(&'scope self, scope: &'scope Scope<'scope, '_>, mut job: Job) {
        let start = Instant::now();
        scope.spawn(move || {
            let (text, how) = match job.run() {
                Ok((text, status)) => (text, Ok(status)),
                Err(error) => (String::new(), Err(error)),
            };
            let seconds = start.elapsed().as_secs_f64();
            self.report(job.name, &text, how, seconds);
        });
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
        report("error: these failed; their output is above, after FAILED:");
        for failure in &failures {
            report(format_args!("  {failure}"));
        }
        report("run the tests of one package again: `cargo xtask test -- -p PACKAGE`");
        first
            .how
            .as_ref()
            .map_or(ExitCode::from(101), |status| exit_code(*status))
    }
}
