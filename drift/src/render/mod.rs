//! Reports as text, JSON, Markdown, and annotations of GitHub workflows.

mod github;
mod inert;
mod json;
mod markdown;
mod text;

pub use github::github;
pub use inert::escape_json;
pub use json::json;
pub use markdown::markdown;
pub use text::text;

use taskcluster_documents::text::cut;

use self::inert::plain;
use crate::explain::plural;
use crate::report::{Effect, ExchangeReport, Finding, Level, Report, Status};

/// One question, for all reports that list the four in one way.
struct Question {
    name: &'static str,
    effect: &'static str,
    level: Level,
    reason: String,
    findings: Vec<Shown>,
}

/// A finding, as it is shown.
struct Shown {
    effect: &'static str,
    level: Level,
    reason: String,
    /// A message or a routing key.
    proof: Option<String>,
}

fn shown<E: Effect>(finding: &Finding<E>) -> Shown {
    let witness = finding.witness.as_ref();
    let witness =
        witness.map(|it| cut(&escape_json(&it.to_string()), inert::MAX_CHARACTERS).into_owned());
    Shown {
        effect: finding.effect.name(),
        level: finding.effect.level(),
        reason: plain(&finding.reason),
        proof: witness.or_else(|| finding.routing_key.as_deref().map(plain)),
    }
}

/// The four questions about an exchange.
fn questions(report: &ExchangeReport) -> [Question; 4] {
    macro_rules! question {
        ($name:literal, $answer:expr) => {
            Question {
                name: $name,
                effect: $answer.effect.name(),
                level: $answer.effect.level(),
                reason: plain(&$answer.reason),
                findings: $answer.findings.iter().map(shown).collect(),
            }
        };
    }
    [
        question!("consumer", report.consumer),
        question!("publisher", report.publisher),
        question!("binding", report.binding),
        question!("Rust API", report.api),
    ]
}

/// One line with the counts.
fn summary(report: &Report) -> String {
    let status = |status| report.count(|it| it.status == status);
    let level = |level| report.count(|it| it.level() == level);
    let mut counts = vec![plural(report.exchanges.len(), "exchange")];
    let named = [
        ("changed", status(Status::Changed)),
        ("added", status(Status::Added)),
        ("removed", status(Status::Removed)),
        ("with breaking changes", level(Level::Breaking)),
        ("with visible changes", level(Level::Visible)),
        ("not decided", report.count(ExchangeReport::is_undecided)),
    ];
    for (name, count) in named {
        if count > 0 {
            counts.push(format!("{count} {name}"));
        }
    }
    let differences = match counts.len() {
        1 => format!("{}, no change", counts.concat()),
        _ => counts.join(", "),
    };
    let wording = match report.wording() {
        0 => String::new(),
        count => format!("; {} worded differently", plural(count, "text")),
    };
    let (old, new) = (plain(&report.old), plain(&report.new));
    format!("{old} to {new}: {differences}{wording}")
}

/// The reports with a change that matters: all but those that were only added,
/// and those that are only worded differently.
fn changed(report: &Report) -> impl Iterator<Item = &ExchangeReport> {
    report.exchanges.iter().filter(|it| {
        it.status != Status::Added
            && (it.status != Status::Unchanged || it.api.effect.level() > Level::None)
    })
}

/// The exchanges that are new.
fn added(report: &Report) -> Vec<String> {
    let added = report
        .exchanges
        .iter()
        .filter(|it| it.status == Status::Added);
    added.map(|it| plain(&it.exchange)).collect()
}
