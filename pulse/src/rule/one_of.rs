//! Whether an enum value is one that the schema names.

use super::Rule;
use crate::payload::OpenEnum;
use crate::validate::Violation;

/// The value is one that the schema's `enum` names.
#[derive(Clone, Copy, Debug)]
pub struct Known;

impl<E: OpenEnum> Rule<E> for Known {
    #[inline]
    fn holds(&self, value: &E) -> bool {
        value.known().is_ok()
    }

    fn explain(&self, value: &E, pointer: &str, found: &mut Vec<Violation>) {
        let named: Vec<&str> = E::KNOWN.iter().map(|(text, _)| *text).collect();
        if let Err(unknown) = value.known() {
            found.push(Violation::new(pointer, "enum", named, unknown));
        }
    }
}
