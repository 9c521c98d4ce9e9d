//! Documents on disk or of a deployment.

use std::env;
use std::path::{Path, PathBuf};

use taskcluster_documents::Source;

use crate::{sources, terminal};

use super::deployment::{self, Limits, RootUrl};

/// The environment variable with a root URL, as for all clients of Taskcluster.
pub(crate) const ROOT_URL: &str = "TASKCLUSTER_ROOT_URL";

/// The source of documents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Input {
    /// A folder or a file.
    Path(PathBuf),
    /// The root URL of a deployment.
    Url(RootUrl),
}

/// The reason why documents could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Documents on disk.
    #[error(transparent)]
    Disk(#[from] sources::Error),
    /// Documents of a deployment.
    #[error(transparent)]
    Deployment(#[from] deployment::Error),
}

impl Input {
    /// Reads an argument, which need not be UTF-8.
    ///
    /// # Errors
    ///
    /// [`Error`], if it is a URL, but not a root URL.
    pub(crate) fn parse(argument: &Path) -> Result<Self, Error> {
        Ok(match argument.to_str() {
            Some(url) if RootUrl::has_scheme(url) => Self::Url(RootUrl::parse(url)?),
            _ => Self::Path(argument.to_path_buf()),
        })
    }

    /// The deployment of the environment, if it names one.
    ///
    /// # Errors
    ///
    /// [`Error`], if it is not a root URL.
    pub(crate) fn from_environment() -> Result<Option<Self>, Error> {
        let url = env::var_os(ROOT_URL).filter(|url| !url.is_empty());
        let url = url.map(|url| RootUrl::parse(&url.to_string_lossy()));
        Ok(url.transpose()?.map(Self::Url))
    }

    /// Whether this is the folder or file at `path`, whatever path leads to it.
    pub(crate) fn is_path(&self, path: &Path) -> bool {
        match self {
            // Without opening it, which blocks for a pipe.
            Self::Path(own) => own
                .canonicalize()
                .is_ok_and(|own| path.canonicalize().is_ok_and(|other| own == other)),
            Self::Url(_) => false,
        }
    }

    /// Whether both are one folder, one file or one deployment.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Path(path)) => self.is_path(path),
            (Self::Url(own), Self::Url(other)) => own == other,
            (Self::Path(_), Self::Url(_)) => false,
        }
    }

    /// The name of the documents in reports.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Path(path) => terminal::path(path),
            Self::Url(url) => url.to_string(),
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
