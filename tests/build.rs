//! Generates bindings for schemas of this project's own, with the generator as a
//! library.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use taskcluster_codegen::{Source, Target, generate};

fn main() -> Result<(), Box<dyn Error>> {
    let schemas = Path::new("fixtures/private");
    println!("cargo::rerun-if-changed={}", schemas.display());
    let mut sources = Vec::new();
    for entry in fs::read_dir(schemas)? {
        let path = entry?.path();
        sources.push(Source {
            name: path.display().to_string(),
            bytes: fs::read(&path)?,
        });
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    for (path, text) in generate(&sources, &Target::Module)? {
        let path = out.join("generated").join(path);
        fs::create_dir_all(path.parent().ok_or("a file is in a folder")?)?;
        fs::write(path, text)?;
    }
    // The module is a file of its own because `include!` takes no inner docs.
    let include = "#[allow(missing_docs, unreachable_pub)]\n#[rustfmt::skip]\nmod generated;\npub use generated::*;\n";
    fs::write(out.join("private.rs"), include)?;
    Ok(())
}
