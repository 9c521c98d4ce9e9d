//! From a pattern to the cheapest form of what it matches.

use regex_syntax::hir::Hir;

use super::automaton::Automaton;
use super::ecma::{self, Counted};
use super::error::{Error, shown};
use super::form::{self, Form, Shape};

/// How many characters are counted by a number, and not by the states of an automaton.
const LONG: u64 = 100;

/// How many bytes the longest character has.
const CHARACTER: usize = 4;

/// The form of a grammar of ours: the texts that `source` matches as a whole.
pub(super) fn whole(source: &str) -> Option<Form> {
    compile(&format!("^(?:{source})$"), &mut 0).ok()
}

/// Compiles the pattern `source`. Adds to `work` the bytes of all automata that were
/// built.
pub(super) fn compile(source: &str, work: &mut usize) -> Result<Form, Error> {
    let language = ecma::parse(source)?;
    cheapest(&language.whole, language.counted.as_ref(), work).ok_or_else(|| {
        Error::new(
            format!("{} needs more than 64 KiB of tables", shown(source)),
            "use fewer counted repetitions, or `minLength` and `maxLength`",
        )
    })
}

/// The cheapest form of `language`, which is also known as `counted` where it is
/// nothing else; `None` where all are too large.
fn cheapest(language: &Hir, counted: Option<&Counted>, work: &mut usize) -> Option<Form> {
    if let Some(counted) = counted.filter(|it| it.most.unwrap_or(it.least) > LONG) {
        return by_number(counted, work);
    }
    let automaton = Automaton::new(language, work);
    automaton
        .as_ref()
        .and_then(form::without_table)
        .or_else(|| by_number(counted?, work))
        // Only a table gets smaller by this.
        .or_else(|| form::table(&automaton?.minimal()))
}

/// The form that counts characters by a number: an automaton has a state for each byte
/// of each character that may still come. `None` where the class is too large.
fn by_number(counted: &Counted, work: &mut usize) -> Option<Form> {
    let Counted {
        any_number,
        least,
        most,
    } = counted;
    let characters = cheapest(any_number, None, work)?;
    if characters.is_ascii() {
        // Characters are bytes.
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
