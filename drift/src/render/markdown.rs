//! Markdown, for a comment on a pull request.

use taskcluster_documents::text::longest_backticks;

use super::line;
use super::page::{Page, Proof, Section, Shown};
use crate::report::Level;

/// The report as Markdown.
pub fn markdown(report: impl Into<Page>) -> String {
    let page = report.into();
    let mut text = format!("### {}\n\n{}\n", page.title, escaped(&page.summary));
    for section in &page.exchanges {
        write_section(&mut text, section);
    }
    if !page.added.is_empty() {
        text.push_str("\n**Added**, which changes nothing for code that exists:\n\n");
        for exchange in &page.added {
            line(&mut text, format_args!("- {}", code(exchange)));
        }
    }
    text
}

fn write_section(text: &mut String, section: &Section) {
    let (exchange, status) = (code(&section.exchange), &section.status);
    line(text, format_args!("\n#### {exchange} {status}\n"));
    text.push_str("| question | effect | reason |\n| --- | --- | --- |\n");
    for question in &section.questions {
        let effect = effect(question.level, question.effect);
        let (name, reason) = (question.name, escaped(&question.reason));
        line(text, format_args!("| {name} | {effect} | {reason} |"));
    }
    write_unproven(text, section);
    for finding in section.questions.iter().flat_map(|it| &it.findings) {
        if let Some(proof) = &finding.proof {
            let (effect, reason) = (finding.effect, escaped(&finding.reason));
            line(text, format_args!("\n{effect}: {reason}\n"));
            write_proof(text, proof);
        }
    }
}

/// Lists the findings without a proof, except those whose reasons are in the table.
fn write_unproven(text: &mut String, section: &Section) {
    let questions = section.questions.iter();
    let others = questions.flat_map(|it| it.findings.iter().skip(1).map(move |other| (it, other)));
    let unproven: Vec<_> = others.filter(|(_, it)| it.proof.is_none()).collect();
    if !unproven.is_empty() {
        text.push('\n');
    }
    for (
        question,
        Shown {
            effect,
            level,
            reason,
            ..
        },
    ) in unproven
    {
        let (effect, reason) = (self::effect(*level, effect), escaped(reason));
        line(
            text,
            format_args!("- {}, {effect}: {reason}", question.name),
        );
    }
}

/// The name of an effect, in bold if it breaks something.
fn effect(level: Level, name: &str) -> String {
    match level {
        Level::Breaking => format!("**{name}**"),
        _ => name.to_owned(),
    }
}

fn write_proof(text: &mut String, proof: &Proof) {
    match proof {
        Proof::Message(json) => {
            let fence = fence(json);
            line(text, format_args!("{fence}json\n{json}\n{fence}"));
        }
        Proof::Key(key) if key.is_empty() => line(text, format_args!("{}", proof.line())),
        Proof::Key(key) => line(text, format_args!("routing key {}", code(key))),
    }
}

/// Escapes all characters of `text` with a meaning in Markdown or HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '\n' | '\r' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            // `@` in a name of a schema must not notify a user.
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

/// `text` as inline code.
fn code(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<&str>>().join(" ");
    match text.contains('`') {
        true => escaped(&text),
        false => format!("`{text}`"),
    }
}

/// A fence longer than any in `text`.
fn fence(text: &str) -> String {
    "`".repeat(longest_backticks(text).max(2) + 1)
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
