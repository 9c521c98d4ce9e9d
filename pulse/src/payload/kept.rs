//! What a strict decode must not lose: a union decodes tolerantly into the one
//! alternative whose rules hold, which may not be the one that knows a member.

use serde_json::Value;

use super::Shape;
use super::misfits::meant;
use crate::validate::{Flow, Pointer, Report, Violation};

impl Shape {
    /// Reports each union in `value`, which stands at `at`, of which a part is
    /// missing from `written`: what was decoded from it, written again.
    ///
    /// # Errors
    ///
    /// Breaks where `report` has seen enough.
    pub(super) fn check_kept(
        &self,
        value: &Value,
        written: &Value,
        at: &Pointer<'_>,
        report: &mut Report,
    ) -> Flow {
        match (*self, value, written) {
            (Self::Same(shape) | Self::Nullable(shape) | Self::Ruled(shape, _), value, written) => {
                shape.check_kept(value, written, at, report)
            }
            (Self::Union("type", shapes), value, written) => match meant("type", shapes, value) {
                Some(shape) => shape.check_kept(value, written, at, report),
                None => Flow::Continue(()),
            },
            (Self::Union(keyword, _), value, written) if !is_kept(value, written) => {
                report.add(|| Violation::no_alternative(at, keyword, value))
            }
            (Self::Array(shape), Value::Array(items), Value::Array(written)) => items
                .iter()
                .zip(written)
                .enumerate()
                .try_for_each(|(index, (item, written))| {
                    shape.check_kept(item, written, &at.index(index), report)
                }),
            (_, Value::Object(members), Value::Object(written)) => {
                members.iter().try_for_each(|(name, member)| {
                    // What an object leaves out is told by its own shape.
                    match self.of_member(name).zip(written.get(name)) {
                        Some((shape, written)) => {
                            shape.check_kept(member, written, &at.member(name), report)
                        }
                        None => Flow::Continue(()),
                    }
                })
            }
            _ => Flow::Continue(()),
        }
    }
}

/// Whether every member and item of `value` is in `written`.
fn is_kept(value: &Value, written: &Value) -> bool {
    match (value, written) {
        (Value::Object(members), Value::Object(written)) => members.iter().all(|(name, member)| {
            written
                .get(name)
                .is_some_and(|written| is_kept(member, written))
        }),
        (Value::Array(items), Value::Array(written)) => {
            items.len() == written.len()
                && items
                    .iter()
                    .zip(written)
                    .all(|(item, written)| is_kept(item, written))
        }
        _ => true,
    }
}
