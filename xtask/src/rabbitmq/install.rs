//! Installation of RabbitMQ with the system's package manager.

use std::io::{self, IsTerminal, Write};
use std::process::{Command, Stdio};

use super::{Error, Server};
use crate::printed::report;

/// A package manager with a package of RabbitMQ.
#[derive(Debug)]
struct Manager {
    program: &'static str,
    /// The command for a user.
    command: &'static str,
    /// The command for this program, run by `sh`.
    script: &'static str,
    needs_root: bool,
}

/// The package managers, in order of preference.
const MANAGERS: [Manager; 4] = [
    Manager {
        program: "apt-get",
        command: "apt-get install --no-install-recommends rabbitmq-server",
        script: include_str!("apt.sh"),
        needs_root: true,
    },
    Manager {
        program: "dnf",
        command: "dnf install rabbitmq-server",
        script: "dnf install -y rabbitmq-server",
        needs_root: true,
    },
    Manager {
        program: "apk",
        command: "apk add rabbitmq-server",
        script: "apk add rabbitmq-server",
        needs_root: true,
    },
    Manager {
        program: "brew",
        command: "brew install rabbitmq",
        script: "brew install rabbitmq",
        needs_root: false,
    },
];

/// Installs RabbitMQ, and reports that on standard error. No service stays running.
///
/// For root, such as in CI, it is installed at once. Otherwise `agreed` is the user's
/// consent; without it, the user is asked, if there is a terminal.
///
/// # Errors
///
/// If the user does not consent, there is no known package manager, or it fails. The
/// error has the command to run.
pub fn install(agreed: bool) -> Result<Server, Error> {
    let Some(manager) = MANAGERS.iter().find(|manager| manager.is_present()) else {
        return Err(Error::CannotInstall {
            why: "no known package manager is installed".to_owned(),
            todo: "install RabbitMQ 3.10 or newer, see https://www.rabbitmq.com/docs/download"
                .to_owned(),
        });
    };
    let root = is_root();
    let terminal = io::stdin().is_terminal() && io::stderr().is_terminal();
    let agreed = match Consent::of(root, agreed, terminal) {
        Consent::Given => true,
        Consent::Ask => manager.ask(),
        Consent::Missing => false,
    };
    if !agreed {
        return Err(manager.refuse("installing it needs your consent"));
    }
    report(format_args!("installing RabbitMQ with {}", manager.program));
    manager.run(manager.shell(root, terminal)?)?;
    Server::find()
        .ok_or_else(|| manager.refuse("the package has no rabbitmq-server, or there is no epmd"))
}

/// Whether the user consents to installing RabbitMQ.
#[derive(Debug, PartialEq, Eq)]
enum Consent {
    Given,
    Ask,
    Missing,
}

impl Consent {
    /// `agreed` is consent given before; `terminal` is whether the user can be asked.
    fn of(root: bool, agreed: bool, terminal: bool) -> Self {
        match (root || agreed, terminal) {
            (true, _) => Self::Given,
            (false, true) => Self::Ask,
            (false, false) => Self::Missing,
        }
    }
}

impl Manager {
    fn is_present(&self) -> bool {
        succeeds(self.program, &["--version"])
    }

    /// Asks the user on the terminal.
    fn ask(&self) -> bool {
        let asked = write!(
            io::stderr(),
            "The tests need RabbitMQ, which is not installed. Run `{}` now? [y/N] ",
            self.for_user()
        );
        let mut answer = String::new();
        let read = asked.and_then(|()| io::stdin().read_line(&mut answer));
        read.is_ok() && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str())
    }

    /// The shell command, with the privileges that the package manager needs.
    fn shell(&self, root: bool, terminal: bool) -> Result<Command, Error> {
        if self.needs_root && !root {
            let mut sudo = Command::new("sudo");
            if !terminal {
                // Without a terminal, `sudo` can't ask for a password.
                if !succeeds("sudo", &["-n", "true"]) {
                    return Err(self.refuse("installing it needs root, or sudo without a password"));
                }
                sudo.arg("-n");
            }
            sudo.arg("sh");
            return Ok(sudo);
        }
        if root && !self.needs_root {
            return Err(self.refuse("the package manager does not run as root"));
        }
        Ok(Command::new("sh"))
    }

    fn run(&self, mut shell: Command) -> Result<(), Error> {
        let status = shell
            .args(["-c", self.script])
            .stdin(Stdio::null())
            .status()
            .map_err(Error::Run)?;
        if status.success() {
            Ok(())
        } else {
            Err(self.refuse(&format!("{} failed, see above", self.program)))
        }
    }

    fn refuse(&self, why: &str) -> Error {
        Error::CannotInstall {
            why: why.to_owned(),
            todo: format!("run `cargo xtask test --install`, or `{}`", self.for_user()),
        }
    }

    /// The command for a user, with `sudo` if it needs root.
    fn for_user(&self) -> String {
        let sudo = if self.needs_root { "sudo " } else { "" };
        format!("{sudo}{}", self.command)
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a program is installed and succeeds. Its output is not shown.
fn succeeds(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::Consent;

    #[test]
    fn only_root_installs_without_being_asked_to() {
        for terminal in [true, false] {
            assert_eq!(Consent::of(true, false, terminal), Consent::Given);
            assert_eq!(Consent::of(false, true, terminal), Consent::Given);
        }
        assert_eq!(Consent::of(false, false, true), Consent::Ask);
        assert_eq!(Consent::of(false, false, false), Consent::Missing);
    }
}
