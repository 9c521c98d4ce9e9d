//! Sets of characters, as ECMA-262 defines them.

use oxc_regular_expression::ast::{
    Character, CharacterClass, CharacterClassContents, CharacterClassEscapeKind, CharacterKind,
    UnicodePropertyEscape,
};
use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition,
};

use super::error::{refused, shown};
use crate::error::Reason;

/// White space and line terminators: ECMA-262, 22.2.2.9, `CharacterClassEscape :: s`.
const SPACES: [(char, char); 10] = [
    ('\t', '\r'),
    (' ', ' '),
    ('\u{a0}', '\u{a0}'),
    ('\u{1680}', '\u{1680}'),
    ('\u{2000}', '\u{200a}'),
    ('\u{2028}', '\u{2029}'),
    ('\u{202f}', '\u{202f}'),
    ('\u{205f}', '\u{205f}'),
    ('\u{3000}', '\u{3000}'),
    ('\u{feff}', '\u{feff}'),
];

const WORD: [(char, char); 4] = [('0', '9'), ('A', 'Z'), ('_', '_'), ('a', 'z')];

/// Characters that `.` does not match: ECMA-262, 12.3, line terminators.
const LINE_ENDS: [(char, char); 3] = [('\n', '\n'), ('\r', '\r'), ('\u{2028}', '\u{2029}')];

fn of(ranges: &[(char, char)]) -> ClassUnicode {
    ClassUnicode::new(
        ranges
            .iter()
            .map(|&(first, last)| ClassUnicodeRange::new(first, last)),
    )
}

fn negated(mut class: ClassUnicode) -> ClassUnicode {
    class.negate();
    class
}

/// The characters that `.` matches.
pub(super) fn dot() -> ClassUnicode {
    negated(of(&LINE_ENDS))
}

/// The characters of `\d`, `\D`, `\s`, `\S`, `\w` and `\W`.
pub(super) fn escape(kind: CharacterClassEscapeKind) -> ClassUnicode {
    use CharacterClassEscapeKind as Kind;
    match kind {
        Kind::D => of(&[('0', '9')]),
        Kind::NegativeD => negated(of(&[('0', '9')])),
        Kind::S => of(&SPACES),
        Kind::NegativeS => negated(of(&SPACES)),
        Kind::W => of(&WORD),
        Kind::NegativeW => negated(of(&WORD)),
    }
}

/// The characters from the code point `first` to `last`, without surrogates, which no
/// text contains.
fn range(first: u32, last: u32) -> ClassUnicode {
    let first = char::from_u32(first).unwrap_or('\u{e000}');
    let last = char::from_u32(last).unwrap_or('\u{d7ff}');
    // Only a range of surrogates alone ends up with its ends swapped.
    match first <= last {
        true => of(&[(first, last)]),
        false => ClassUnicode::empty(),
    }
}

/// The characters of `\p{…}` and `\P{…}`.
pub(super) fn property(escape: &UnicodePropertyEscape<'_>) -> Result<ClassUnicode, Reason> {
    let source = match &escape.value {
        Some(value) => format!("\\p{{{}={value}}}", escape.name),
        None => format!("\\p{{{}}}", escape.name),
    };
    let class = regex_syntax::parse(&source)
        .ok()
        .and_then(|hir| match hir.into_kind() {
            HirKind::Class(Class::Unicode(class)) => Some(class),
            HirKind::Literal(literal) => {
                let text = str::from_utf8(&literal.0).ok()?;
                Some(ClassUnicode::new(
                    text.chars().map(|only| ClassUnicodeRange::new(only, only)),
                ))
            }
            _ => None,
        })
        .ok_or_else(|| {
            refused(
                format!("the character class {} is not supported", shown(&source)),
                "list the characters in a class: `[…]`",
            )
        })?;
    match escape.negative {
        true => Ok(negated(class)),
        false => Ok(class),
    }
}

/// The characters of `[…]` and `[^…]`; `unicode` is whether the pattern has the `u` flag.
pub(super) fn class(class: &CharacterClass<'_>, unicode: bool) -> Result<ClassUnicode, Reason> {
    use CharacterClassContents as Contents;
    let mut all = ClassUnicode::empty();
    for contents in &class.body {
        all.union(&match contents {
            Contents::CharacterClassRange(ends) => {
                range(code(&ends.min, unicode)?, code(&ends.max, unicode)?)
            }
            Contents::CharacterClassEscape(known) => escape(known.kind),
            Contents::UnicodePropertyEscape(name) => property(name)?,
            Contents::Character(only) => character(only, unicode)?,
            Contents::NestedCharacterClass(_) | Contents::ClassStringDisjunction(_) => {
                return Err(refused(
                    "a class contains another class",
                    "write it as one class, or as alternatives",
                ));
            }
        });
    }
    match class.negative {
        true => Ok(negated(all)),
        false => Ok(all),
    }
}

/// The single character `only`.
pub(super) fn character(only: &Character, unicode: bool) -> Result<ClassUnicode, Reason> {
    let code = code(only, unicode)?;
    Ok(range(code, code))
}

/// The code point of `character`, if it is unambiguous.
fn code(character: &Character, unicode: bool) -> Result<u32, Reason> {
    use CharacterKind::{Identifier, Octal1, Octal2, Octal3};
    let letter = char::from_u32(character.value).filter(char::is_ascii_alphabetic);
    if let (Identifier, Some(letter)) = (character.kind, letter) {
        return Err(escaped_letter(letter));
    }
    if matches!(character.kind, Octal1 | Octal2 | Octal3) {
        return Err(refused(
            "a pattern has an octal escape, which reads like a back-reference",
            "write the character as `\\xHH`",
        ));
    }
    // Without the flag, a character beyond U+FFFF is two code units, and a quantifier or
    // a range applies to one of them: no schema intends that.
    if !unicode && (0xd800..0xe000).contains(&character.value) {
        return Err(refused(
            "a pattern that is not valid with the `u` flag has a character beyond U+FFFF",
            "make the pattern valid with the `u` flag",
        ));
    }
    Ok(character.value)
}

/// The error for a letter behind a backslash that has no meaning there. ECMA-262 reads it as
/// the letter, but authors mean what it stands for elsewhere.
fn escaped_letter(letter: char) -> Reason {
    let help = match letter {
        'A' => "use `^`",
        'Z' | 'z' => "use `$`",
        'P' | 'k' | 'p' | 'u' | 'x' => "make the pattern valid with the `u` flag",
        _ => "write the characters that are meant, or remove the backslash",
    };
    let context = match letter {
        'P' | 'k' | 'p' | 'u' | 'x' => "a pattern that is not valid with the `u` flag",
        _ => "ECMA-262",
    };
    refused(
        format!("`\\{letter}` is the letter {letter} in {context}"),
        help,
    )
}

/// One character of `class`.
///
/// If the class has every character beyond ASCII, their bytes are only checked to be a
/// leading byte and continuation bytes: texts are known to be UTF-8, and one state does
/// instead of ten.
pub(super) fn one(class: ClassUnicode, exact: bool) -> Hir {
    if exact || !takes_all_beyond_ascii(&class) {
        return Hir::class(Class::Unicode(class));
    }
    let beyond = Hir::concat(vec![
        bytes(&[(0xc0, 0xff)]),
        any_number(bytes(&[(0x80, 0xbf)])),
    ]);
    Hir::alternation(vec![bytes(&ascii(&class)), beyond])
}

/// Any number of characters of `class`. If the class has every character beyond ASCII,
/// this is any number of bytes.
pub(super) fn many(class: ClassUnicode, exact: bool) -> Hir {
    if exact || !takes_all_beyond_ascii(&class) {
        return any_number(Hir::class(Class::Unicode(class)));
    }
    let mut ranges = ascii(&class);
    ranges.push((0x80, 0xff));
    any_number(bytes(&ranges))
}

/// Any number of bytes.
pub(super) fn any_bytes() -> Hir {
    any_number(bytes(&[(0, 0xff)]))
}

/// Any number of characters.
pub(super) fn any_characters() -> Hir {
    any_number(Hir::class(Class::Unicode(negated(ClassUnicode::empty()))))
}

fn any_number(sub: Hir) -> Hir {
    Hir::repetition(Repetition {
        min: 0,
        max: None,
        greedy: true,
        sub: Box::new(sub),
    })
}

fn bytes(ranges: &[(u8, u8)]) -> Hir {
    let ranges = ranges
        .iter()
        .map(|&(first, last)| ClassBytesRange::new(first, last));
    Hir::class(Class::Bytes(ClassBytes::new(ranges)))
}

fn takes_all_beyond_ascii(class: &ClassUnicode) -> bool {
    class
        .ranges()
        .last()
        .is_some_and(|range| range.start() <= '\u{80}' && range.end() == char::MAX)
}

/// The ASCII characters of `class`.
fn ascii(class: &ClassUnicode) -> Vec<(u8, u8)> {
    (0..0x80)
        .filter(|&byte| {
            let character = char::from(byte);
            let holds =
                |range: &ClassUnicodeRange| (range.start()..=range.end()).contains(&character);
            class.ranges().iter().any(holds)
        })
        .map(|byte| (byte, byte))
        .collect()
}
