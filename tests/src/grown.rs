//! The module [`private`](crate::private) of a later version of its schemas: each object
//! has another optional property, and each routing key another entry.

include!(concat!(env!("OUT_DIR"), "/grown.rs"));
