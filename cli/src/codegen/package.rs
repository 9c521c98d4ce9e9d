//! The options for the package of the generated crate.

use taskcluster_codegen::Package;

/// The package of Taskcluster's own exchanges.
const STOCK: &str = "taskcluster-events";

/// The package that every generated package depends on.
const RUNTIME: &str = "taskcluster-pulse";

/// Licence of the stock package.
const STOCK_LICENSE: &str = "MPL-2.0";

/// The package of the generated crate.
#[derive(Debug, clap::Args)]
pub(super) struct PackageArgs {
    /// The name of the package; choose another one for the exchanges of a private service
    #[arg(long, value_name = "NAME", default_value = STOCK, value_parser = package_name)]
    package: String,

    /// The version of the package
    #[arg(long, value_name = "VERSION", default_value = "0.1.0", value_parser = version)]
    package_version: String,

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
        let mut package = Package::new(&self.package)
            .version(&self.package_version)
            .publish(self.package == STOCK)
            .runtime_path(runtime);
        let stock = (self.package == STOCK).then_some(STOCK_LICENSE);
        if let Some(license) = self.license.as_deref().or(stock) {
            package = package.license(license);
        }
        match &self.description {
            Some(description) => package.description(description),
            None => package,
        }
    }

    /// The options that differ from their defaults, with their values.
    pub(super) fn given(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let unless = |value, default| Some(value).filter(|value| *value != default);
        [
            ("--package", unless(self.package.as_str(), STOCK)),
            ("--package-version", unless(&self.package_version, "0.1.0")),
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
        true if text == RUNTIME => Err(format!("{RUNTIME} is the package that it depends on")),
        true => Ok(text.to_owned()),
        false => Err("use letters, digits, `-` and `_`, and start with a letter".to_owned()),
    }
}
