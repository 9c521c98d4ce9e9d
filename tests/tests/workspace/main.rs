//! The generated code, judged by other validators and by what services publish.
//!
//! One program, which is linked once and shares its work out over all processors.

mod allocations;
mod catalogue;
mod differential;
mod drafts;
mod examples;
mod goldens;
mod growth;
mod guide;
mod keys;
mod languages;
mod timestamps;
mod unions;
mod violations;
