//! Folders of documents, and the generator's output for them.

#![allow(dead_code, reason = "each test uses a part")]

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use taskcluster_codegen::{Errors, Files, Generator, Source};

/// Whether `PULSE_TEST_LONG` requests the long forms of the tests.
pub(crate) fn is_long() -> bool {
    env::var_os("PULSE_TEST_LONG").is_some()
}

/// The file or folder at `path` of the workspace.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Every file below `folder` with its relative path, ordered by path.
pub(crate) fn files_in(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut waiting = vec![(String::new(), folder.to_owned())];
    while let Some((name, path)) = waiting.pop() {
        if !path.is_dir() {
            let bytes =
                fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            files.push((name, bytes));
            continue;
        }
        for entry in
            fs::read_dir(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
        {
            let path = entry.expect("a folder that can be listed").path();
            let inner = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let name = [name.as_str(), &inner].map(str::to_owned);
            waiting.push((name.join("/").trim_start_matches('/').to_owned(), path));
        }
    }
    files.sort();
    files
}

/// The documents below `folder`.
pub(crate) fn sources(folder: &Path) -> Vec<Source> {
    let files = files_in(folder).into_iter();
    files
        .filter(|(name, _)| name.ends_with(".json"))
        .map(|(name, bytes)| Source { name, bytes })
        .collect()
}

/// A reference with one exchange, whose payload schema is `v1/message.json`.
pub(crate) const REFERENCE: &str = r#"{
    "$schema": "/schemas/common/exchanges-reference-v0.json#",
    "serviceName": "made-up",
    "apiVersion": "v1",
    "exchangePrefix": "exchange/taskcluster-made-up/v1/",
    "entries": [{
        "name": "changed",
        "exchange": "changed",
        "schema": "v1/message.json#",
        "routingKey": []
    }]
}"#;

/// A file of the input.
pub(crate) fn source(name: &str, bytes: impl Into<Vec<u8>>) -> Source {
    Source {
        name: name.to_owned(),
        bytes: bytes.into(),
    }
}

/// A generator with `sources`.
pub(crate) fn generator(sources: &[Source]) -> Generator {
    Generator::new().sources(sources.iter().cloned())
}

/// The module that is generated from `sources`.
pub(crate) fn module(sources: &[Source]) -> Result<Files, Errors> {
    generator(sources).module()
}

/// The module that is generated from the documents of Taskcluster.
pub(crate) static PUBLISHED: LazyLock<Files> = LazyLock::new(|| made("schemas"));

/// The module that is generated from texts that look like code.
pub(crate) static HOSTILE: LazyLock<Files> = LazyLock::new(|| made("tests/goldens/hostile/input"));

/// The module that is generated from the documents below `folder` of the workspace.
pub(crate) fn made(folder: &str) -> Files {
    module(&sources(&workspace(folder))).unwrap_or_else(|errors| panic!("{folder}: {errors}"))
}

/// The Rust files of `files`, by path.
pub(crate) fn rust(files: &Files) -> impl Iterator<Item = (&String, &String)> {
    files.iter().filter(|(path, _)| path.ends_with(".rs"))
}
