//! Documents on disk or of a deployment.

use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use taskcluster_documents::Source;

use crate::codegen::{self, sources};
use crate::terminal;

use super::deployment::{self, Limits};

/// The environment variable with a root URL, as for all clients of Taskcluster.
pub(crate) const ROOT_URL: &str = "TASKCLUSTER_ROOT_URL";

/// The source of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A folder or a file.
    Path(PathBuf),
    /// The root URL of a deployment.
    Url(String),
}

/// The reason why documents could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Documents on disk.
    #[error(transparent)]
    Disk(#[from] codegen::Error),
    /// Documents of a deployment.
    #[error(transparent)]
    Deployment(#[from] deployment::Error),
}

impl Input {
    /// Parses an argument, which need not be UTF-8.
    pub(crate) fn parser() -> impl TypedValueParser<Value = Self> {
        PathBufValueParser::new().map(|path| match path.to_str() {
            Some(url) if url.starts_with("http://") || url.starts_with("https://") => {
                Self::Url(url.to_owned())
            }
            _ => Self::Path(path),
        })
    }

    /// The deployment of the environment, if it names one.
    pub(crate) fn from_environment() -> Option<Self> {
        std::env::var(ROOT_URL)
            .ok()
            .filter(|url| !url.is_empty())
            .map(Self::Url)
    }

    /// Whether this is the folder or file at `path`, whatever path leads to it.
    pub(crate) fn is_path(&self, path: &Path) -> bool {
        match self {
            Self::Path(own) => same_file::is_same_file(own, path).unwrap_or(false),
            Self::Url(_) => false,
        }
    }

    /// Whether both are one folder, one file or one deployment.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Path(path)) => self.is_path(path),
            (Self::Url(own), Self::Url(other)) => {
                let [own, other] = [own, other].map(|url| url.trim_end_matches('/'));
                own.eq_ignore_ascii_case(other)
            }
            (Self::Path(_), Self::Url(_)) => false,
        }
    }

    /// The name of the documents in reports.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => terminal::path(path),
            Self::Url(url) => url.clone(),
        }
    }

    /// Reads the documents.
    ///
    /// # Errors
    ///
    /// [`Error`], if they can't be read or fetched.
    pub(crate) fn read(&self) -> Result<Vec<Source>, Error> {
        match self {
            Self::Path(path) => Ok(sources::read(path)?.sources),
            Self::Url(url) => Ok(deployment::fetch(url, Limits::default())?),
        }
    }
}
