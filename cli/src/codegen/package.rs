//! The options for the package of the generated crate.

use taskcluster_codegen::Package;

use super::Error;
use crate::folder::Output;

/// The package of Taskcluster's own exchanges.
const STOCK: &str = "taskcluster-events";

/// The package that every generated package depends on.
pub(super) const RUNTIME: &str = "taskcluster-pulse";

/// Licence of the stock package.
const STOCK_LICENSE: &str = "MPL-2.0";

/// Description of the stock package.
const STOCK_DESCRIPTION: &str =
    "Typed bindings, payloads and validators for Taskcluster's exchanges";

/// Names that the code of the package could not use for it: keywords, and crates that every
/// crate, or the package, has.
const TAKEN: &str = "\
    abstract alloc as async await become box break const continue core crate do dyn else enum \
    extern false final fn for gen if impl in let loop macro match mod move mut override priv \
    proc_macro pub ref return self serde static std struct super test trait true try type typeof \
    unsafe unsized use virtual where while yield";

/// Version of the stock package: all crates of the workspace share one.
const STOCK_VERSION: &str = env!("CARGO_PKG_VERSION");

/// The package of the generated crate.
#[derive(Debug, clap::Args)]
pub(super) struct PackageArgs {
    /// The name of the package; choose another one for the exchanges of a private service
    #[arg(long, value_name = "NAME", default_value = STOCK, value_parser = package_name)]
    package: String,

    /// The version of the package [default: 0.1.0; that of this program for
    /// taskcluster-events]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    package_version: Option<String>,

    /// The licence of the package, an SPDX expression [default: none;
    /// MPL-2.0 for taskcluster-events]
    #[arg(long, value_name = "SPDX")]
    license: Option<String>,

    /// The description of the package, one line
    #[arg(long, value_name = "TEXT")]
    description: Option<String>,
}

impl PackageArgs {
    /// The package, with the path of its runtime crate.
    pub(super) fn package(&self, runtime: String) -> Package {
        let is_stock = self.package == STOCK;
        let unless_given = |given: &Option<String>, stock: &str| {
            given.clone().or_else(|| is_stock.then(|| stock.to_owned()))
        };
        let mut package = Package::new(&self.package)
            .publish(is_stock)
            .runtime_path(runtime);
        if let Some(version) = unless_given(&self.package_version, STOCK_VERSION) {
            package = package.version(version);
        }
        if let Some(license) = unless_given(&self.license, STOCK_LICENSE) {
            package = package.license(license);
        }
        match unless_given(&self.description, STOCK_DESCRIPTION) {
            Some(description) => package.description(description),
            None => package,
        }
    }

    /// Checks that `output` has no generated package of another name.
    pub(super) fn check(&self, output: &Output) -> Result<(), Error> {
        match output.package().filter(|package| *package != self.package) {
            Some(package) => Err(Error::OtherPackage {
                path: output.shown.clone(),
                package,
            }),
            None => Ok(()),
        }
    }

    /// The options that differ from their defaults, with their values.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let package = Some(self.package.as_str()).filter(|name| *name != STOCK);
        [
            ("--package", package),
            ("--package-version", self.package_version.as_deref()),
            ("--license", self.license.as_deref()),
            ("--description", self.description.as_deref()),
        ]
        .into_iter()
        .filter_map(|(option, value)| value.map(|value| (option, value)))
    }
}

/// Checks a version, as Cargo requires it.
fn version(text: &str) -> Result<String, String> {
    match semver::Version::parse(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; give three numbers, such as 0.1.0")),
    }
}

/// Checks the name of a package, as Cargo requires it.
fn package_name(text: &str) -> Result<String, String> {
    let is_name = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    match is_name {
        true if text.replace('_', "-") == RUNTIME => {
            Err(format!("{RUNTIME} is the package that it depends on"))
        }
        true if TAKEN
            .split(' ')
            .any(|taken| taken == text.replace('-', "_")) =>
        {
            Err("Rust code could not use it by this name; choose another one".to_owned())
        }
        true => Ok(text.to_owned()),
        false => Err("use letters, digits, `-` and `_`, and start with a letter".to_owned()),
    }
}
