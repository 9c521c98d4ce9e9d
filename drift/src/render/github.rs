//! Annotations of GitHub workflows.

use std::fmt::Write;

use super::page::{Page, Proof};
use crate::report::Level;

/// The report as workflow commands, which GitHub shows as annotations: the summary, an error
/// for each breaking finding, a warning for each visible one, and notices.
pub fn github(report: impl Into<Page>) -> String {
    let page = report.into();
    let mut text = String::new();
    // GitHub shows only the first ten annotations of a level.
    write(&mut text, command(page.level), "drift", &page.summary);
    for section in &page.exchanges {
        for finding in section.questions.iter().flat_map(|it| &it.findings) {
            let title = format!("{}: {}", section.exchange, finding.effect);
            let proof = finding.proof.as_ref().map(Proof::line);
            let proof = proof.map(|proof| format!("\n{proof}")).unwrap_or_default();
            let message = format!("{}{proof}", finding.reason);
            write(&mut text, command(finding.level), &title, &message);
        }
    }
    text
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Breaking => "error",
        Level::Visible => "warning",
        Level::Any | Level::None => "notice",
    }
}

fn write(text: &mut String, command: &str, title: &str, message: &str) {
    let title = escaped(title).replace(':', "%3A").replace(',', "%2C");
    // Writing to a string can't fail.
    let _ = writeln!(text, "::{command} title={title}::{}", escaped(message));
}

/// Escapes `text` as data of a workflow command: on one line, without another command.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn no_text_becomes_another_command() {
        let mut text = String::new();
        write(&mut text, "error", "a,b::c", "100%\n::warning::x");
        assert_eq!(text, "::error title=a%2Cb%3A%3Ac::100%25%0A::warning::x\n");
    }
}
