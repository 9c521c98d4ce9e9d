//! The workflow for GitHub: its commands do what it states.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::server::serve;
use crate::support::{Place, Run, all_schemas, assert_has};

const WORKFLOW: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/github-workflow.yml");

/// The commands of the step `name`.
fn commands(name: &str) -> String {
    let workflow = fs::read_to_string(WORKFLOW).unwrap();
    let (_, step) = workflow.split_once(&format!("- name: {name}\n")).unwrap();
    let (_, run) = step.split_once("run: ").unwrap();
    match run.strip_prefix("|\n") {
        None => run.lines().next().unwrap().to_owned(),
        Some(block) => {
            let indent = block.len() - block.trim_start().len();
            let lines = block
                .lines()
                .take_while(|line| line.len() - line.trim_start().len() >= indent);
            lines.map(|line| format!("{}\n", &line[indent..])).collect()
        }
    }
}

/// A repository with the workflow, and its own programs on the path.
struct Repository {
    place: Place,
}

impl Repository {
    fn new() -> Self {
        let place = Place::new();
        fs::create_dir(place.path("repository")).unwrap();
        copy(&all_schemas(), &place.path("repository/schemas"));
        // What the step "Check out the runtime" leaves.
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let runtime = place.path("taskcluster-events");
        std::os::unix::fs::symlink(workspace.canonicalize().unwrap(), runtime).unwrap();
        fs::create_dir(place.path("bin")).unwrap();
        let program = Path::new(env!("CARGO_BIN_EXE_taskcluster-events"));
        std::os::unix::fs::symlink(program, place.path("bin/taskcluster-events")).unwrap();
        let mut codegen = Command::new(program);
        codegen.args(["codegen", "--pulse", "../taskcluster-events/pulse"]);
        let run = Run::of(codegen.current_dir(place.path("repository")));
        assert_eq!(run.code, Some(0), "{run:?}");
        Self { place }
    }

    /// A `gh` that lists `issues` and records its arguments.
    fn gh(&self, issues: &str) {
        use std::os::unix::fs::PermissionsExt;
        let path = self.place.path("bin/gh");
        fs::write(
            &path,
            format!("#!/bin/sh\necho \"$@\" >> gh.log\n[ \"$2\" != list ] || echo {issues}\n"),
        )
        .unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// Runs the commands of the step `name`; returns whether they succeed.
    fn run(&self, name: &str, root: &str) -> bool {
        let path = std::env::var("PATH").unwrap();
        let path = format!("{}:{path}", self.place.path("bin").display());
        Command::new("bash")
            .args(["-e", "-o", "pipefail", "-c", &commands(name)])
            .current_dir(self.place.path("repository"))
            .env("PATH", path)
            .env("TASKCLUSTER_ROOT_URL", root)
            .env("GITHUB_OUTPUT", self.place.path("repository/output"))
            .env("GITHUB_STEP_SUMMARY", self.place.path("repository/summary"))
            .envs([
                ("GITHUB_SERVER_URL", "https://example.com"),
                ("GITHUB_REPOSITORY", "owner/repository"),
                ("GITHUB_RUN_ID", "7"),
            ])
            .env("TITLE", "Drift")
            .status()
            .unwrap()
            .success()
    }

    fn read(&self, file: &str) -> String {
        let path = self.place.path("repository").join(file);
        fs::read_to_string(path).unwrap_or_default()
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.path().strip_prefix(from).unwrap());
        match entry.file_type().is_dir() {
            true => fs::create_dir_all(target).unwrap(),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// Adds a state, which a running consumer reports.
fn another_state(document: &mut Value) {
    if document["title"] == "Task Status Structure" {
        let states = document["properties"]["state"]["enum"]
            .as_array_mut()
            .unwrap();
        states.push(json!("paused"));
    }
}

/// `cargo install --rev` finds commits and tags, and no branch.
#[test]
fn the_sample_revision_is_a_commit() {
    let workflow = fs::read_to_string(WORKFLOW).unwrap();
    let (_, revision) = workflow.split_once("  EVENTS_REVISION: ").unwrap();
    let revision = revision.lines().next().unwrap();
    assert_eq!(revision.len(), 40, "{revision}");
    assert!(
        revision.chars().all(|c| c.is_ascii_hexdigit()),
        "{revision}"
    );
    let install = commands("Install");
    assert_has(&install, &["--rev \"$EVENTS_REVISION\""]);
}

#[test]
fn the_check_fails_where_the_output_is_stale() {
    let repository = Repository::new();
    assert!(repository.run("Check", ""));
    fs::write(repository.place.path("repository/generated/src/lib.rs"), "").unwrap();
    assert!(!repository.run("Check", ""));
}

#[test]
fn drift_opens_an_issue_or_updates_it() {
    let repository = Repository::new();
    let root = serve(&all_schemas(), |_| {});
    assert!(repository.run("Compare", &root));
    assert_eq!(repository.read("output"), "status=0\n");

    let root = serve(&all_schemas(), another_state);
    assert!(repository.run("Compare", &root));
    assert_eq!(repository.read("output"), "status=0\nstatus=1\n");
    assert_has(&repository.read("drift.md"), &["/status/state", "paused"]);
    repository.gh("");
    assert!(repository.run("Open or update the issue", &root));
    assert_has(
        &repository.read("gh.log"),
        &["issue create --title Drift --body-file body.md"],
    );
    repository.gh("17");
    assert!(repository.run("Open or update the issue", &root));
    assert_has(
        &repository.read("gh.log"),
        &["issue edit 17 --body-file body.md"],
    );
    assert_has(&repository.read("summary"), &["paused"]);
    let run = "https://example.com/owner/repository/actions/runs/7";
    assert_has(&repository.read("body.md"), &["paused", run]);
}

#[test]
fn an_addition_opens_an_issue() {
    let repository = Repository::new();
    let root = serve(&all_schemas(), |document| {
        if document["title"] == "Task Status Structure" {
            document["properties"]["note"] = json!({ "type": "string" });
        }
    });
    assert!(repository.run("Compare", &root));
    assert_eq!(repository.read("output"), "status=1\n");
}

/// The report has only their number, and they may be the repository's own.
#[test]
fn other_descriptions_open_no_issue() {
    let repository = Repository::new();
    let root = serve(&all_schemas(), |document| {
        if document["title"] == "Task Status Structure" {
            document["description"] = json!("In other words.");
        }
    });
    assert!(repository.run("Compare", &root));
    assert_eq!(repository.read("output"), "status=0\n");
}

#[test]
fn a_comparison_that_fails_fails_the_job() {
    let repository = Repository::new();
    assert!(!repository.run("Compare", "http://127.0.0.1:9"));
    assert_eq!(repository.read("output"), "status=2\n");
}
