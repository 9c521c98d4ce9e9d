//! The module [`private`](crate::private) as it may be after a year: each object has
//! an optional property more, and each routing key an entry.

include!(concat!(env!("OUT_DIR"), "/grown.rs"));
