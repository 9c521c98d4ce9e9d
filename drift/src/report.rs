//! The result of a comparison.

use std::fmt;

use serde_json::Value;

/// How much a difference matters, for an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// No difference for readers of messages or compiled code.
    None,
    /// An addition, or a change in wording.
    Any,
    /// A running consumer still decodes every message, and some break the old schema.
    Visible,
    /// Messages are lost or refused, bindings miss messages or misread keys, or code no
    /// longer compiles; or that is not decided.
    Breaking,
}

/// The effect on a consumer that was compiled against OLD, of messages that are valid
/// under NEW.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ConsumerEffect {
    /// It decodes, and satisfies the schema.
    Fine,
    /// It decodes, and breaks OLD's schema.
    Visible,
    /// Unknown.
    NotDecided,
    /// It does not decode.
    Lost,
}

/// The effect on a publisher that was compiled against OLD, whose messages are read under
/// NEW.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PublisherEffect {
    /// It satisfies the new schema.
    Fine,
    /// Unknown.
    NotDecided,
    /// It breaks the new schema.
    Refused,
}

/// The effect on a binding that was compiled against OLD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum BindingEffect {
    /// It receives the same messages.
    Fine,
    /// It also receives messages with keys unlike any of OLD.
    Wider,
    /// It misses some messages.
    Narrower,
    /// It receives no messages.
    Silent,
    /// It receives no messages, because the exchange no longer exists.
    Gone,
    /// It receives messages whose words are assigned to wrong fields. A binding that sets
    /// one of these fields selects other messages.
    Misread,
}

/// The effect on code that compiles against OLD's crate, compiled against NEW's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ApiEffect {
    /// No change.
    None,
    /// An addition.
    Minor,
    /// An item was removed or has another type, or `new` needs another field.
    Major,
}

/// An answer to one of the four questions.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Answer<E> {
    /// The worst effect of all findings.
    pub effect: E,
    /// The reason, one sentence.
    pub reason: String,
    /// All findings, worst first.
    pub findings: Vec<Finding<E>>,
}

/// A single finding.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Finding<E> {
    /// Its effect.
    pub effect: E,
    /// JSON pointer to the invalid part of the witness; empty if the finding is not about
    /// messages.
    pub pointer: String,
    /// The item of the Rust API, if the finding is about one.
    pub item: Option<String>,
    /// The difference.
    pub reason: String,
    /// A whole message, valid on one side and not on the other, from which no property,
    /// item or character can be removed, unless it is very large.
    pub witness: Option<Value>,
    /// A routing key of NEW.
    pub routing_key: Option<String>,
}

/// The state of an exchange on the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Status {
    /// The exchange is new.
    Added,
    /// The exchange was removed.
    Removed,
    /// There is a difference.
    Changed,
    /// Both sides allow the same messages and routing keys.
    Unchanged,
}

/// The answers for one exchange.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ExchangeReport {
    /// The service.
    pub service: String,
    /// The full name of the exchange on the broker.
    pub exchange: String,
    /// The state of the exchange on the two sides.
    pub status: Status,
    /// The consumer's question.
    pub consumer: Answer<ConsumerEffect>,
    /// The publisher's question.
    pub publisher: Answer<PublisherEffect>,
    /// The binding's question.
    pub binding: Answer<BindingEffect>,
    /// The question of the Rust API.
    pub api: Answer<ApiEffect>,
    /// Texts that changed in wording only: the place, as a JSON pointer in a message or
    /// in the reference, and the keyword.
    pub wording: Vec<String>,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Report {
    /// The name of OLD.
    pub old: String,
    /// The name of NEW.
    pub new: String,
    /// The names of the exchanges that were to be compared; empty for all.
    pub only: Vec<String>,
    /// Every exchange of either side that was compared, worst first.
    pub exchanges: Vec<ExchangeReport>,
}

/// The report on a reader with its own schema, such as a hook's `triggerSchema`, for the
/// messages of an exchange.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReaderReport {
    /// The name of the documents that describe the messages.
    pub messages: String,
    /// The name of the reader's schema.
    pub reader: String,
    /// The service.
    pub service: String,
    /// The full name of the exchange on the broker.
    pub exchange: String,
    /// Whether the reader refuses a message.
    pub answer: Answer<PublisherEffect>,
}

/// An effect, with its name and level in reports. Only the effects of this crate implement
/// it.
pub trait Effect: Copy + Ord + sealed::Sealed {
    /// The effect if there are no findings.
    const NONE: Self;

    /// The name of the effect.
    fn name(self) -> &'static str;

    /// How much the effect matters.
    fn level(self) -> Level;
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for super::ConsumerEffect {}
    impl Sealed for super::PublisherEffect {}
    impl Sealed for super::BindingEffect {}
    impl Sealed for super::ApiEffect {}
}

impl Effect for ConsumerEffect {
    const NONE: Self = Self::Fine;

    fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Visible => "visible",
            Self::NotDecided => "not decided",
            Self::Lost => "lost",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Fine => Level::None,
            Self::Visible => Level::Visible,
            Self::NotDecided | Self::Lost => Level::Breaking,
        }
    }
}

impl Effect for PublisherEffect {
    const NONE: Self = Self::Fine;

    fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::NotDecided => "not decided",
            Self::Refused => "refused",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Fine => Level::None,
            Self::NotDecided | Self::Refused => Level::Breaking,
        }
    }
}

impl Effect for BindingEffect {
    const NONE: Self = Self::Fine;

    fn name(self) -> &'static str {
        match self {
            Self::Fine => "fine",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Silent => "silent",
            Self::Gone => "gone",
            Self::Misread => "misread",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::Fine => Level::None,
            Self::Wider => Level::Any,
            _ => Level::Breaking,
        }
    }
}

impl Effect for ApiEffect {
    const NONE: Self = Self::None;

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    fn level(self) -> Level {
        match self {
            Self::None => Level::None,
            Self::Minor => Level::Any,
            Self::Major => Level::Breaking,
        }
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Changed => "changed",
            Self::Unchanged => "no change",
        })
    }
}

impl<E: Effect> Answer<E> {
    /// An answer without findings, with this reason.
    pub(crate) fn none(reason: impl Into<String>) -> Self {
        Self {
            effect: E::NONE,
            reason: reason.into(),
            findings: Vec::new(),
        }
    }

    /// The answer from `findings`; `reason` is used if there are none.
    pub(crate) fn of(mut findings: Vec<Finding<E>>, reason: impl Into<String>) -> Self {
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.effect));
        let others = match findings.len() {
            0 | 1 => String::new(),
            count => format!(", and {} more", count - 1),
        };
        match findings.first() {
            None => Self::none(reason),
            Some(worst) => Self {
                effect: worst.effect,
                reason: format!("{}{others}", worst.reason),
                findings,
            },
        }
    }
}

impl<E> Finding<E> {
    pub(crate) fn new(effect: E, reason: impl Into<String>) -> Self {
        Self {
            effect,
            pointer: String::new(),
            item: None,
            reason: reason.into(),
            witness: None,
            routing_key: None,
        }
    }
}

impl ExchangeReport {
    /// How much the differences matter.
    pub fn level(&self) -> Level {
        let levels = [
            self.consumer.effect.level(),
            self.publisher.effect.level(),
            self.binding.effect.level(),
            self.api.effect.level(),
        ];
        let differs = self.status != Status::Unchanged || !self.wording.is_empty();
        let least = match differs {
            true => Level::Any,
            false => Level::None,
        };
        levels.into_iter().fold(least, Level::max)
    }

    /// Whether the generated code gets new items, and loses none.
    pub fn adds_to_api(&self) -> bool {
        self.api.effect == ApiEffect::Minor
    }

    /// Whether any question is not decided.
    pub fn is_undecided(&self) -> bool {
        let mut consumer = self.consumer.findings.iter();
        let mut publisher = self.publisher.findings.iter();
        consumer.any(|it| it.effect == ConsumerEffect::NotDecided)
            || publisher.any(|it| it.effect == PublisherEffect::NotDecided)
    }
}

impl ReaderReport {
    /// How much the answer matters.
    pub fn level(&self) -> Level {
        self.answer.effect.level()
    }
}

impl Report {
    /// How much the differences matter.
    pub fn level(&self) -> Level {
        let levels = self.exchanges.iter().map(ExchangeReport::level);
        levels.fold(Level::None, Level::max)
    }

    /// The number of exchanges for which `counted` returns true.
    pub fn count(&self, counted: impl Fn(&ExchangeReport) -> bool) -> usize {
        self.exchanges.iter().filter(|it| counted(it)).count()
    }

    /// The number of texts that changed in wording only.
    pub fn wording(&self) -> usize {
        self.exchanges.iter().map(|it| it.wording.len()).sum()
    }
}
