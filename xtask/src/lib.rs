//! The command line of this workspace, `cargo xtask`.
//!
//! It adds two things to the commands of `taskcluster-events-cli`: the paths of the
//! workspace as defaults, and `test`.
//!
//! [`rabbitmq`] is part of the library because tests start brokers with it.

#[cfg(feature = "commands")]
pub mod cli;
pub mod printed;
pub mod rabbitmq;
pub mod test;
pub mod workspace;
