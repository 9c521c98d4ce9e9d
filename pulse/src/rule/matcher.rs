//! Matchers of strings, as constant data.

use super::ranges::Ranges;
use super::string::count;
use super::table::Table;

/// A language, compiled when the code is generated.
///
/// Matching allocates nothing, needs no setup and never backtracks.
#[derive(Clone, Copy, Debug)]
pub struct Matcher {
    pub(crate) shape: Shape,
    pub(crate) shortest: usize,
    pub(crate) longest: usize,
}

/// The forms of a language, roughly from the cheapest on.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shape {
    Always,
    Run(&'static Run),
    Positions(&'static Positions),
    Split(&'static Split),
    Table(&'static Table),
    Characters { least: u64, most: u64 },
    AnyOf(&'static [Matcher]),
    AllOf(&'static [Matcher]),
}

impl Matcher {
    /// Every text.
    pub const ALWAYS: Self = Self::of(Shape::Always);

    /// The texts of a [`Run`].
    pub const fn run(run: &'static Run) -> Self {
        Self::of(Shape::Run(run))
    }

    /// The texts of [`Positions`].
    pub const fn positions(positions: &'static Positions) -> Self {
        let length = positions.wants.len();
        Self::of(Shape::Positions(positions))
            .at_least(length)
            .at_most(length)
    }

    /// The texts of a [`Split`].
    pub const fn split(split: &'static Split) -> Self {
        Self::of(Shape::Split(split))
    }

    /// The texts that a [`Table`] accepts.
    pub const fn table(table: &'static Table) -> Self {
        Self::of(Shape::Table(table))
    }

    /// The texts of at least `least` and at most `most` code points.
    pub const fn characters(least: u64, most: u64) -> Self {
        Self::of(Shape::Characters { least, most })
    }

    /// The texts that at least one of `matchers` matches.
    pub const fn any_of(matchers: &'static [Self]) -> Self {
        Self::of(Shape::AnyOf(matchers))
    }

    /// The texts that all of `matchers` match.
    pub const fn all_of(matchers: &'static [Self]) -> Self {
        Self::of(Shape::AllOf(matchers))
    }

    /// Only texts of at least `shortest` bytes: shorter ones are not read.
    pub const fn at_least(mut self, shortest: usize) -> Self {
        self.shortest = shortest;
        self
    }

    /// Only texts of at most `longest` bytes: longer ones are not read.
    pub const fn at_most(mut self, longest: usize) -> Self {
        self.longest = longest;
        self
    }

    const fn of(shape: Shape) -> Self {
        Self {
            shape,
            shortest: 0,
            longest: usize::MAX,
        }
    }

    /// Whether the whole of `text` belongs to the language.
    ///
    /// Always inlined, including the form of the language: for a constant matcher, only
    /// the loop over the text remains.
    #[inline(always)]
    pub const fn matches(&self, text: &str) -> bool {
        self.matches_bytes(text.as_bytes())
    }

    const fn is_run_without(&self, byte: u8) -> bool {
        match self.shape {
            Shape::Run(run) => run.roles[byte as usize] & BODY == 0,
            _ => false,
        }
    }

    #[inline(always)]
    const fn matches_bytes(&self, text: &[u8]) -> bool {
        if text.len() < self.shortest || text.len() > self.longest {
            return false;
        }
        match self.shape {
            Shape::Always => true,
            Shape::Run(run) => run.matches(text),
            Shape::Positions(positions) => positions.matches(text),
            Shape::Split(split) => split.matches(text),
            Shape::Table(table) => table.accepts(text),
            Shape::Characters { least, most } => has_characters(text, least, most),
            Shape::AnyOf(matchers) => any_gives(matchers, text, true),
            Shape::AllOf(matchers) => !any_gives(matchers, text, false),
        }
    }
}

/// Whether `text` has `least` to `most` code points. Not inlined into matchers, most of
/// which count nothing.
#[inline(never)]
const fn has_characters(text: &[u8], least: u64, most: u64) -> bool {
    let count = count(text);
    least <= count && count <= most
}

/// Whether any of `matchers` returns `result` for `text`.
const fn any_gives(matchers: &[Matcher], text: &[u8], result: bool) -> bool {
    let mut index = 0;
    while index < matchers.len() {
        if matchers[index].matches_bytes(text) == result {
            return true;
        }
        index += 1;
    }
    false
}

/// Where a byte is allowed: bit [`BODY`] anywhere, the other bits at one end.
const BODY: u8 = 1;
const FIRST: u8 = 2;
const LAST: u8 = 4;

/// Any number of bytes of one set; the first and the last may be restricted to sets of
/// their own. The empty text matches.
#[derive(Debug)]
pub struct Run {
    roles: [u8; 256],
    /// The set as ranges, if it is only a few.
    ranges: Option<Ranges>,
    /// Whether the first or the last byte is restricted to a set of its own.
    has_ends: bool,
}

impl Run {
    /// Bytes of `set`, written as pairs of a first and a last byte: `b"09az"` is the
    /// digits and the small letters.
    pub const fn new(set: &[u8]) -> Self {
        Self {
            roles: mark([0; 256], set, BODY | FIRST | LAST),
            ranges: Ranges::new(set),
            has_ends: false,
        }
    }

    /// The first byte is one of `set`, written as pairs.
    pub const fn first(self, set: &[u8]) -> Self {
        self.only(set, FIRST)
    }

    /// The last byte is one of `set`, written as pairs.
    pub const fn last(self, set: &[u8]) -> Self {
        self.only(set, LAST)
    }

    const fn only(self, set: &[u8], role: u8) -> Self {
        let mut roles = self.roles;
        let mut byte = 0;
        while byte < roles.len() {
            roles[byte] &= !role;
            byte += 1;
        }
        Self {
            roles: mark(roles, set, role),
            has_ends: true,
            ..self
        }
    }

    /// Whether `byte` is allowed in a text, also as the first or the last byte if it is
    /// that.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn allows(&self, byte: u8, is_first: bool, is_last: bool) -> bool {
        let first = if is_first { FIRST } else { 0 };
        let last = if is_last { LAST } else { 0 };
        let wanted = BODY | first | last;
        self.roles[usize::from(byte)] & wanted == wanted
    }

    #[inline(always)]
    const fn matches(&self, text: &[u8]) -> bool {
        let (Some(first), Some(last)) = (text.first(), text.last()) else {
            return true;
        };
        let body = match &self.ranges {
            Some(ranges) => ranges.hold(text),
            None => self.has_only_body(text),
        };
        body && (!self.has_ends || self.may_have_ends(*first, *last))
    }

    const fn may_have_ends(&self, first: u8, last: u8) -> bool {
        self.roles[first as usize] & FIRST | self.roles[last as usize] & LAST == FIRST | LAST
    }

    /// Goes through all bytes without a branch, so that none waits for another.
    const fn has_only_body(&self, text: &[u8]) -> bool {
        let mut roles = BODY;
        let mut index = 0;
        while index < text.len() {
            roles &= self.roles[text[index] as usize];
            index += 1;
        }
        roles == BODY
    }
}

/// Adds `role` to each byte of `set`, which is written as pairs of a first and
/// a last byte.
const fn mark(mut roles: [u8; 256], set: &[u8], role: u8) -> [u8; 256] {
    let mut pair = 0;
    while pair + 1 < set.len() {
        let mut byte = set[pair] as usize;
        while byte <= set[pair + 1] as usize {
            roles[byte] |= role;
            byte += 1;
        }
        pair += 2;
    }
    roles
}

/// Texts of one length, in which each byte has a set of its own.
#[derive(Debug)]
pub struct Positions {
    sets: [u8; 256],
    wants: &'static [u8],
}

impl Positions {
    /// Texts as long as `wants`: the byte at `index` belongs to the sets, written as
    /// pairs, whose bits are set in `wants[index]`. The first set has bit 0; there are at
    /// most eight.
    pub const fn new(sets: &[&[u8]], wants: &'static [u8]) -> Self {
        let mut roles = [0; 256];
        let mut index = 0;
        while index < sets.len() && index < 8 {
            roles = mark(roles, sets[index], 1 << index);
            index += 1;
        }
        Self { sets: roles, wants }
    }

    /// Whether `byte` is allowed at `index`.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn allows(&self, byte: u8, index: usize) -> bool {
        let sets = self.sets[usize::from(byte)];
        self.wants
            .get(index)
            .is_some_and(|wants| wants & !sets == 0)
    }

    /// Goes through all bytes without a branch, so that none waits for another.
    const fn matches(&self, text: &[u8]) -> bool {
        let mut missing = 0;
        let mut index = 0;
        while index < text.len() && index < self.wants.len() {
            missing |= self.wants[index] & !self.sets[text[index] as usize];
            index += 1;
        }
        missing == 0 && text.len() == self.wants.len()
    }
}

/// Two languages separated by a byte.
#[derive(Debug)]
pub struct Split {
    pub(crate) at: u8,
    pub(crate) head: Matcher,
    pub(crate) tail: Matcher,
    /// Whether no text has more than one `at`.
    is_only: bool,
}

impl Split {
    /// Texts whose part before the last `at` matches `head` and whose part after it
    /// matches `tail`. `at` is an ASCII byte, so that both parts are valid UTF-8.
    pub const fn new(at: u8, head: Matcher, tail: Matcher) -> Self {
        Self {
            at,
            head,
            tail,
            is_only: head.is_run_without(at) && tail.is_run_without(at),
        }
    }

    const fn matches(&self, text: &[u8]) -> bool {
        let Some(index) = self.find(text) else {
            return false;
        };
        let (before, rest) = text.split_at(index);
        let (_, after) = rest.split_at(1);
        self.head.matches_bytes(before) && self.tail.matches_bytes(after)
    }

    /// The index at which to split `text`. Searched from the front if there can be only
    /// one, because the head is usually shorter.
    const fn find(&self, text: &[u8]) -> Option<usize> {
        let mut read = 0;
        while read < text.len() {
            let index = match self.is_only {
                true => read,
                false => text.len() - 1 - read,
            };
            if text[index] == self.at {
                return Some(index);
            }
            read += 1;
        }
        None
    }
}
