//! The modules that the build script generates for the cases.

include!(concat!(env!("OUT_DIR"), "/languages.rs"));
