//! The command line as its users meet it: what it prints, writes, and exits with.

#[cfg(feature = "broker")]
mod broker;
mod codegen;
mod drift;
mod interrupted;
mod names;
mod printed;
mod server;
mod stdout;
mod support;
mod usage;
#[cfg(unix)]
mod workflow;
mod yaml;
