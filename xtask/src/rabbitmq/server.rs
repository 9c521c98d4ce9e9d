//! The installed RabbitMQ.

use std::env;
use std::path::{Path, PathBuf};

use super::Error;

/// The folder of RabbitMQ's own scripts in Debian's and Fedora's packages. The programs
/// that these packages put on the path under the same names switch to the user
/// `rabbitmq`, use its home, and need root; so this folder is searched before the path.
const PACKAGED: &str = "/usr/lib/rabbitmq/bin";

/// The environment variable with folders of further RabbitMQs, separated as in `PATH`.
pub(super) const VARIABLE: &str = "PULSE_TEST_RABBITMQ";

/// The folder for unpacked archives of RabbitMQ for Unix, each in a folder
/// `rabbitmq_server-VERSION`.
const UNPACKED: &str = "/opt";

/// Other folders that packages use and that are not always on the path.
const ELSEWHERE: [&str; 3] = [
    "/opt/rabbitmq/sbin",
    "/usr/local/sbin",
    "/opt/homebrew/sbin",
];

/// The programs of an installed RabbitMQ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    pub(super) server: PathBuf,
    pub(super) ctl: PathBuf,
    pub(super) epmd: PathBuf,
}

impl Server {
    /// Finds the installed RabbitMQ, and its Erlang.
    #[must_use]
    pub fn find() -> Option<Self> {
        let unpacked = unpacked(Path::new(UNPACKED));
        let folders = [vec![PACKAGED.into()], path(), named(), unpacked].concat();
        Self::find_in(&folders)
    }

    /// Finds further RabbitMQs, of other versions: in the folders of the environment variable
    /// `PULSE_TEST_RABBITMQ`, and in `/opt/rabbitmq_server-*/sbin`.
    ///
    /// # Errors
    ///
    /// If there is none in a folder of the variable.
    pub fn further() -> Result<Vec<Self>, Error> {
        let named = named().into_iter().map(|folder| {
            let server = Self::only_in(&folder);
            server.ok_or(Error::NotInFolder { folder })
        });
        let unpacked = unpacked(Path::new(UNPACKED)).into_iter();
        let unpacked = unpacked.filter_map(|folder| Self::only_in(&folder).map(Ok));
        named.chain(unpacked).collect()
    }

    /// The path of `rabbitmq-server`.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.server
    }

    /// Finds RabbitMQ in the first of these folders that has all of its programs.
    fn find_in(folders: &[PathBuf]) -> Option<Self> {
        let epmd = epmd(folders)?;
        folders.iter().find_map(|folder| Self::with(&epmd, folder))
    }

    /// Finds RabbitMQ in this folder, and Erlang in it or on the path.
    fn only_in(folder: &Path) -> Option<Self> {
        let folders = [vec![folder.to_path_buf()], path()].concat();
        Self::with(&epmd(&folders)?, folder)
    }

    fn with(epmd: &Path, folder: &Path) -> Option<Self> {
        let server = folder.join("rabbitmq-server");
        let ctl = folder.join("rabbitmqctl");
        let epmd = epmd.to_path_buf();
        (server.is_file() && ctl.is_file()).then_some(Self { server, ctl, epmd })
    }
}

/// The folders in `PATH`, and folders that package managers use.
fn path() -> Vec<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain(ELSEWHERE.map(PathBuf::from))
        .collect()
}

/// The folders of the variable.
fn named() -> Vec<PathBuf> {
    let named = env::var_os(VARIABLE).unwrap_or_default();
    let named = env::split_paths(&named).filter(|folder| !folder.as_os_str().is_empty());
    named.collect()
}

/// The `sbin` of every `rabbitmq_server-VERSION` in `folder`, in order.
fn unpacked(folder: &Path) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name();
            name.to_string_lossy().starts_with("rabbitmq_server-")
        })
        .map(|entry| entry.path().join("sbin"))
        .collect();
    found.sort();
    found
}

/// Erlang's port mapper: on the path, or beside the real `erl`.
fn epmd(folders: &[PathBuf]) -> Option<PathBuf> {
    let on_path = folders.iter().map(|folder| folder.join("epmd"));
    let beside = folders
        .iter()
        .filter_map(|folder| folder.join("erl").canonicalize().ok())
        .map(|erl| erl.with_file_name("epmd"));
    on_path.chain(beside).find(|path| Path::is_file(path))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io;

    use super::*;

    #[test]
    fn unpacked_archives_are_found() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        for name in ["rabbitmq_server-4.1.0", "rabbitmq_server-3.13.7", "other"] {
            fs::create_dir(root.path().join(name))?;
        }
        let expected = ["3.13.7", "4.1.0"]
            .map(|version| root.path().join(format!("rabbitmq_server-{version}/sbin")));
        assert_eq!(unpacked(root.path()), expected);
        Ok(())
    }

    #[test]
    fn the_first_folder_that_has_all_of_it_wins() -> io::Result<()> {
        let root = tempfile::tempdir()?;
        let file = |path: &str| -> io::Result<PathBuf> {
            let path = root.path().join(path);
            fs::create_dir_all(path.parent().unwrap_or(&path))?;
            fs::write(&path, "")?;
            Ok(path)
        };
        let folders = ["a", "b", "c"].map(|name| root.path().join(name));
        file("a/rabbitmq-server")?;
        let (server, ctl) = (file("b/rabbitmq-server")?, file("b/rabbitmqctl")?);
        file("c/rabbitmq-server")?;
        file("c/rabbitmqctl")?;
        assert_eq!(Server::find_in(&folders), None);
        let epmd = file("c/epmd")?;
        assert_eq!(
            Server::find_in(&folders),
            Some(Server { server, ctl, epmd })
        );
        Ok(())
    }
}
