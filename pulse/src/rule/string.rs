//! The constraints on one string.

use serde_json::{Value, json};

use super::Matcher;

/// The constraints on one string: lengths, a pattern, a format, a list of values.
///
/// A rule is a constant. It checks strings at run time without allocating, and
/// literals when the program is compiled:
///
/// ```
/// use taskcluster_pulse::StringRule;
///
/// const PROVIDER_ID: StringRule = StringRule::new("1 to 38 characters")
///     .min_length(1)
///     .max_length(38);
///
/// const AWS: &str = PROVIDER_ID.literal("aws");
/// assert!(PROVIDER_ID.is_valid(AWS));
/// assert!(!PROVIDER_ID.is_valid(""));
/// ```
///
/// A literal that breaks the rule does not compile, and the compiler's message is the
/// text with which the rule was made:
///
/// ```compile_fail
/// # use taskcluster_pulse::StringRule;
/// # const PROVIDER_ID: StringRule = StringRule::new("not empty").min_length(1);
/// const NONE: &str = PROVIDER_ID.literal("");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct StringRule {
    error_message: &'static str,
    pub(crate) min_length: Option<u64>,
    pub(crate) max_length: Option<u64>,
    pattern: Option<(&'static str, Matcher)>,
    one_pass: Option<Matcher>,
    format: Option<(Format, Matcher)>,
    pub(crate) one_of: Option<(&'static str, &'static [&'static str])>,
}

/// The formats that a string may have.
#[derive(Clone, Copy, Debug)]
enum Format {
    One(&'static str),
    AnyOf(&'static [&'static str]),
}

impl StringRule {
    /// A rule without constraints, with the compiler's message for a literal that breaks
    /// it.
    pub const fn new(error_message: &'static str) -> Self {
        Self {
            error_message,
            min_length: None,
            max_length: None,
            pattern: None,
            one_pass: None,
            format: None,
            one_of: None,
        }
    }

    /// At least `limit` code points: the keyword `minLength`.
    #[must_use]
    pub const fn min_length(mut self, limit: u64) -> Self {
        self.min_length = Some(limit);
        self
    }

    /// At most `limit` code points: the keyword `maxLength`.
    #[must_use]
    pub const fn max_length(mut self, limit: u64) -> Self {
        self.max_length = Some(limit);
        self
    }

    /// Matches `source`, from which `matcher` was compiled: the keyword `pattern`.
    #[doc(hidden)]
    #[must_use]
    pub const fn pattern(mut self, source: &'static str, matcher: Matcher) -> Self {
        self.pattern = Some((source, matcher));
        self
    }

    /// A matcher that checks the lengths and the pattern in one pass. The separate ones
    /// are then used only to explain violations.
    #[doc(hidden)]
    #[must_use]
    pub const fn one_pass(mut self, matcher: Matcher) -> Self {
        self.one_pass = Some(matcher);
        self
    }

    /// Has the format `name`, checked by `matcher`: the keyword `format`.
    #[doc(hidden)]
    #[must_use]
    pub const fn format(mut self, name: &'static str, matcher: Matcher) -> Self {
        self.format = Some((Format::One(name), matcher));
        self
    }

    /// Has one of the formats `names`, checked by `matcher`: the keyword `anyOf`, with
    /// only a `format` in each of its subschemas.
    #[doc(hidden)]
    #[must_use]
    pub const fn any_format(mut self, names: &'static [&'static str], matcher: Matcher) -> Self {
        self.format = Some((Format::AnyOf(names), matcher));
        self
    }

    /// One of `values`: the keyword `enum`.
    #[must_use]
    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.one_of = Some(("enum", values));
        self
    }

    /// Exactly `value`: the keyword `const`.
    #[must_use]
    pub const fn constant(mut self, value: &'static [&'static str; 1]) -> Self {
        self.one_of = Some(("const", value));
        self
    }

    /// Whether `text` is valid.
    ///
    /// Always inlined: for a constant rule, only the checks of its keywords remain.
    #[inline(always)]
    pub const fn is_valid(&self, text: &str) -> bool {
        let shape = match &self.one_pass {
            Some(matcher) => matcher.matches(text),
            None => self.is_short(text) && self.is_long(text) && self.has_pattern(text),
        };
        shape && self.has_format(text) && self.is_named(text)
    }

    /// Returns `text`. In a constant, a `text` that breaks the rule does not compile.
    ///
    /// # Panics
    ///
    /// At run time, if `text` breaks the rule; [`is_valid`](Self::is_valid) is
    /// for texts that are not literals.
    #[track_caller]
    pub const fn literal(&self, text: &'static str) -> &'static str {
        assert!(self.is_valid(text), "{}", self.error_message);
        text
    }

    /// The matchers of a string: the pattern, with the lengths if they are checked in one
    /// pass, and the format.
    #[cfg(feature = "arbitrary")]
    pub(crate) fn matchers(&self) -> impl Iterator<Item = &Matcher> {
        let pattern = self.pattern.as_ref().map(|(_, matcher)| matcher);
        let format = self.format.as_ref().map(|(_, matcher)| matcher);
        self.one_pass.as_ref().or(pattern).into_iter().chain(format)
    }

    #[inline]
    const fn is_long(&self, text: &str) -> bool {
        match self.min_length {
            Some(limit) => has_at_least(text, limit),
            None => true,
        }
    }

    #[inline]
    const fn is_short(&self, text: &str) -> bool {
        match self.max_length {
            Some(limit) => limit == u64::MAX || !has_at_least(text, limit + 1),
            None => true,
        }
    }

    #[inline]
    const fn has_pattern(&self, text: &str) -> bool {
        match &self.pattern {
            Some((_, matcher)) => matcher.matches(text),
            None => true,
        }
    }

    #[inline]
    const fn has_format(&self, text: &str) -> bool {
        match &self.format {
            Some((_, matcher)) => matcher.matches(text),
            None => true,
        }
    }

    #[inline]
    const fn is_named(&self, text: &str) -> bool {
        let Some((_, values)) = self.one_of else {
            return true;
        };
        let mut index = 0;
        while index < values.len() {
            if equal(values[index].as_bytes(), text.as_bytes()) {
                return true;
            }
            index += 1;
        }
        false
    }
}

/// The compiled pattern of `rule`, for tests and benchmarks.
pub const fn compiled_pattern(rule: &StringRule) -> Option<Matcher> {
    match rule.pattern {
        Some((_, matcher)) => Some(matcher),
        None => None,
    }
}

/// Whether `text` has `limit` code points or more. Counts them only if the number of
/// bytes is not enough to decide: a code point has 1 to 4.
#[inline]
const fn has_at_least(text: &str, limit: u64) -> bool {
    let bytes = text.len() as u64;
    if bytes < limit {
        return false;
    }
    bytes.div_ceil(4) >= limit || count(text.as_bytes()) >= limit
}

/// The number of code points in `text`: of bytes that are not continuation bytes.
pub(super) const fn count(text: &[u8]) -> u64 {
    let mut points = 0;
    let mut index = 0;
    while index < text.len() {
        points += (text[index] & 0xc0 != 0x80) as u64;
        index += 1;
    }
    points
}

/// Equality in constants, which the standard library lacks.
const fn equal(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}

impl Format {
    const fn keyword(self) -> &'static str {
        match self {
            Self::One(_) => "format",
            Self::AnyOf(_) => "anyOf",
        }
    }

    /// The keyword's value in the schema.
    fn limit(self) -> Value {
        match self {
            Self::One(name) => name.into(),
            Self::AnyOf(names) => names.iter().map(|name| json!({ "format": name })).collect(),
        }
    }
}

/// Whether a string is valid against one keyword of a rule.
type Holds = fn(&StringRule, &str) -> bool;

impl StringRule {
    /// The keywords of this rule, each with its value and the function that checks it.
    pub(crate) fn keywords(&self) -> impl Iterator<Item = (&'static str, Value, Holds)> {
        let pattern = self.pattern.map(|(source, _)| source);
        let format = self.format.map(|(format, _)| format);
        let keywords: [Option<(_, _, Holds)>; 5] = [
            self.min_length
                .map(|limit| ("minLength", limit.into(), Self::is_long as Holds)),
            self.max_length
                .map(|limit| ("maxLength", limit.into(), Self::is_short as Holds)),
            pattern.map(|source| ("pattern", source.into(), Self::has_pattern as Holds)),
            format.map(|it| (it.keyword(), it.limit(), Self::has_format as Holds)),
            self.one_of.map(|one_of| match one_of {
                ("const", [only]) => ("const", (*only).into(), Self::is_named as Holds),
                (keyword, values) => (keyword, values.into(), Self::is_named as Holds),
            }),
        ];
        keywords.into_iter().flatten()
    }

    /// The keywords that `value` breaks, with their values.
    pub(crate) fn broken(&self, value: &str) -> impl Iterator<Item = (&'static str, Value)> {
        self.keywords()
            .filter(move |(_, _, holds)| !holds(self, value))
            .map(|(keyword, limit, _)| (keyword, limit))
    }
}
