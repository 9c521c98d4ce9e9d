//! Plain text, to be pasted into a pull request.

use std::fmt::Write;

use super::inert::plain;
use super::{Question, added, changed, questions, summary};
use crate::report::{ExchangeReport, Report, Status};

/// The report as plain text: a summary line, then exchanges, worst first.
///
/// `verbose` lists texts that are worded differently, and exchanges without any
/// change.
pub fn text(report: &Report, verbose: bool) -> String {
    let mut text = format!("{}\n", summary(report));
    for exchange in changed(report) {
        text.push('\n');
        write_exchange(&mut text, exchange);
    }
    let added = added(report);
    if !added.is_empty() {
        text.push_str("\nadded, which changes nothing for code that exists:\n");
        for exchange in added {
            line(&mut text, format_args!("  {exchange}"));
        }
    }
    if verbose {
        write_rest(&mut text, report);
    }
    text
}

fn write_exchange(text: &mut String, report: &ExchangeReport) {
    line(
        text,
        format_args!("{}: {}", plain(&report.exchange), report.status),
    );
    for question in questions(report) {
        write_question(text, &question);
    }
}

fn write_question(text: &mut String, question: &Question) {
    let Question { name, effect, .. } = question;
    let head = format!("  {name:<9}  {effect:<11}");
    if question.findings.is_empty() {
        return line(text, format_args!("{head}  {}", question.reason));
    }
    for (index, finding) in question.findings.iter().enumerate() {
        let head = match index {
            0 => head.clone(),
            _ => format!("  {:<9}  {:<11}", "", finding.effect),
        };
        line(text, format_args!("{head}  {}", finding.reason));
        if let Some(proof) = &finding.proof {
            line(text, format_args!("{:26}{proof}", ""));
        }
    }
}

fn write_rest(text: &mut String, report: &Report) {
    let worded = report.exchanges.iter().filter(|it| !it.wording.is_empty());
    for exchange in worded {
        line(
            text,
            format_args!("\n{}: worded differently", plain(&exchange.exchange)),
        );
        for place in &exchange.wording {
            line(text, format_args!("  {}", plain(place)));
        }
    }
    let unchanged = report
        .exchanges
        .iter()
        .filter(|it| it.status == Status::Unchanged);
    let names: Vec<&str> = unchanged.map(|it| it.exchange.as_str()).collect();
    if !names.is_empty() {
        text.push_str("\nno change:\n");
        for name in names {
            line(text, format_args!("  {}", plain(name)));
        }
    }
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "{arguments}");
}
