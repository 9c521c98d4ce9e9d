//! Markdown, for a comment on a pull request.

use std::fmt::Write;

use super::inert::plain;
use super::{added, changed, questions, summary};
use crate::report::{ExchangeReport, Level, Report};

/// The report as Markdown.
pub fn markdown(report: &Report) -> String {
    let mut text = format!(
        "### Drift of Taskcluster's events\n\n{}\n",
        escaped(&summary(report))
    );
    for exchange in changed(report) {
        write_exchange(&mut text, exchange);
    }
    let added = added(report);
    if !added.is_empty() {
        text.push_str("\n**Added**, which changes nothing for code that exists:\n\n");
        for exchange in added {
            line(&mut text, format_args!("- {}", code(&exchange)));
        }
    }
    text
}

fn write_exchange(text: &mut String, report: &ExchangeReport) {
    line(
        text,
        format_args!(
            "\n#### {} {}\n",
            code(&plain(&report.exchange)),
            report.status
        ),
    );
    text.push_str("| question | effect | reason |\n| --- | --- | --- |\n");
    let questions = questions(report);
    for question in &questions {
        let effect = match question.level {
            Level::Breaking => format!("**{}**", question.effect),
            _ => question.effect.to_owned(),
        };
        let reason = escaped(&question.reason);
        line(
            text,
            format_args!("| {} | {effect} | {reason} |", question.name),
        );
    }
    for finding in questions.iter().flat_map(|question| &question.findings) {
        let Some(proof) = &finding.proof else {
            continue;
        };
        line(
            text,
            format_args!("\n{}: {}\n", finding.effect, escaped(&finding.reason)),
        );
        let fence = fence(proof);
        line(text, format_args!("{fence}json\n{proof}\n{fence}"));
    }
}

/// `text` without anything that Markdown or HTML reads as more than text.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            // Nobody is notified by a name in a schema.
            '@' => escaped.push_str("&#64;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// `text` as code in a line.
fn code(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match text.contains('`') {
        true => escaped(&text),
        false => format!("`{text}`"),
    }
}

/// A fence that `text` does not end.
fn fence(text: &str) -> String {
    let mut longest = 0;
    let mut run = 0;
    for letter in text.chars() {
        run = if letter == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    "`".repeat(longest.max(2) + 1)
}

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "{arguments}");
}

#[cfg(test)]
mod tests {
    use super::{code, escaped, fence};

    #[test]
    fn text_from_schemas_is_only_text() {
        assert_eq!(escaped("<b> @all\n| `x`"), "&lt;b> &#64;all \\| \\`x\\`");
        assert_eq!(code("a`b"), "a\\`b");
        assert_eq!(fence("``` x"), "````");
    }
}
