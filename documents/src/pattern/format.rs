//! The grammars of formats.
//!
//! Each is a pattern written from the ABNF of its RFC, and compiled like the patterns of
//! schemas.

use std::sync::{Arc, OnceLock};

use super::compile::whole;
use super::form::{Form, Shape};
use super::time;

/// Formats of draft-07 that are not regular languages of a reasonable size.
pub(crate) const FORMATS_NOT_CHECKED: &[&str] =
    &["idn-email", "idn-hostname", "iri", "iri-reference"];

/// A format that is checked.
///
/// Its form is compiled when it is first used. Most formats are `date-time`, which takes
/// the longest to compile, and whose strings have a type of their own.
#[derive(Clone, Debug)]
pub struct Format {
    name: String,
    grammar: Grammar,
    form: Arc<OnceLock<Form>>,
}

/// The strings of a format.
#[derive(Clone, Debug)]
pub(super) enum Grammar {
    /// All that a pattern matches as a whole.
    Pattern(String),
    Hostname,
    Email,
    /// A time after a prefix that the pattern `before` matches, of `bytes` bytes.
    Time {
        before: String,
        bytes: usize,
    },
    /// All: ECMA-262 patterns are not a regular language; the format is an annotation.
    Anything,
}

impl Format {
    /// The format `name`; `None` if it is unknown or not checked.
    pub(super) fn new(name: &str) -> Option<Self> {
        Some(Self {
            name: name.to_owned(),
            grammar: grammar(name)?,
            form: Arc::default(),
        })
    }

    /// The name, as in a schema.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether this is `date-time`.
    pub fn is_date_time(&self) -> bool {
        self.name == "date-time"
    }

    /// The strings that have the format.
    pub fn form(&self) -> &Form {
        self.form.get_or_init(|| self.grammar.form())
    }
}

impl PartialEq for Format {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Format {}

impl Grammar {
    fn form(&self) -> Form {
        match self {
            Self::Pattern(source) => whole(source),
            Self::Hostname => whole(&hostname()).within(0, Some(HOSTNAME_BYTES)),
            Self::Email => email(),
            Self::Time { before, bytes } => time::form(before, *bytes),
            Self::Anything => Form {
                shape: Shape::Always,
                shortest: 0,
                longest: None,
            },
        }
    }
}

/// The grammar of the format `name`; `None` if it is unknown or not checked.
pub(super) fn grammar(name: &str) -> Option<Grammar> {
    Some(Grammar::Pattern(match name {
        "date" => date(),
        "date-time" => {
            return Some(Grammar::Time {
                before: format!("(?:{})[Tt]", date()),
                bytes: "2026-01-31T".len(),
            });
        }
        "duration" => duration(),
        "email" => return Some(Grammar::Email),
        "hostname" => return Some(Grammar::Hostname),
        "ipv4" => ipv4(),
        "ipv6" => ipv6(),
        "json-pointer" => JSON_POINTER.to_owned(),
        "regex" => return Some(Grammar::Anything),
        "relative-json-pointer" => format!("(?:0|[1-9][0-9]*)(?:#|{JSON_POINTER})"),
        "time" => {
            return Some(Grammar::Time {
                before: String::new(),
                bytes: 0,
            });
        }
        "uri" => uri(),
        "uri-reference" => format!("{}|{}", uri(), relative_reference()),
        "uri-template" => uri_template(),
        "uuid" => "[\\dA-Fa-f]{8}(?:-[\\dA-Fa-f]{4}){3}-[\\dA-Fa-f]{12}".to_owned(),
        _ => return None,
    }))
}

/// RFC 3339, 5.6 and 5.7, `full-date`, with the number of days of each month.
fn date() -> String {
    let leap = "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
    let day = "0[1-9]|1\\d|2[0-8]";
    let days =
        format!("(?:0[13578]|1[02])-(?:{day}|29|3[01])|(?:0[469]|11)-(?:{day}|29|30)|02-(?:{day})");
    format!("\\d{{4}}-(?:{days})|{leap}-02-29")
}

/// RFC 3339, appendix A, `duration`.
fn duration() -> String {
    let date = "(?:\\d+Y(?:\\d+M(?:\\d+D)?)?|\\d+M(?:\\d+D)?|\\d+D)";
    let time = "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)";
    format!("P(?:\\d+W|{date}(?:{time})?|{time})")
}

/// RFC 3986, 3.2.2, `IPv4address`.
fn ipv4() -> String {
    let octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)";
    format!("(?:{octet}\\.){{3}}{octet}")
}

/// RFC 3986, 3.2.2, `IPv6address`: `::` stands for one group of zeros or more.
fn ipv6() -> String {
    let group = "[\\dA-Fa-f]{1,4}";
    let end = format!("(?:{group}:{group}|{})", ipv4());
    // Before `::` at most 7 groups, and all together.
    let shortened = (0..=7).map(|after| {
        let before = match 7 - after {
            0 => String::new(),
            most => format!("(?:{group}(?::{group}){{0,{}}})?", most - 1),
        };
        match after {
            0 => format!("{before}::"),
            1 => format!("{before}::{group}"),
            most => format!("{before}::(?:{group}:){{{}}}{end}", most - 2),
        }
    });
    let shortened: Vec<String> = shortened.collect();
    format!("(?:(?:{group}:){{6}}{end}|{})", shortened.join("|"))
}

/// RFC 6901, 3, `json-pointer`.
const JSON_POINTER: &str = "(?:/(?:[^/~]|~[01])*)*";

/// RFC 6570, 2, `URI-Template`, with the operators that it reserves, and all
/// characters beyond ASCII in literals.
fn uri_template() -> String {
    let percent = "%[\\dA-Fa-f]{2}";
    let literal = "[^\\0- \"%<>\\\\^`{|}\\x7f]";
    let character = format!("(?:\\w|{percent})");
    let variable = format!("{character}(?:\\.?{character})*(?::[1-9]\\d{{0,3}}|\\*)?");
    let operator = "[+#./;?&=,!@|]?";
    format!("(?:{literal}|{percent}|\\{{{operator}{variable}(?:,{variable})*\\}})*")
}

/// RFC 3986, 2.1 to 2.3: `pct-encoded`, and a class with `unreserved`,
/// `sub-delims` and `more`.
fn characters(more: &str) -> String {
    format!("(?:[\\w\\-.~!$&'()*+,;={more}]|%[\\dA-Fa-f]{{2}})")
}

/// RFC 3986, 3.2, `authority`.
fn authority() -> String {
    let future = "[Vv][\\dA-Fa-f]+\\.[\\w\\-.~!$&'()*+,;=:]+";
    format!(
        "(?:{userinfo}*@)?(?:{name}*|\\[(?:{ipv6}|{future})\\])(?::\\d*)?",
        userinfo = characters(":"),
        name = characters(""),
        ipv6 = ipv6(),
    )
}

/// RFC 3986, 3.4 and 3.5: `[ "?" query ] [ "#" fragment ]`.
fn query_and_fragment() -> String {
    let character = characters(":@/?");
    format!("(?:\\?{character}*)?(?:#{character}*)?")
}

/// RFC 3986, 3, `URI`.
fn uri() -> String {
    format!(
        "[A-Za-z][A-Za-z\\d+\\-.]*:(?://{authority}(?:/{inner}*)?|/?(?:{segment}{inner}*)?){rest}",
        authority = authority(),
        inner = characters(":@/"),
        segment = characters(":@"),
        rest = query_and_fragment(),
    )
}

/// RFC 3986, 4.2, `relative-ref`.
fn relative_reference() -> String {
    format!(
        "(?://{authority}(?:/{inner}*)?|/(?:{segment}{inner}*)?|(?:{plain}+(?:/{inner}*)?)?){rest}",
        authority = authority(),
        inner = characters(":@/"),
        segment = characters(":@"),
        plain = characters("@"),
        rest = query_and_fragment(),
    )
}

/// RFC 1034, 3.1: 255 octets on the wire, which are two more than in the text.
pub(super) const HOSTNAME_BYTES: u64 = 253;

/// RFC 5321, 4.5.3.1.1: the bytes of a local part.
pub(super) const LOCAL_BYTES: u64 = 64;

/// RFC 1123, 2.1: labels of 63 letters, digits and hyphens. `xn--` labels are not
/// decoded.
pub(super) fn hostname() -> String {
    let label = "[A-Za-z\\d](?:[A-Za-z\\d\\-]{0,61}[A-Za-z\\d])?";
    format!("{label}(?:\\.{label})*")
}

/// RFC 5321, 4.1.2, `Mailbox`, with the lengths of 4.5.3.1 and the domains of `hostname`.
fn email() -> Form {
    let local = whole(&local_part());
    let domain = Form::any_of(vec![Grammar::Hostname.form(), whole(&address_literal())]);
    Form {
        shape: Shape::Split {
            at: b'@',
            head: Box::new(local.within(0, Some(LOCAL_BYTES))),
            tail: Box::new(domain),
        },
        shortest: 3,
        longest: usize::try_from(LOCAL_BYTES + 1 + HOSTNAME_BYTES).ok(),
    }
}

/// RFC 5321, 4.1.2, `Local-part`.
pub(super) fn local_part() -> String {
    let atom = "[\\w!#$%&'*+\\-/=?^`{|}~]+";
    let quoted = "\"(?:[ !#-\\[\\]-~]|\\\\[ -~])*\"";
    format!("{atom}(?:\\.{atom})*|{quoted}")
}

/// RFC 5321, 4.1.3, `address-literal`.
pub(super) fn address_literal() -> String {
    format!("\\[(?:{}|[Ii][Pp][Vv]6:{})\\]", ipv4(), ipv6())
}
