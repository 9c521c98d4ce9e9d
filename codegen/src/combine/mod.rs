//! Schemas that apply to one instance together, seen as one schema.
//!
//! A [`Node`] is a set of schemas, as `allOf` makes it; a [`View`] answers what all
//! of them state. Nodes are compared by their schemas alone, so that a schema that
//! comes back to itself through `allOf` comes back to the same node, and work on
//! nodes ends. Nothing is merged that the answers do not need.

mod keywords;
mod node;
mod values;
mod view;

pub(crate) use keywords::{Bounds, Property};
pub(crate) use node::{Choice, Node, Part};
pub(crate) use values::intersect;
pub(crate) use view::{Listed, View, is_below};
