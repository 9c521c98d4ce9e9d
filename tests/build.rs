//! Generates bindings for schemas of this project's own, with the generator as a
//! library.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{env, fs};

use taskcluster_codegen::{Files, Source, Target, generate};

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
    let mut files = generate(&sources, None, &Target::Module)?;
    add_featured(&mut files, &sources)?;
    for (path, text) in files {
        let path = out.join("generated").join(path);
        fs::create_dir_all(path.parent().ok_or("a file is in a folder")?)?;
        fs::write(path, text)?;
    }
    // The module is a file of its own because `include!` takes no inner docs.
    let include = "#[allow(clippy::redundant_closure, missing_docs, unreachable_pub)]\n#[rustfmt::skip]\nmod generated;\npub use generated::*;\n";
    fs::write(out.join("private.rs"), include)?;
    Ok(())
}

/// Adds what only a crate has, since it stands behind a feature: the examples of
/// payloads and routing keys, and the payloads as schemas.
fn add_featured(module: &mut Files, sources: &[Source]) -> Result<(), Box<dyn Error>> {
    let target = Target::Crate {
        package: "private".to_owned(),
        pulse: "pulse".to_owned(),
    };
    for (path, text) in generate(sources, None, &target)? {
        let path = path.trim_start_matches("src/").to_owned();
        for name in ["examples", "json_schemas"] {
            if let Some(service) = path.strip_suffix(&format!("/{name}.rs")) {
                let root = module.entry(format!("{service}/mod.rs")).or_default();
                root.push_str(&format!("\nmod {name};\n"));
                module.insert(path.clone(), text.clone());
            }
        }
    }
    Ok(())
}
