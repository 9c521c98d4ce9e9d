//! The command line as its users meet it: what it prints, writes, and exits with.

mod codegen;
mod support;
mod usage;
