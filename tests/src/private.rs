//! The module that the generator makes from the schemas in `fixtures/private`, which
//! together have every constraint that it supports. The build script of this crate
//! generates it, as that of any other project could.

include!(concat!(env!("OUT_DIR"), "/private.rs"));
