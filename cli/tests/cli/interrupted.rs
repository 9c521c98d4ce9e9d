//! Reports about runs that were killed.

use std::fs;
use std::path::Path;

use crate::support::{Place, Run, all_schemas, assert_has, program, schemas};

#[test]
fn a_killed_run_is_reported_and_finished() {
    let place = Place::generated();
    let lib = fs::read_to_string(place.out("src/lib.rs")).unwrap();
    place.write("out/src/lib.rs", "// Old.\n");
    place.write("out/.codegen-work/lock", "");
    place.write("out/.codegen-work/new/src/lib.rs", &lib);
    place.write("out/.codegen-work/journal", "write src/lib.rs\n");
    let before = place.state();

    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(1), "{run:?}");
    assert_has(&run.stdout, &["is stale: a run was interrupted; run `"]);
    assert_eq!(place.state(), before);

    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_has(
        &run.stdout,
        &["finished a run that was interrupted", "is up to date"],
    );
    assert_eq!(fs::read_to_string(place.out("src/lib.rs")).unwrap(), lib);
    assert!(!place.out(".codegen-work").exists());
}

#[test]
fn a_run_that_was_killed_early_is_reported_and_removed() {
    let place = Place::generated();
    place.write("out/.codegen-work/new/src/lib.rs", "// Half");
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_has(
        &run.stdout,
        &["removed temporary files of a run", "is up to date"],
    );
    assert!(!place.out(".codegen-work").exists());
}

#[test]
fn a_run_beside_another_exits_2() {
    let place = Place::generated();
    let lock = place.write("out/.codegen-work/lock", "");
    let file = fs::File::open(lock).unwrap();
    file.lock().unwrap();
    let run = place.codegen(&schemas(), &["--check"]);
    assert_eq!(run.code, Some(0), "nothing has changed yet: {run:?}");
    place.write("out/.codegen-work/journal", "");
    for more in [&[][..], &["--check"]] {
        let run = place.codegen(&schemas(), more);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(&run.stderr, &["another run is writing here"]);
    }
    assert!(place.out(".codegen-work/lock").exists());
}

fn pull_schemas(out: &Path) -> Run {
    let from = all_schemas();
    let arguments = [
        "pull",
        from.to_str().unwrap(),
        "--out",
        out.to_str().unwrap(),
    ];
    program(&arguments)
}

/// A folder of documents is written in the same way as a crate.
#[test]
fn a_pull_that_was_interrupted_is_finished_and_no_half_is_read() {
    let place = Place::new();
    let out = place.path("pulled");
    let pull = || pull_schemas(&out);
    assert_eq!(pull().code, Some(0));
    place.write("pulled/old.json", "{}");
    place.write("pulled/.git/HEAD", "mine");
    let new = fs::read_to_string(out.join("queue/task.json")).unwrap();
    place.write("pulled/queue/task.json", "{}");
    place.write("pulled/.codegen-work/new/queue/task.json", &new);
    let run = place.codegen(&out, &[]);
    assert_eq!(run.code, Some(2), "staged documents are not read: {run:?}");
    assert!(!run.stderr.contains(".codegen-work"), "{run:?}");

    place.write(
        "pulled/.codegen-work/journal",
        "write queue/task.json\nremove old.json\n",
    );
    // Also among those of a folder above it.
    for documents in [&out, place.folder.path()] {
        let run = place.codegen(documents, &[]);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(
            &run.stderr,
            &["pulled: these files are written in part", "`pull`"],
        );
    }
    // The source is not needed for that. Port 9 of this machine has no listener.
    let run = program(&["pull", "http://127.0.0.1:9", "--out", out.to_str().unwrap()]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(&run.stdout, &["finished a run that was interrupted"]);
    assert_eq!(
        fs::read_to_string(out.join("queue/task.json")).unwrap(),
        new
    );
    assert!(!out.join("old.json").exists() && !out.join(".codegen-work").exists());
    assert_eq!(fs::read_to_string(out.join(".git/HEAD")).unwrap(), "mine");
    assert_has(&pull().stdout, &["pulled is up to date: "]);
}

/// The folder itself does not move: it can be a mount point, or a shell's current folder.
#[cfg(unix)]
#[test]
fn a_pull_keeps_the_folder_and_the_files_that_have_not_changed() {
    use std::os::unix::fs::MetadataExt;
    let place = Place::new();
    let out = place.path("pulled");
    let pull = || pull_schemas(&out);
    assert_eq!(pull().code, Some(0));
    let inodes =
        || ["", "queue", "queue/task.json"].map(|it| fs::metadata(out.join(it)).unwrap().ino());
    let before = inodes();
    assert_eq!(pull().code, Some(0));
    assert_eq!(inodes(), before);
}

/// The advice of the error: deleting the journal and running the command again.
#[test]
fn a_journal_that_no_run_wrote_is_deleted_to_write_all_files() {
    let place = Place::generated();
    let lib = fs::read_to_string(place.out("src/lib.rs")).unwrap();
    place.write("out/src/lib.rs", "// Old.\n");
    let journal = place.write("out/.codegen-work/journal", "no step\n");
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(2), "{run:?}");
    assert_has(
        &run.stderr,
        &["journal: \"no step\" is not a step", "delete"],
    );
    fs::remove_file(journal).unwrap();
    let run = place.codegen(&schemas(), &[]);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(fs::read_to_string(place.out("src/lib.rs")).unwrap(), lib);
}

/// It is also ignored while the result is printed, after the files are written.
#[cfg(target_os = "linux")]
#[test]
fn a_closed_terminal_does_not_end_it_under_nohup() {
    use std::io::{Read, Write, pipe};
    use std::process::Command;
    use std::thread::sleep;
    use std::time::{Duration, Instant};

    let place = Place::new();
    let codegen = place.command(&schemas());
    // As many bytes as a pipe holds: printing the result waits until they are read.
    let (mut stdout, mut full) = pipe().unwrap();
    full.write_all(&[b' '; 1 << 16]).unwrap();
    let mut run = Command::new("sh")
        .args(["-c", r#"trap "" HUP; exec "$0" "$@""#])
        .arg(codegen.get_program())
        .args(codegen.get_args())
        .stdout(full)
        .spawn()
        .unwrap();
    let start = Instant::now();
    while !place.out("src/lib.rs").exists() || place.out(".codegen-work").exists() {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "nothing is written"
        );
        sleep(Duration::from_millis(10));
    }
    let id = run.id().to_string();
    let sent = Command::new("kill").args(["-HUP", &id]).status();
    assert!(sent.unwrap().success());
    let mut printed = String::new();
    stdout.read_to_string(&mut printed).unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(0));
    assert_has(&printed, &["out"]);
}
