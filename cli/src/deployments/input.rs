//! Documents on disk or of a deployment.

use std::path::PathBuf;
use std::str::FromStr;

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

impl FromStr for Input {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_url = text.starts_with("http://") || text.starts_with("https://");
        Ok(match is_url {
            true => Self::Url(text.to_owned()),
            false => Self::Path(text.into()),
        })
    }
}

impl Input {
    /// The deployment of the environment, if it names one.
    pub(crate) fn from_environment() -> Option<Self> {
        std::env::var(ROOT_URL)
            .ok()
            .filter(|url| !url.is_empty())
            .map(Self::Url)
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
