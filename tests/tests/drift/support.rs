//! Documents of the workspace, and goldens.

use std::fs;
use std::path::{Path, PathBuf};

use taskcluster_documents::Source;
use taskcluster_drift::Side;

/// A path below the root of the workspace.
pub(crate) fn workspace(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// Every document below `path`.
pub(crate) fn sources(path: &Path) -> Vec<Source> {
    if path.is_dir() {
        let entries = fs::read_dir(path).expect("a folder that can be read");
        let mut paths: Vec<PathBuf> = entries
            .map(|entry| entry.expect("an entry").path())
            .collect();
        paths.sort();
        return paths.iter().flat_map(|path| sources(path)).collect();
    }
    vec![Source {
        name: path.display().to_string(),
        bytes: fs::read(path).expect("a file that can be read"),
    }]
}

/// The documents below `path`, as one side.
pub(crate) fn side(name: &str, path: &str) -> Side {
    let sources = sources(&workspace(path));
    Side::read(name, &sources).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Holds `text` against the file `path`, or writes it where UPDATE_GOLDENS is set.
pub(crate) fn assert_golden(text: &str, path: &str) {
    let path = workspace(path);
    if std::env::var_os("UPDATE_GOLDENS").is_some() {
        fs::write(&path, text).expect("a golden that can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text,
        golden,
        "{}: set UPDATE_GOLDENS=1 to write it",
        path.display()
    );
}
