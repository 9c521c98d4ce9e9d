//! Folders of documents, and the files generated from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use taskcluster_codegen::Files;

use crate::support::{files_in, module, sources, workspace};
use crate::{compare, diff, updates};

/// A test for each folder below `tests/goldens`.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    let entries = fs::read_dir(workspace("tests/goldens")).expect("the folder of goldens");
    entries.map(|entry| {
        let folder = entry.expect("an entry of the folder").path();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let name = name.into_owned();
        Trial::test(format!("golden/{name}"), move || check(&name, &folder))
    })
}

fn check(name: &str, folder: &Path) -> Result<(), Failed> {
    is_compiled(name)?;
    let made = module(&sources(&folder.join("input")))?;
    let expected = folder.join("expected");
    if updates() {
        write(&expected, &made)?;
    }
    let differences: String = differences(name, &expected, &made).collect();
    compare(&differences)
}

/// Fails if the library of `taskcluster-tests` has no module for the golden.
fn is_compiled(name: &str) -> Result<(), Failed> {
    let library = fs::read_to_string(workspace("tests/src/goldens.rs"))?;
    let path = format!("goldens/{name}/expected/mod.rs");
    match library.contains(&path) {
        true => Ok(()),
        false => Err(format!("tests/src/goldens.rs lacks a module at {path}").into()),
    }
}

fn write(folder: &Path, files: &Files) -> std::io::Result<()> {
    // A new golden has no such folder yet.
    let _ = fs::remove_dir_all(folder);
    for (path, text) in files {
        let path: PathBuf = folder.join(path);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(path, text)?;
    }
    Ok(())
}

/// A diff of each file.
fn differences(name: &str, folder: &Path, made: &Files) -> impl Iterator<Item = String> {
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
    let text =
        |files: &BTreeMap<String, String>, path| files.get(path).cloned().unwrap_or_default();
    let diffs: Vec<String> = paths
        .into_iter()
        .map(|path| {
            let (old, new) = (text(&expected, path), text(made, path));
            diff(&format!("{name}/{path}"), &old, &new)
        })
        .collect();
    diffs.into_iter()
}
