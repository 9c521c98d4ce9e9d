//! Instances of schemas: valid ones, and ones that break a single constraint.

mod edit;
mod mutations;
mod spelling;
mod strings;
mod valid;

pub use edit::{Edit, Step, pointer};
pub use mutations::{Expected, Mutation, mutations};
pub use valid::Instances;
