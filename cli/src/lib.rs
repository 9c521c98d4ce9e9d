//! The command line: every command that works without a checkout of the workspace.
//!
//! This crate and `xtask` are the only parts of the project that touch files, the network
//! or the terminal. A command is a module of its name; the libraries below do the work.
//! `cargo xtask` runs the same commands with the folders of the workspace as their
//! [`Defaults`], except those in `broker`, which need the generated crate. It builds those
//! in [`deployments`], which need an HTTP client, when one of them is run.

#[cfg(feature = "broker")]
mod broker;
pub mod codegen;
mod defaults;
#[cfg(feature = "deployments")]
pub mod deployments;
pub mod folder;
mod printed;
mod program;
mod read_error;
mod signals;
pub mod sources;
mod terminal;

pub use defaults::Defaults;
pub use printed::fail;
pub use program::{Command, examples_for, run, usage};
pub use read_error::ReadError;

#[cfg(test)]
mod tests {
    fn is_an_error<E: std::error::Error + Send + Sync + 'static>() {}

    #[test]
    fn every_error_can_be_boxed_and_sent() {
        is_an_error::<super::codegen::Error>();
        is_an_error::<super::folder::Error>();
        is_an_error::<super::sources::Error>();
        #[cfg(feature = "deployments")]
        {
            use super::deployments::{DeploymentError, InputError, drift, pull};

            is_an_error::<drift::Error>();
            is_an_error::<pull::Error>();
            is_an_error::<DeploymentError>();
            is_an_error::<InputError>();
        }
    }
}
