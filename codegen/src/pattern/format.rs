//! The grammars that the names of formats stand for.

use super::{Form, Refusal};

pub(super) fn compile(formats: &[&str]) -> Result<Option<Form>, Refusal> {
    let _ = formats;
    Ok(None)
}
