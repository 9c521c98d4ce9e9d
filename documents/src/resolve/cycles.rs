//! Finds schemas that apply to their own instances again, so that a check would not end.

use crate::error::Error;
use crate::schema::{Schema, SchemaId};

/// State of a schema during the search.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Unseen,
    Open,
    Done,
}

/// An error for each schema that leads back to itself through keywords that apply to the
/// same instance.
pub(super) fn find(schemas: &[Schema]) -> Vec<Error> {
    let mut states = vec![State::Unseen; schemas.len()];
    let mut errors = Vec::new();
    for start in 0..schemas.len() {
        // Stack of open schemas, each with the schemas it applies that are still to
        // visit.
        let mut open: Vec<(usize, Vec<SchemaId>)> = Vec::new();
        let mut next = Some(start).filter(|&start| states[start] == State::Unseen);
        loop {
            if let Some(schema) = next {
                states[schema] = State::Open;
                open.push((schema, schemas[schema].in_place().collect()));
            }
            let Some((schema, left)) = open.last_mut() else {
                break;
            };
            next = match left.pop() {
                Some(SchemaId(inner)) if states[inner] == State::Open => {
                    errors.push(made_of_itself(&schemas[inner]));
                    None
                }
                Some(SchemaId(inner)) => Some(inner).filter(|&it| states[it] == State::Unseen),
                None => {
                    states[*schema] = State::Done;
                    open.pop();
                    None
                }
            };
        }
    }
    errors
}

fn made_of_itself(schema: &Schema) -> Error {
    schema.place.error(
        "",
        "the schema applies to its own instances again, without an object or an array between",
        "take the reference out of `allOf`, `anyOf`, `oneOf`, `not`, `if` or `dependencies`",
    )
}
