//! The RabbitMQ that is installed on this machine.

use std::env;
use std::path::{Path, PathBuf};

/// Where Debian's and Fedora's packages have RabbitMQ's own scripts. What they
/// put on the path by the same names becomes the user `rabbitmq`, uses its home,
/// and is for root alone; so this folder is looked in before the path is.
const PACKAGED: &str = "/usr/lib/rabbitmq/bin";

/// Where others put them that is not on everyone's path.
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
    /// Finds the RabbitMQ that is installed, and the Erlang that it runs on.
    #[must_use]
    pub fn find() -> Option<Self> {
        let path = env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = [PACKAGED.into()]
            .into_iter()
            .chain(env::split_paths(&path))
            .chain(ELSEWHERE.map(PathBuf::from))
            .collect();
        Self::find_in(&folders)
    }

    /// Finds it in these folders, the first first.
    fn find_in(folders: &[PathBuf]) -> Option<Self> {
        let epmd = epmd(folders)?;
        folders.iter().find_map(|folder| {
            let server = folder.join("rabbitmq-server");
            let ctl = folder.join("rabbitmqctl");
            let epmd = epmd.clone();
            (server.is_file() && ctl.is_file()).then_some(Self { server, ctl, epmd })
        })
    }
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
