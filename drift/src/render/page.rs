//! The content of a report for people, in any format.

use taskcluster_documents::text::{count, cut, escape_json, escape_line};

use crate::report::{Answer, Effect, ExchangeReport, Finding, Level, ReaderReport, Report, Status};

/// Maximum length of a text, in characters: a comment on GitHub may have 65,536.
const MAX_CHARACTERS: usize = 4_000;

/// The content of a [`Report`] or a [`ReaderReport`] for people. All texts are escaped.
#[derive(Debug)]
pub struct Page {
    pub(super) title: &'static str,
    pub(super) level: Level,
    /// One line with the counts.
    pub(super) summary: String,
    /// The exchanges with findings, worst first.
    pub(super) exchanges: Vec<Section>,
    /// The exchanges that are new.
    pub(super) added: Vec<String>,
    /// The exchanges with changed texts, and the places of these.
    pub(super) worded: Vec<(String, Vec<String>)>,
    /// The exchanges without a change.
    pub(super) unchanged: Vec<String>,
}

/// An exchange, with the questions about it.
#[derive(Debug)]
pub(super) struct Section {
    pub(super) exchange: String,
    pub(super) status: String,
    pub(super) questions: Vec<Question>,
}

/// A question, with its answer.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) effect: &'static str,
    pub(super) level: Level,
    pub(super) reason: String,
    pub(super) findings: Vec<Shown>,
}

/// A finding with its texts.
#[derive(Debug)]
pub(super) struct Shown {
    pub(super) effect: &'static str,
    pub(super) level: Level,
    pub(super) reason: String,
    pub(super) proof: Option<Proof>,
}

/// The proof of a finding.
#[derive(Debug)]
pub(super) enum Proof {
    /// A message, as JSON.
    Message(String),
    /// A routing key.
    Key(String),
}

impl Proof {
    /// The proof on one line.
    pub(super) fn line(&self) -> String {
        match self {
            Self::Message(json) => json.clone(),
            Self::Key(key) if key.is_empty() => "the empty routing key".to_owned(),
            Self::Key(key) => format!("routing key {key}"),
        }
    }
}

impl From<&Report> for Page {
    fn from(report: &Report) -> Self {
        let with = |status| {
            report
                .exchanges
                .iter()
                .filter(move |it| it.status == status)
        };
        let names = |status| with(status).map(|it| plain(&it.exchange)).collect();
        // Exchanges that were only added, or only changed in wording, are listed
        // separately.
        let changed = report.exchanges.iter().filter(|it| {
            it.status != Status::Added
                && (it.status != Status::Unchanged || it.api.effect.level() > Level::None)
        });
        let worded = report.exchanges.iter().filter(|it| !it.wording.is_empty());
        let places = |it: &ExchangeReport| it.wording.iter().map(|it| plain(it)).collect();
        Self {
            title: "Drift of Taskcluster's events",
            level: report.level(),
            summary: summary(report),
            exchanges: changed.map(Section::from).collect(),
            added: names(Status::Added),
            worded: worded.map(|it| (plain(&it.exchange), places(it))).collect(),
            unchanged: names(Status::Unchanged),
        }
    }
}

impl From<&ReaderReport> for Page {
    fn from(report: &ReaderReport) -> Self {
        let ReaderReport {
            exchange, answer, ..
        } = report;
        let (messages, reader) = (plain(&report.messages), plain(&report.reader));
        let places = match answer.findings.len() {
            0 => String::new(),
            number => format!(", in {}", count(number, "place")),
        };
        let effect = answer.effect.name();
        let exchange = plain(exchange);
        Self {
            title: "A reader of Taskcluster's events",
            level: report.level(),
            summary: format!("{messages} read with {reader}: {effect}{places}"),
            exchanges: vec![Section {
                exchange,
                status: effect.to_owned(),
                questions: vec![question("reader", answer)],
            }],
            added: Vec::new(),
            worded: Vec::new(),
            unchanged: Vec::new(),
        }
    }
}

impl From<&ExchangeReport> for Section {
    fn from(report: &ExchangeReport) -> Self {
        Self {
            exchange: plain(&report.exchange),
            status: report.status.to_string(),
            questions: vec![
                question("consumer", &report.consumer),
                question("publisher", &report.publisher),
                question("binding", &report.binding),
                question("Rust API", &report.api),
            ],
        }
    }
}

fn question<E: Effect>(name: &'static str, answer: &Answer<E>) -> Question {
    Question {
        name,
        effect: answer.effect.name(),
        level: answer.effect.level(),
        reason: plain(&answer.reason),
        findings: answer.findings.iter().map(shown).collect(),
    }
}

fn shown<E: Effect>(finding: &Finding<E>) -> Shown {
    let message = finding.witness.as_ref().map(|message| {
        let json = escape_json(&message.to_string());
        Proof::Message(cut(&json, MAX_CHARACTERS).into_owned())
    });
    let key = finding.routing_key.as_deref().map(plain).map(Proof::Key);
    Shown {
        effect: finding.effect.name(),
        level: finding.effect.level(),
        reason: plain(&finding.reason),
        proof: message.or(key),
    }
}

/// `text` on one line, as text only; a long text is cut.
fn plain(text: &str) -> String {
    escape_line(&cut(text, MAX_CHARACTERS))
}

fn summary(report: &Report) -> String {
    let status = |status| report.count(|it| it.status == status);
    let level = |level| report.count(|it| it.level() == level);
    let mut counts = vec![count(report.exchanges.len(), "exchange")];
    let named = [
        ("changed", status(Status::Changed)),
        ("added", status(Status::Added)),
        ("removed", status(Status::Removed)),
        ("with breaking changes", level(Level::Breaking)),
        ("with visible changes", level(Level::Visible)),
        (
            "with additions to the API",
            report.count(ExchangeReport::adds_to_api),
        ),
        ("not decided", report.count(ExchangeReport::is_undecided)),
    ];
    for (name, number) in named {
        if number > 0 {
            counts.push(format!("{number} {name}"));
        }
    }
    let differences = match counts.len() {
        1 => format!("{}, no change", counts.concat()),
        _ => counts.join(", "),
    };
    let wording = match report.wording() {
        0 => String::new(),
        number => format!("; {} worded differently", count(number, "text")),
    };
    let (old, new) = (plain(&report.old), plain(&report.new));
    let only = match report.only.as_slice() {
        [] => String::new(),
        names => format!(", only {}", plain(&names.join(", "))),
    };
    format!("{old} to {new}{only}: {differences}{wording}")
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_name_is_only_text() {
        let name = "x\u{1b}[31m\u{202e}\n::error::y ##[error] ##vso[task.x]";
        assert_eq!(
            plain(name),
            r"x\u{1b}[31m\u{202e}\n::error::y #\u{23}[error] #\u{23}vso[task.x]"
        );
        let long = plain(&"é".repeat(1_000_000));
        assert!(long.ends_with("é… (1000000 characters)"), "{}", long.len());
    }
}
