//! What the generator makes, as a module, of the schemas in `fixtures/private`:
//! between them they hold every constraint that it knows. This crate's build
//! script generates it, as that of any other project could.

include!(concat!(env!("OUT_DIR"), "/private.rs"));
