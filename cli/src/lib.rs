//! The command line: every command that works without a checkout of the workspace.
//!
//! This crate is the only part of the project that touches files, the network
//! or the terminal. A command is a module of its name; the libraries below do
//! the work. `cargo xtask` runs the same commands with the folders of the
//! workspace as their [`Defaults`].

pub mod codegen;
mod program;
mod terminal;

pub use program::{Command, Defaults, examples_for, fail, run};
