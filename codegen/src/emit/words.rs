//! Constraints in words, for doc comments and for the compiler's messages.

use crate::pattern::Constraint;

/// What `constraint` asks for: ``matches `^[a-z]*$`, 1 to 38 characters``.
/// Empty where it asks for nothing.
pub fn in_words(constraint: &Constraint<'_>) -> String {
    let parts = [
        constraint
            .pattern
            .map(|source| format!("matches {}", code(source))),
        formats(constraint.formats),
        lengths(constraint.min_length, constraint.max_length),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(", ")
}

/// What the compiler says of a literal that the rule `name` refuses, where a
/// valid one is as `words` say.
pub fn refusal(name: &str, words: &str) -> String {
    format!("not a valid {name}: {words}")
}

fn formats(names: &[&str]) -> Option<String> {
    let names: Vec<String> = names.iter().map(|name| code(name)).collect();
    match names.as_slice() {
        [] => None,
        names => Some(format!("has the format {}", names.join(" or "))),
    }
}

fn lengths(min: Option<u64>, max: Option<u64>) -> Option<String> {
    let characters = |count| match count {
        1 => "1 character".to_owned(),
        _ => format!("{count} characters"),
    };
    Some(match (min.filter(|&min| min > 0), max) {
        (None, None) => return None,
        (Some(min), Some(max)) if min == max => characters(max),
        (Some(min), Some(max)) => format!("{min} to {}", characters(max)),
        (Some(min), None) => format!("at least {}", characters(min)),
        (None, Some(max)) => format!("at most {}", characters(max)),
    })
}

/// `text` as inline code in Markdown, on one line whatever it holds.
fn code(text: &str) -> String {
    let plain: String = text
        .chars()
        .flat_map(|character| match character.is_control() {
            true => character.escape_default().collect::<Vec<char>>(),
            false => vec![character],
        })
        .collect();
    // A fence is longer than any row of backticks inside.
    let rows = plain.split(|character| character != '`');
    let longest = rows.map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    match longest {
        0 => format!("{fence}{plain}{fence}"),
        _ => format!("{fence} {plain} {fence}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constraints_are_put_into_words() {
        let constraint = Constraint {
            pattern: Some("^[a-z]*$"),
            formats: &["uri", "regex"],
            min_length: Some(1),
            max_length: Some(38),
        };
        let words = "matches `^[a-z]*$`, has the format `uri` or `regex`, 1 to 38 characters";
        assert_eq!(in_words(&constraint), words);
        assert_eq!(in_words(&Constraint::default()), "");
    }

    #[test]
    fn lengths_are_put_into_words() {
        assert_eq!(lengths(None, Some(1)).unwrap(), "at most 1 character");
        assert_eq!(lengths(Some(0), Some(2)).unwrap(), "at most 2 characters");
        assert_eq!(lengths(Some(2), None).unwrap(), "at least 2 characters");
        assert_eq!(lengths(Some(2), Some(2)).unwrap(), "2 characters");
        assert_eq!(lengths(Some(0), None), None);
    }

    #[test]
    fn code_stays_code_on_one_line() {
        assert_eq!(code("a\nb"), "`a\\nb`");
        assert_eq!(code("a``b"), "``` a``b ```");
    }
}
