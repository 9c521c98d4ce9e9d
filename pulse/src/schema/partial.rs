//! Checks arrays and objects of which parts were left out.
//!
//! Such a value counts as valid if it may be, so that a violation is one whatever the parts
//! are. Nothing is known about the contents of one that is empty.

use serde_json::Value;

use super::Keyword;
use super::instance::{Instance, address};
use super::interpreter::Interpreter;

impl Interpreter {
    /// Records that the contents of all arrays and objects inside `levels` others were left
    /// out of `value`; returns whether there are any.
    pub(crate) fn mark_partial(&mut self, value: &Value, levels: usize) -> bool {
        let mut mark = |inner| levels == 0 || self.mark_partial(inner, levels - 1);
        // `any` would end at the first.
        let count = match value {
            Value::Array(items) => items.iter().filter(|item| mark(item)).count(),
            Value::Object(members) => members.values().filter(|member| mark(member)).count(),
            _ => return false,
        };
        let is_partial = levels == 0 || count > 0;
        if is_partial {
            self.partial.insert(address(value));
        }
        is_partial
    }

    /// Whether parts of `value` were left out.
    pub(super) fn is_partial(&self, value: &Value) -> bool {
        !self.partial.is_empty() && self.partial.contains(&address(value))
    }

    /// Whether parts that were left out of an instance decide whether it breaks `keyword`.
    pub(super) fn is_undecided(&mut self, keyword: &'static Keyword, it: Instance<'_>) -> bool {
        self.is_partial(it.value)
            && match keyword {
                Keyword::Enum(_) | Keyword::Const(_) | Keyword::UniqueItems | Keyword::Not(_) => {
                    true
                }
                Keyword::If { condition, .. } => self.allows_strictly(condition, it),
                Keyword::MinItems(_)
                | Keyword::Contains(_)
                | Keyword::MinProperties(_)
                | Keyword::Required(_) => is_empty(it.value),
                _ => false,
            }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    }
}
