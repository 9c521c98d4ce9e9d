//! The command line of this workspace, `cargo xtask`.
//!
//! It is the only part of the project that touches the file system, the
//! network or the terminal. What a command does is in a module of its name;
//! the libraries below it do the work.
//!
//! [`rabbitmq`] is here as a library too, because tests start brokers with it.

pub mod cli;
pub mod codegen;
pub mod rabbitmq;
mod test;
mod text;
mod workspace;
