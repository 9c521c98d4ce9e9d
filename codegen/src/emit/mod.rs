//! The model, written as Rust.

pub mod matcher;
pub mod words;
