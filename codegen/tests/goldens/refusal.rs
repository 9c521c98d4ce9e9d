//! Inputs that the generator refuses, and its errors: each with the file, the JSON
//! pointer, the reason and a remedy.

use std::fs;
use std::path::{Path, PathBuf};

use libtest_mimic::{Failed, Trial};
use taskcluster_codegen::{Errors, Files, Source};

use crate::support::{REFERENCE, generator, module, source, workspace};
use crate::{compare, diff, updates};

/// Generates from the input of a case.
type Generate = fn(Vec<u8>) -> Result<Files, Errors>;

/// The folders of cases, and the meaning of a case's file.
const KINDS: [(&str, Generate); 4] = [
    // The whole input, in one file.
    ("file", |bytes| module(&[source("input.json", bytes)])),
    // The payload schema of an exchange.
    ("message", |bytes| {
        module(&[
            source("exchanges.json", REFERENCE),
            source("message.json", bytes),
        ])
    }),
    // The names of an earlier run.
    ("names", |bytes| {
        let names = source("names.json", bytes);
        generator(&valid()).names(names).module()
    }),
    // An exchange reference.
    ("reference", |bytes| {
        let [_, message] = valid();
        module(&[source("exchanges.json", bytes), message])
    }),
];

/// Documents from which a module is generated.
fn valid() -> [Source; 2] {
    let message = r#"{"$id": "/schemas/made-up/v1/message.json#", "type": "object"}"#;
    [
        source("exchanges.json", REFERENCE),
        source("message.json", message),
    ]
}

/// A test for each case.
pub(crate) fn trials() -> impl Iterator<Item = Trial> {
    KINDS.into_iter().flat_map(|(kind, generate)| {
        let folder = workspace("codegen/tests/refusals").join(kind);
        let entries = fs::read_dir(folder).expect("the folder of cases");
        let mut cases: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry of the folder").path())
            .filter(|path| {
                path.extension()
                    .is_some_and(|extension| extension == "json")
            })
            .collect();
        cases.sort();
        cases.into_iter().map(move |case| {
            let name = case.file_stem().unwrap_or_default().to_string_lossy();
            let name = format!("refusal/{kind}/{name}");
            Trial::test(name.clone(), move || check(&name, &case, generate))
        })
    })
}

fn check(name: &str, case: &Path, generate: Generate) -> Result<(), Failed> {
    let errors = match generate(fs::read(case)?) {
        Ok(_) => return Err("this is generated, not refused; remove the case".into()),
        Err(errors) => errors,
    };
    if let Some(error) = errors.iter().find(|error| error.help.is_empty()) {
        return Err(format!("the error has no remedy: {error}").into());
    }
    let made = format!("{errors}\n");
    let path = case.with_extension("txt");
    if updates() {
        fs::write(&path, &made)?;
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    compare(&diff(name, &expected, &made))
}
