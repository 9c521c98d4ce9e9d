//! Views of schemas that apply to one instance together.
//!
//! A [`Node`] is a set of schemas that `allOf` or a choice combines; a [`View`] gives the
//! keywords that they state together. Nodes are compared by their schemas alone, so a
//! schema that reaches itself through `allOf` reaches the same node, and work on nodes
//! ends. Schemas are not merged; only the requested keywords are combined.

mod keywords;
mod node;
mod values;
mod view;

pub(crate) use keywords::{Bounds, StatedProperty};
pub(crate) use node::{Choice, Node, Part};
pub(crate) use values::{as_integer, intersect};
pub(crate) use view::{Listed, View, is_below};
