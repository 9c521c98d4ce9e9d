//! Generates code from `schemas/`, with the names in `names.json`.

use std::error::Error;
use std::path::PathBuf;
use std::{env, fs};

use taskcluster_codegen::{Generator, Source};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=names.json");
    println!("cargo::rerun-if-changed=schemas");
    let mut generator = Generator::new().names(Source {
        name: "names.json".to_owned(),
        bytes: fs::read("names.json")?,
    });
    for entry in fs::read_dir("schemas")? {
        let path = entry?.path();
        if path.extension().is_some_and(|it| it == "json") {
            generator = generator.source(path.display().to_string(), fs::read(&path)?);
        }
    }
    for warning in generator.unknown_keywords() {
        println!("cargo::warning={warning}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for (path, text) in generator.module()? {
        let path = out.join("generated").join(path);
        fs::create_dir_all(path.parent().ok_or("a file is in a folder")?)?;
        fs::write(path, text)?;
    }
    // The module is a file of its own, because `include!` takes no inner docs.
    fs::write(
        out.join("events.rs"),
        "mod generated;\npub use generated::*;\n",
    )?;
    Ok(())
}
