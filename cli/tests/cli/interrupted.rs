//! Reports about runs that were killed.

use std::fs;

use crate::support::{Place, assert_has, schemas};

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
fn a_run_that_was_killed_early_is_reported_and_cleared_away() {
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
    for more in [&[][..], &["--check"]] {
        let run = place.codegen(&schemas(), more);
        assert_eq!(run.code, Some(2), "{run:?}");
        assert_has(&run.stderr, &["another run is writing here"]);
    }
    assert!(place.out(".codegen-work/lock").exists());
}
