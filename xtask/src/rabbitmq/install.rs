//! Installing RabbitMQ with the system's package manager.

use std::process::{Command, Stdio};

use super::{Error, Server};

/// A package manager that has RabbitMQ.
#[derive(Debug)]
struct Manager {
    program: &'static str,
    /// What a person would run.
    command: &'static str,
    /// What this runs, with `sh`.
    script: &'static str,
    needs_root: bool,
}

/// The package managers, in the order in which they are looked for.
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

/// Who may run a package manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    /// This process.
    Own,
    /// This process by `sudo`, which asks for no password.
    Sudo,
    /// Somebody else.
    None,
}

/// Installs RabbitMQ, and says so on standard error. No service is left running.
///
/// # Errors
///
/// There is no package manager that this knows, it needs a password, or it
/// fails: the error says what to run.
pub fn install() -> Result<Server, Error> {
    let Some(manager) = MANAGERS.iter().find(|manager| manager.is_present()) else {
        return Err(Error::CannotInstall {
            why: "no package manager that this command knows is here".to_owned(),
            todo: "install RabbitMQ 3.10 or newer, see https://www.rabbitmq.com/docs/download"
                .to_owned(),
        });
    };
    let permission = manager.permission();
    if permission == Permission::None {
        return Err(manager
            .refuse("installing it takes root's rights, or a sudo that asks for no password"));
    }
    eprintln!(
        "RabbitMQ is needed for the tests and is not installed; installing it with {}, without starting its service",
        manager.program
    );
    manager.run(permission)?;
    Server::find().ok_or_else(|| {
        manager.refuse("its package was installed, but has no rabbitmq-server or epmd")
    })
}

impl Manager {
    fn is_present(&self) -> bool {
        succeeds(self.program, &["--version"])
    }

    fn permission(&self) -> Permission {
        if is_root() == self.needs_root {
            Permission::Own
        } else if self.needs_root && succeeds("sudo", &["-n", "true"]) {
            Permission::Sudo
        } else {
            Permission::None
        }
    }

    fn run(&self, permission: Permission) -> Result<(), Error> {
        let mut command = match permission {
            Permission::Sudo => {
                let mut command = Command::new("sudo");
                command.args(["-n", "sh"]);
                command
            }
            Permission::Own | Permission::None => Command::new("sh"),
        };
        let status = command
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
        let sudo = if self.needs_root { "sudo " } else { "" };
        Error::CannotInstall {
            why: why.to_owned(),
            todo: format!("run `{sudo}{}`", self.command),
        }
    }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}

/// Whether a program is here and, run without a word, does what it is asked to.
fn succeeds(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
