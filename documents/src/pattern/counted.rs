//! Patterns that count characters: `^.{0,255}$`.
//!
//! An automaton counts by its states, one for each byte of each character that
//! may still come, where it takes two to know the characters and a number to
//! count them.

use regex_syntax::hir::Hir;

use super::{Form, Shape, compile_language};

/// How many bytes the longest character has.
const CHARACTER: usize = 4;

/// A count above which no automaton is tried.
const LONG: u64 = 100;

/// So many characters of one class, and nothing else.
#[derive(Debug)]
pub(super) struct Counted {
    /// The language of any number of these characters.
    pub(super) any_number: Hir,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

impl Counted {
    /// Whether an automaton would be large: it has states for each character.
    pub(super) fn is_long(&self) -> bool {
        self.most.unwrap_or(self.least) > LONG
    }

    /// The form of these texts; `None` where the class is too large.
    pub(super) fn form(&self, work: &mut usize) -> Option<Form> {
        let Self {
            any_number,
            least,
            most,
        } = self;
        let characters = compile_language(any_number, None, work)?;
        if characters.is_ascii() {
            // Characters are bytes.
            return Some(characters.within(*least, *most));
        }
        let bytes = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
        let shortest = bytes(*least);
        let longest = most.map(|most| bytes(most).saturating_mul(CHARACTER));
        let count = Form {
            shape: Shape::Characters {
                least: *least,
                most: *most,
            },
            shortest,
            longest,
        };
        Some(Form {
            shape: Shape::AllOf(vec![characters, count]),
            shortest,
            longest,
        })
    }
}
