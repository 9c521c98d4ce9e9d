//! The package of a generated crate.

/// The Rust version that a generated crate needs: that of `taskcluster-pulse`.
pub(crate) const RUST_VERSION: &str = "1.88";

/// The package of a generated crate: its name, and other fields of its manifest.
#[derive(Clone, Debug)]
pub struct Package {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) description: String,
    pub(crate) license: Option<String>,
    pub(crate) publish: bool,
    pub(crate) runtime_version: String,
    pub(crate) runtime_path: Option<String>,
}

impl Package {
    /// The package `name`, version 0.1.0. It depends on the version of
    /// `taskcluster-pulse` that belongs to this generator.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            version: "0.1.0".to_owned(),
            description: "Typed bindings, payloads and validators for exchanges".to_owned(),
            license: None,
            publish: false,
            runtime_version: env!("CARGO_PKG_VERSION").to_owned(),
            runtime_path: None,
        }
    }

    /// Sets the version of the package.
    #[must_use]
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = version.into();
        self
    }

    /// Sets the package's description, one line.
    #[must_use]
    pub fn description(mut self, description: impl Into<String>) -> Self {
        self.description = description.into();
        self
    }

    /// Sets the licence, an SPDX expression; by default, the manifest states none.
    #[must_use]
    pub fn license(mut self, license: impl Into<String>) -> Self {
        self.license = Some(license.into());
        self
    }

    /// Whether the package may be published; by default, it may not.
    #[must_use]
    pub fn publish(mut self, allowed: bool) -> Self {
        self.publish = allowed;
        self
    }

    /// Sets the required version of `taskcluster-pulse`.
    #[must_use]
    pub fn runtime_version(mut self, version: impl Into<String>) -> Self {
        self.runtime_version = version.into();
        self
    }

    /// Sets the path of the crate `taskcluster-pulse`, relative to the package's folder.
    #[must_use]
    pub fn runtime_path(mut self, path: impl Into<String>) -> Self {
        self.runtime_path = Some(path.into());
        self
    }
}
