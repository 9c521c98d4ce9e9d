//! Patterns and formats as sets of texts, to compare one with another.

use super::automaton::Automaton;
use super::error::{refused, shown};
use super::format::Grammar;
use super::work::Work;
use super::{ecma, format, time};
use crate::error::Reason;

/// A set of texts.
#[derive(Clone, Debug)]
pub enum Language {
    /// Texts that an automaton accepts. It distinguishes only texts that are UTF-8.
    Automaton(Automaton),
    /// Texts with a number of code points.
    Length {
        /// The minimum.
        least: u64,
        /// The maximum.
        most: Option<u64>,
    },
    /// The intersection.
    All(Vec<Language>),
    /// The union.
    Any(Vec<Language>),
}

/// The texts that the ECMA-262 pattern `source` matches somewhere.
///
/// # Errors
///
/// A [`Reason`] if `source` is not ECMA-262 or not a regular language, or if its automaton
/// is too large.
pub fn of_pattern(source: &str) -> Result<Language, Reason> {
    named(source, source)
}

/// The texts that have the format `name`.
///
/// # Errors
///
/// A [`Reason`] if the format is unknown, or not a regular language.
pub fn of_format(name: &str) -> Result<Language, Reason> {
    match format::grammar(name) {
        Some(Grammar::Pattern(source)) => whole(name, &source),
        Some(Grammar::Hostname) => Ok(Language::All(vec![
            whole(name, &format::hostname())?,
            up_to(format::HOSTNAME_BYTES),
        ])),
        Some(Grammar::Email) => email(),
        Some(Grammar::Time { before, bytes }) => time(&time::Patterns::after(&before, bytes)),
        Some(Grammar::Anything) => Err(refused(
            format!("the format `{name}` is not a regular language"),
            "state its grammar as a `pattern`",
        )),
        None => Err(refused(
            format!("the format `{name}` is not checked"),
            "state its grammar as a `pattern`",
        )),
    }
}

fn time(patterns: &time::Patterns) -> Result<Language, Reason> {
    let [hours, minutes] = &patterns.leap;
    Ok(Language::Any(vec![
        whole("time", &patterns.ordinary)?,
        Language::All(vec![whole("time", hours)?, whole("time", minutes)?]),
    ]))
}

/// RFC 5321, 4.1.2 and 4.5.3.1: a local part of at most 64 bytes, and a domain, which
/// contains no `@`. All are ASCII, so bytes are code points.
fn email() -> Result<Language, Reason> {
    let (local, literal) = (format::local_part(), format::address_literal());
    let domain = format::hostname();
    let (local_bytes, name_bytes) = (format::LOCAL_BYTES, format::HOSTNAME_BYTES);
    Ok(Language::All(vec![
        whole("email", &format!("(?:{local})@(?:{domain}|{literal})"))?,
        whole("email", &format!("[\\0-\\x7f]{{1,{local_bytes}}}@[^@]*"))?,
        Language::Any(vec![
            whole("email", "[^]*@\\[[^@]*")?,
            whole("email", &format!("[^]*@[\\0-?A-\\x7f]{{1,{name_bytes}}}"))?,
        ]),
    ]))
}

fn up_to(most: u64) -> Language {
    Language::Length {
        least: 0,
        most: Some(most),
    }
}

/// The texts that `source` matches as a whole.
fn whole(name: &str, source: &str) -> Result<Language, Reason> {
    named(name, &format!("^(?:{source})$"))
}

fn named(name: &str, source: &str) -> Result<Language, Reason> {
    let language = ecma::parse(source)?;
    // If a pattern counts characters, a number needs fewer states.
    if let Some(counted) = &language.counted
        && let Some(characters) = Automaton::new(&counted.any_number, &mut Work::default())
    {
        return Ok(Language::All(vec![
            Language::Automaton(characters),
            Language::Length {
                least: counted.least,
                most: counted.most,
            },
        ]));
    }
    let automaton = Automaton::new(&language.whole, &mut Work::default());
    automaton.map(Language::Automaton).ok_or_else(|| {
        refused(
            format!("{} needs too large an automaton", shown(name)),
            "use fewer counted repetitions, or `minLength` and `maxLength`",
        )
    })
}
