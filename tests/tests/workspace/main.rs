//! The generated code, compared with other validators and with the messages of services.
//!
//! All of these tests are one program, which is linked once and distributes them over all
//! processors.

mod allocations;
mod differential;
mod drafts;
mod examples;
mod goldens;
mod grown;
mod guide;
mod json;
mod keys;
mod timestamps;
mod unions;
mod violations;
