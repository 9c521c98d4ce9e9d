//! The command line: every command that works without a checkout of the workspace.
//!
//! This crate and `xtask` are the only parts of the project that touch files, the network
//! or the terminal. A command is a module of its name; the libraries below do the work.
//! `cargo xtask` runs the same commands with the folders of the workspace as their
//! [`Defaults`], except those in `broker`, which need the generated crate.

#[cfg(feature = "broker")]
mod broker;
mod closure;
pub mod codegen;
mod defaults;
mod deployment;
pub mod drift;
mod input;
mod printed;
mod program;
pub mod pull;
mod terminal;

pub use defaults::Defaults;
pub use deployment::Error as DeploymentError;
pub use input::Error as InputError;
pub use printed::fail;
pub use program::{Command, examples_for, run, usage};

#[cfg(test)]
mod tests {
    fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}

    #[test]
    fn every_error_can_be_boxed_and_sent() {
        is_an_error::<super::codegen::Error>();
        is_an_error::<super::drift::Error>();
        is_an_error::<super::pull::Error>();
        is_an_error::<super::DeploymentError>();
        is_an_error::<super::InputError>();
    }
}
