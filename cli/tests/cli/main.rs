//! The command line as its users meet it: what it prints, writes, and exits with.

mod codegen;
mod interrupted;
mod names;
mod printed;
mod stdout;
mod support;
mod usage;
mod yaml;
