//! What the comparison found.

use std::fmt;

use serde_json::Value;

/// How much a difference matters, for an exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Nothing that anybody who reads messages or compiles code can notice.
    None,
    /// Something was added, or worded differently.
    Any,
    /// A running consumer still decodes every message, and `validate()` reports some.
    Visible,
    /// Messages are lost or refused, bindings miss messages, or code no longer
    /// compiles; or it is not decided whether that is so.
    Breaking,
}

/// What becomes of a message that is valid under NEW in a consumer that was
/// compiled against OLD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConsumerEffect {
    /// It decodes, and satisfies the schema.
    Fine,
    /// It decodes, and `validate()` reports it.
    Visible,
    /// Not known.
    NotDecided,
    /// It does not decode.
    Lost,
}

/// What readers of NEW make of a message of a publisher that was compiled
/// against OLD.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PublisherEffect {
    /// It satisfies the new schema.
    Fine,
    /// Not known.
    NotDecided,
    /// It breaks the new schema.
    Refused,
}

/// What a binding that was compiled against OLD receives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum BindingEffect {
    /// The same messages.
    Fine,
    /// Messages with keys that no OLD key looked like, too.
    Wider,
    /// Not all messages any more.
    Narrower,
    /// Nothing any more.
    Silent,
    /// Nothing: there is no such exchange.
    Gone,
    /// Messages whose words are put into the wrong fields.
    Misread,
}

/// Whether code that compiles against OLD's crate compiles against NEW's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ApiEffect {
    /// Nothing changed.
    None,
    /// Something was added.
    Minor,
    /// Something was removed or has another type.
    Major,
}

/// An answer to one of the four questions.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer<E> {
    /// The worst of what was found.
    pub effect: E,
    /// One sentence of reason.
    pub reason: String,
    /// All that was found, worst first.
    pub findings: Vec<Finding<E>>,
}

/// One thing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding<E> {
    /// What it leads to.
    pub effect: E,
    /// The JSON pointer in the witness of what breaks; empty where the finding is
    /// not about messages.
    pub pointer: String,
    /// The item of the Rust API, for findings about that.
    pub item: Option<String>,
    /// What is different.
    pub reason: String,
    /// A whole message, valid on one side and not on the other, of which no property,
    /// item or character can be taken away, unless it is very large.
    pub witness: Option<Value>,
    /// A routing key under NEW.
    pub routing_key: Option<String>,
}

/// Whether an exchange is on both sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The exchange is new.
    Added,
    /// The exchange is no more.
    Removed,
    /// Something about it is different.
    Changed,
    /// Both sides allow the same messages and routing keys.
    Unchanged,
}

/// The answers for one exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct ExchangeReport {
    /// The service.
    pub service: String,
    /// The full name of the exchange on the broker.
    pub exchange: String,
    /// Whether it is on both sides.
    pub status: Status,
    /// The consumer's question.
    pub consumer: Answer<ConsumerEffect>,
    /// The publisher's question.
    pub publisher: Answer<PublisherEffect>,
    /// The binding's question.
    pub binding: Answer<BindingEffect>,
    /// The question of the Rust API.
    pub api: Answer<ApiEffect>,
    /// What is only worded differently: places, as JSON pointers in a message or
    /// in the reference, and the keyword.
    pub wording: Vec<String>,
}

/// The result of a comparison.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The name of OLD.
    pub old: String,
    /// The name of NEW.
    pub new: String,
    /// Every exchange of either side, worst first.
    pub exchanges: Vec<ExchangeReport>,
}

/// What a reader with a schema of its own, such as a hook's `triggerSchema`, makes of
/// the messages of an exchange.
#[derive(Clone, Debug, PartialEq)]
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

/// An effect, as the reports name and weigh it.
pub trait Effect: Copy + Ord {
    /// The effect when nothing was found.
    const NONE: Self;

    /// The name of the effect.
    fn name(self) -> &'static str;

    /// How much it matters.
    fn level(self) -> Level;
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
    /// The answer when nothing was found, for this reason.
    pub(crate) fn none(reason: impl Into<String>) -> Self {
        Self {
            effect: E::NONE,
            reason: reason.into(),
            findings: Vec::new(),
        }
    }

    /// The answer that `findings` give; `reason` is for when there are none.
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

    /// Whether a question is not decided.
    pub fn is_undecided(&self) -> bool {
        self.consumer.effect == ConsumerEffect::NotDecided
            || self.publisher.effect == PublisherEffect::NotDecided
            || self
                .consumer
                .findings
                .iter()
                .any(|it| it.effect == ConsumerEffect::NotDecided)
            || self
                .publisher
                .findings
                .iter()
                .any(|it| it.effect == PublisherEffect::NotDecided)
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

    /// How many exchanges `counted` is true of.
    pub fn count(&self, counted: impl Fn(&ExchangeReport) -> bool) -> usize {
        self.exchanges.iter().filter(|it| counted(it)).count()
    }

    /// How many places are only worded differently.
    pub fn wording(&self) -> usize {
        self.exchanges.iter().map(|it| it.wording.len()).sum()
    }
}
