//! Plain text, such as for a terminal.

use super::line;
use super::page::{Page, Question, Section};

/// The report as plain text: a summary line, then exchanges, worst first.
///
/// `verbose` also lists texts that changed in wording only, and exchanges without a
/// change.
pub fn text(report: impl Into<Page>, verbose: bool) -> String {
    let page = report.into();
    let mut text = format!("{}\n", page.summary);
    for section in &page.exchanges {
        write_section(&mut text, section);
    }
    let added = "added, which changes nothing for code that exists";
    write_list(&mut text, added, &page.added);
    if verbose {
        for (exchange, places) in &page.worded {
            write_list(
                &mut text,
                &format!("{exchange}: worded differently"),
                places,
            );
        }
        write_list(&mut text, "no change", &page.unchanged);
    }
    text
}

fn write_section(text: &mut String, section: &Section) {
    let Section {
        exchange, status, ..
    } = section;
    line(text, format_args!("\n{exchange}: {status}"));
    for question in &section.questions {
        write_question(text, question);
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
            line(text, format_args!("{:26}{}", "", proof.line()));
        }
    }
}

fn write_list(text: &mut String, head: &str, lines: &[String]) {
    if !lines.is_empty() {
        line(text, format_args!("\n{head}:"));
    }
    for it in lines {
        line(text, format_args!("  {it}"));
    }
}
