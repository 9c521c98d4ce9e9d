//! The command line as its users meet it: what it prints, writes, and exits with.

mod codegen;
mod names;
mod support;
mod usage;
