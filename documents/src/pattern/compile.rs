//! Compiles a pattern into the form that is cheapest to check.

use regex_syntax::hir::Hir;

use super::automaton::Automaton;
use super::ecma::{self, Counted};
use super::error::{refused, shown};
use super::form::{self, Form, Shape};
use super::work::Work;
use crate::error::Reason;

/// Number of characters from which on they are counted by a number rather than by states.
const LONG: u64 = 100;

/// Maximum number of bytes of a character in UTF-8.
const CHARACTER: usize = 4;

/// The form of one of our own grammars: the texts that `source` matches as a whole.
pub(super) fn whole(source: &str) -> Form {
    // Each of them compiles, as tests check.
    compile(&format!("^(?:{source})$"), &mut Work::default()).unwrap_or_else(|_| Form::never())
}

/// Compiles the pattern `source`. Adds to `work`.
pub(super) fn compile(source: &str, work: &mut Work) -> Result<Form, Reason> {
    let language = ecma::parse(source)?;
    cheapest(&language.whole, language.counted.as_ref(), work).ok_or_else(|| {
        refused(
            format!(
                "{} needs more than 64 KiB of tables, or too much work",
                shown(source)
            ),
            "use fewer counted repetitions, or `minLength` and `maxLength`; and ranges such as \
             `[A-Za-z]` instead of `\\p{L}`",
        )
    })
}

/// The cheapest form of `language`; `None` if all are too large. `counted` is the same
/// language if it only counts characters.
fn cheapest(language: &Hir, counted: Option<&Counted>, work: &mut Work) -> Option<Form> {
    if let Some(counted) = counted.filter(|it| it.most.unwrap_or(it.least) > LONG) {
        return by_number(counted, work);
    }
    let automaton = Automaton::new(language, work);
    automaton
        .as_ref()
        .and_then(form::without_table)
        .or_else(|| by_number(counted?, work))
        // Makes only tables smaller.
        .or_else(|| form::table(&automaton?.minimal()))
}

/// The form that counts characters by a number: an automaton would have a state for each
/// byte of each character to come. `None` if the class is too large.
fn by_number(counted: &Counted, work: &mut Work) -> Option<Form> {
    let Counted {
        any_number,
        least,
        most,
    } = counted;
    let characters = cheapest(any_number, None, work)?;
    if characters.is_ascii() {
        // Each character is a single byte.
        return Some(characters.within(*least, *most));
    }
    let bytes = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let shortest = bytes(*least);
    let longest = most.map(|most| bytes(most).saturating_mul(CHARACTER));
    let form = |shape| Form {
        shape,
        shortest,
        longest,
    };
    let count = form(Shape::Characters {
        least: *least,
        most: *most,
    });
    Some(form(Shape::AllOf(vec![characters, count])))
}
