//! The command line as users run it: its output, its files, and its exit codes.

#[cfg(feature = "broker")]
mod broker;
mod codegen;
mod drift;
mod interrupted;
mod names;
mod printed;
mod pull;
mod server;
mod stdout;
mod support;
mod usage;
#[cfg(unix)]
mod workflow;
mod yaml;
