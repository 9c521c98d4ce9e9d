//! ECMA-262 patterns, read as the languages that they match.
//!
//! Patterns are parsed with `oxc_regular_expression`: of the parsers for this syntax, it
//! is the one with a public syntax tree that implements both the Unicode grammar and the
//! lenient one of Annex B, and is tested against all of test262. (`regress` keeps its
//! tree private; `jsonschema-regex` rewrites text, on a best-effort basis.)
//!
//! As JSON Schema requires, a pattern is read with the `u` flag, and matches code points;
//! one that is only valid without the flag is read without it.

use oxc_allocator::Allocator;
use oxc_regular_expression::ast::{
    BoundaryAssertionKind, Disjunction, LookAroundAssertionKind, Quantifier, Term,
};
use oxc_regular_expression::{LiteralParser, Options};
use regex_syntax::hir::{ClassUnicode, Hir, Look, Repetition};

use super::class;
use super::error::{refused, shown};
use crate::error::Reason;

/// Maximum nesting of groups: the parser and the translator of its tree are recursive.
const MAX_DEPTH: usize = 100;

/// The language of a pattern.
#[derive(Debug)]
pub(super) struct Parsed {
    /// Texts that contain a match of the pattern.
    pub(super) whole: Hir,
    /// The same language, if the pattern only counts characters.
    pub(super) counted: Option<Counted>,
}

/// A number of characters of one class.
#[derive(Debug)]
pub(super) struct Counted {
    /// The language of any number of these characters.
    pub(super) any_number: Hir,
    pub(super) least: u64,
    pub(super) most: Option<u64>,
}

/// The language of the pattern `source`.
///
/// # Errors
///
/// A [`Reason`] if `source` is not a pattern, or not a regular language.
pub(super) fn parse(source: &str) -> Result<Parsed, Reason> {
    if nesting(source) > MAX_DEPTH {
        return Err(refused(
            format!("the groups of a pattern nest more than {MAX_DEPTH} deep"),
            "write the pattern with fewer groups",
        ));
    }
    let plain = without_control_letters(source)?;
    let allocator = Allocator::default();
    let read = |flags| LiteralParser::new(&allocator, &plain, flags, Options::default()).parse();
    let (pattern, unicode) = match read(Some("u")) {
        Ok(pattern) => (pattern, true),
        Err(problem) => match read(None) {
            Ok(pattern) => (pattern, false),
            Err(_) => return Err(not_ecma(source).caused_by(problem)),
        },
    };
    let translator = Translator {
        unicode,
        // Inside a character there is no word boundary, so `\B` holds between its bytes:
        // a pattern with `\B` must match whole characters.
        exact: source.contains("\\B"),
    };
    let before = match translator.exact {
        true => class::any_characters(),
        false => class::any_bytes(),
    };
    let whole = Hir::concat(vec![
        before,
        translator.disjunction(&pattern.body)?,
        class::any_bytes(),
        Hir::look(Look::End),
    ]);
    let counted = translator.counted(&pattern.body)?;
    Ok(Parsed { whole, counted })
}

fn not_ecma(source: &str) -> Reason {
    let what = format!("{} is not an ECMA-262 pattern", shown(source));
    refused(what, "correct the pattern")
}

fn bad_escape(source: &str, why: &str) -> Reason {
    let mut error = not_ecma(source);
    error.what.push_str(&format!(": {why}"));
    error
}

/// Replaces each `\cX` of `source` by `\xHH`, because the parser reads `\cX` inside a
/// class as three characters.
fn without_control_letters(source: &str) -> Result<String, Reason> {
    let mut plain = String::with_capacity(source.len());
    let mut characters = source.chars();
    while let Some(character) = characters.next() {
        plain.push(character);
        if character != '\\' {
            continue;
        }
        // The parser ignores a backslash at the end.
        let escaped = characters
            .next()
            .ok_or_else(|| bad_escape(source, "`\\` at the end"))?;
        if escaped != 'c' {
            plain.push(escaped);
            continue;
        }
        match characters.next().filter(char::is_ascii_alphabetic) {
            Some(letter) => plain.push_str(&format!("x{:02x}", u32::from(letter) % 32)),
            None => return Err(bad_escape(source, "`\\c` without a letter")),
        }
    }
    Ok(plain)
}

/// The nesting depth of the groups of `source`.
fn nesting(source: &str) -> usize {
    let (mut depth, mut deepest, mut in_class) = (0_usize, 0, false);
    let mut bytes = source.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                bytes.next();
            }
            b'[' => in_class = true,
            b']' => in_class = false,
            b'(' if !in_class => depth += 1,
            b')' if !in_class => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

/// Translates a syntax tree into a language.
#[derive(Clone, Copy)]
struct Translator {
    unicode: bool,
    exact: bool,
}

impl Translator {
    fn disjunction(self, tree: &Disjunction<'_>) -> Result<Hir, Reason> {
        let alternatives = tree.body.iter().map(|alternative| {
            let terms = alternative.body.iter().map(|term| self.term(term));
            Ok(Hir::concat(terms.collect::<Result<_, Reason>>()?))
        });
        Ok(Hir::alternation(
            alternatives.collect::<Result<_, Reason>>()?,
        ))
    }

    fn term(self, term: &Term<'_>) -> Result<Hir, Reason> {
        match term {
            Term::BoundaryAssertion(assertion) => Ok(Hir::look(match assertion.kind {
                BoundaryAssertionKind::Start => Look::Start,
                BoundaryAssertionKind::End => Look::End,
                BoundaryAssertionKind::Boundary => Look::WordAscii,
                BoundaryAssertionKind::NegativeBoundary => Look::WordAsciiNegate,
            })),
            Term::LookAroundAssertion(assertion) => Err(look_around(assertion.kind)),
            Term::Quantifier(quantifier) => self.quantifier(quantifier),
            Term::CapturingGroup(group) => self.disjunction(&group.body),
            Term::IgnoreGroup(group) if group.modifiers.is_some() => Err(refused(
                "a group changes flags",
                "spell out what the flags mean: `[aA]` for a letter of either case",
            )),
            Term::IgnoreGroup(group) => self.disjunction(&group.body),
            Term::IndexedReference(_) | Term::NamedReference(_) => Err(refused(
                "a pattern with a back-reference is not a regular language",
                "write out the alternatives that it stands for",
            )),
            Term::Character(_)
            | Term::Dot(_)
            | Term::CharacterClassEscape(_)
            | Term::UnicodePropertyEscape(_)
            | Term::CharacterClass(_) => {
                let class = self.class(term)?;
                Ok(class.map_or_else(Hir::empty, |class| class::one(class, self.exact)))
            }
        }
    }

    /// The count of characters, if the pattern requires nothing else.
    fn counted(self, tree: &Disjunction<'_>) -> Result<Option<Counted>, Reason> {
        let [alternative] = tree.body.as_slice() else {
            return Ok(None);
        };
        let [
            Term::BoundaryAssertion(start),
            Term::Quantifier(quantifier),
            Term::BoundaryAssertion(end),
        ] = alternative.body.as_slice()
        else {
            return Ok(None);
        };
        let is_whole =
            start.kind == BoundaryAssertionKind::Start && end.kind == BoundaryAssertionKind::End;
        let (least, most) = (quantifier.min, quantifier.max);
        let counts = least > 1 || most.is_some_and(|most| most > 1);
        let class = self.class(&quantifier.body)?;
        Ok(class.filter(|_| is_whole && counts).map(|class| Counted {
            any_number: Hir::concat(vec![class::many(class, self.exact), Hir::look(Look::End)]),
            least,
            most,
        }))
    }

    /// The characters of a term that takes one character; `None` for others.
    fn class(self, term: &Term<'_>) -> Result<Option<ClassUnicode>, Reason> {
        Ok(Some(match term {
            Term::Character(only) => class::character(only, self.unicode)?,
            Term::Dot(_) => class::dot(),
            Term::CharacterClassEscape(known) => class::escape(known.kind),
            Term::UnicodePropertyEscape(name) => class::property(name)?,
            Term::CharacterClass(class) => class::class(class, self.unicode)?,
            _ => return Ok(None),
        }))
    }

    fn quantifier(self, quantifier: &Quantifier<'_>) -> Result<Hir, Reason> {
        // A larger count is refused for its size, whatever the number.
        let count = |count| u32::try_from(count).unwrap_or(u32::MAX);
        let class = self.class(&quantifier.body)?;
        let sub = match &class {
            Some(class) => class::one(class.clone(), self.exact),
            None => self.term(&quantifier.body)?,
        };
        let min = count(quantifier.min);
        let repeat = |max| {
            Hir::repetition(Repetition {
                min,
                max,
                greedy: true,
                sub: Box::new(sub),
            })
        };
        Ok(match (quantifier.max, class) {
            (None, Some(class)) => {
                Hir::concat(vec![repeat(Some(min)), class::many(class, self.exact)])
            }
            (max, _) => repeat(max.map(count)),
        })
    }
}

fn look_around(kind: LookAroundAssertionKind) -> Reason {
    let what = match kind {
        LookAroundAssertionKind::Lookahead | LookAroundAssertionKind::NegativeLookahead => {
            "a lookahead is not supported"
        }
        LookAroundAssertionKind::Lookbehind | LookAroundAssertionKind::NegativeLookbehind => {
            "a lookbehind is not supported"
        }
    };
    refused(what, "rewrite the pattern with classes and alternatives")
}
