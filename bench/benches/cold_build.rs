//! Time to build the generated crate from scratch, compared with a crate that only
//! derives serde on the same structs.
//!
//! Both are built several times in turns, each time into an empty folder; the best times
//! count. Fails if the generated crate takes more than 1.25 times as long.

use std::error::Error;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Instant;
use std::{env, fs};

use quote::{ToTokens, quote};
use syn::{Attribute, Fields, Item, ItemEnum, ItemStruct, parse_quote};

/// Dependencies of structs with serde whose fields are JSON texts and timestamps.
const PLAIN_DEPENDENCIES: &str = r#"
chrono = { version = "0.4.45", default-features = false, features = ["serde", "std"] }
serde = { version = "1.0.229", features = ["derive"] }
serde_json = "1.0.154"
"#;

/// Number of builds of each crate.
const ROUNDS: usize = 3;

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let generated = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../generated"));
    let folder = env::temp_dir().join(format!("taskcluster-cold-build-{}", std::process::id()));
    let plain = folder.join("plain");
    write_plain_crate(generated, &plain)?;
    let user = folder.join("user");
    write_crate(
        &user,
        &format!(
            "taskcluster-events = {{ path = {:?} }}",
            fs::canonicalize(generated)?
        ),
        "pub use taskcluster_events::*;",
    )?;
    let mut best = [f64::INFINITY; 2];
    for _ in 0..ROUNDS {
        for (best, krate) in best.iter_mut().zip([&user, &plain]) {
            *best = best.min(build(krate)?);
        }
    }
    fs::remove_dir_all(&folder)?;
    let [ours, theirs] = best;
    let ratio = ours / theirs;
    println!("generated {ours:.1} s, serde alone {theirs:.1} s: {ratio:.2} times as long");
    Ok(match ratio <= 1.25 {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The time of a build of the crate in `folder` from scratch, in seconds.
fn build(folder: &Path) -> Result<f64, Box<dyn Error>> {
    let cargo = |arguments: &[&str]| -> Result<(), Box<dyn Error>> {
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let status = Command::new(cargo)
            .args(arguments)
            // Cargo builds crates from a registry with these options.
            .env("CARGO_INCREMENTAL", "0")
            .current_dir(folder)
            .status()?;
        status
            .success()
            .then_some(())
            .ok_or_else(|| "cargo failed".into())
    };
    cargo(&["fetch", "--quiet"])?;
    let target = folder.join("target");
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    let start = Instant::now();
    cargo(&["build", "--quiet", "--offline", "--target-dir", "target"])?;
    Ok(start.elapsed().as_secs_f64())
}

/// Writes a crate with the payloads of `generated`, without all code that serde does not
/// derive.
fn write_plain_crate(generated: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut modules = Vec::new();
    for entry in fs::read_dir(generated.join("src"))? {
        let path = entry?.path();
        let payloads = path.join("payloads.rs");
        if payloads.is_file() {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            modules.push((name, stripped(&fs::read_to_string(payloads)?)?));
        }
    }
    modules.sort();
    let root: String = modules
        .iter()
        .map(|(name, _)| format!("pub mod {name};\n"))
        .collect();
    write_crate(folder, PLAIN_DEPENDENCIES, &root)?;
    for (name, text) in modules {
        fs::write(folder.join("src").join(name).with_extension("rs"), text)?;
    }
    Ok(())
}

fn write_crate(folder: &Path, dependencies: &str, root: &str) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"cold\"\nedition = \"2024\"\n\n[workspace]\n\n[dependencies]\n{dependencies}\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::write(folder.join("src/lib.rs"), root)?;
    Ok(())
}

/// The structs and enums of `payloads`, with only serde's derives.
fn stripped(payloads: &str) -> Result<String, Box<dyn Error>> {
    let plain = payloads
        .replace("default, with = \"optional\", ", "default, ")
        .replace("#[serde(deserialize_with = \"Option::deserialize\")]", "");
    let items = syn::parse_file(&plain)?
        .items
        .into_iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some(structure(item).into_token_stream()),
            Item::Enum(item) => Some(enumeration(item).into_token_stream()),
            _ => None,
        });
    let file = quote! {
        #![allow(dead_code, unused_imports)]
        use std::collections::BTreeMap;
        use serde::{Deserialize, Serialize};
        use serde_json::{Value as RawJsonObject, Value as RawJson};
        type Timestamp = chrono::DateTime<chrono::Utc>;
        #(#items)*
    };
    Ok(prettyplease::unparse(&syn::parse2(file)?))
}

/// `item` with both of serde's derives.
fn structure(mut item: ItemStruct) -> ItemStruct {
    derive_both(&mut item.attrs, quote!(Clone, Debug, PartialEq));
    item
}

/// `item` as an enum of the strings in the schema.
fn enumeration(mut item: ItemEnum) -> ItemEnum {
    item.variants = item
        .variants
        .into_iter()
        .filter(|variant| matches!(variant.fields, Fields::Unit))
        .collect();
    derive_both(&mut item.attrs, quote!(Clone, Debug, PartialEq));
    let rename: Attribute = parse_quote!(#[serde(rename_all = "kebab-case")]);
    item.attrs.push(rename);
    item
}

fn derive_both(attributes: &mut Vec<Attribute>, others: proc_macro2::TokenStream) {
    attributes.retain(|attribute| !attribute.path().is_ident("derive"));
    attributes.insert(0, parse_quote!(#[derive(#others, Serialize, Deserialize)]));
}
