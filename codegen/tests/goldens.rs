//! The generator against what it is known to make of small folders of documents.
//!
//! Each folder below `tests/goldens/` has an `input` and an `expected`, which the
//! crate `taskcluster-tests` compiles and uses. After a change that is meant,
//! `UPDATE_GOLDENS=1 cargo test -p taskcluster-codegen --test goldens` writes
//! `expected` anew: read the diff before committing it.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;
use support::{files_in, module, sources, workspace};
use taskcluster_codegen::Files;

fn goldens() -> Vec<PathBuf> {
    let entries = fs::read_dir(workspace("tests/goldens")).expect("the folder of goldens");
    let mut folders: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry of the folder").path())
        .collect();
    folders.sort();
    folders
}

#[test]
fn every_golden_is_what_the_generator_makes() {
    let update = std::env::var_os("UPDATE_GOLDENS").is_some();
    let mut differences = String::new();
    for folder in goldens() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let made = module(&sources(&folder.join("input")))
            .unwrap_or_else(|errors| panic!("{name}: {errors}"));
        let expected = folder.join("expected");
        if update {
            write(&expected, &made);
        }
        differences.push_str(&compare(&name, &expected, &made));
    }
    assert!(
        differences.is_empty(),
        "{differences}\nIf this is meant, run: \
         UPDATE_GOLDENS=1 cargo test -p taskcluster-codegen --test goldens"
    );
}

/// Every golden has a module in the library, and so is compiled.
#[test]
fn every_golden_is_compiled() {
    let library = fs::read_to_string(workspace("tests/src/goldens.rs"));
    let library = library.expect("the module of goldens");
    for folder in goldens() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let path = format!("goldens/{name}/expected/mod.rs");
        assert!(library.contains(&path), "tests/src/goldens.rs lacks {path}");
    }
}

fn write(folder: &Path, files: &Files) {
    let _ = fs::remove_dir_all(folder);
    for (path, text) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder)).expect("a folder to write to");
        fs::write(path, text).expect("a file to write to");
    }
}

/// A diff of every file that is not as expected; empty where all are.
fn compare(name: &str, folder: &Path, made: &Files) -> String {
    let expected: BTreeMap<String, String> = match folder.is_dir() {
        true => files_in(folder)
            .into_iter()
            .map(|(path, bytes)| (path, String::from_utf8_lossy(&bytes).into_owned()))
            .collect(),
        false => BTreeMap::new(),
    };
    let mut paths: Vec<&String> = expected.keys().chain(made.keys()).collect();
    paths.sort();
    paths.dedup();
    let nothing = String::new();
    paths
        .into_iter()
        .map(|path| {
            let old = expected.get(path).unwrap_or(&nothing);
            let new = made.get(path).unwrap_or(&nothing);
            let title = format!("{name}/{path}");
            TextDiff::from_lines(old, new)
                .unified_diff()
                .header(&title, &title)
                .to_string()
        })
        .collect()
}
