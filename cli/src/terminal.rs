//! Text from documents and files, made safe for terminals and logs.
//!
//! A name or a text can contain escape sequences, line breaks, characters that change the
//! direction of the text, and commands for a CI system, such as `::error::` at the start of
//! a line. These functions escape them, so that all output is plain text.
//!
//! An argument can be a URL with a secret, also in a place where no URL belongs. It is
//! printed without its user and secret, like each text that did not come from this program.

use std::borrow::Cow;
use std::path::Path;

use taskcluster_documents::text::{cut, escape_line};

/// Maximum length of a text in a line, in characters.
const MAX_PART: usize = 1_000;

/// Maximum length of a line, in characters.
const MAX_LINE: usize = 10_000;

/// `text`, such as one from a document, as a part of a line: line breaks are escaped like
/// other controls, and a long text is cut.
pub(crate) fn part(text: &str) -> String {
    escape_line(&cut(&without_secrets(text), MAX_PART))
}

/// `text` with its line breaks kept, and all other controls escaped.
pub(crate) fn lines(text: &str) -> String {
    let mut escaped = String::new();
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        escaped.push_str(&escape_line(&cut(line, MAX_LINE)));
        escaped.push_str(end);
    }
    escaped
}

/// `path` as a part of one line, never cut.
pub(crate) fn path(path: &Path) -> String {
    escape_line(&without_secrets(&path.to_string_lossy()))
}

/// `path` quoted as an argument for a shell.
pub(crate) fn quoted(path: &Path) -> String {
    let text = self::path(path);
    let plain = |char: char| char.is_alphanumeric() || "/._-+,:@%".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `text` with `…` in the place of the user and secret of each URL.
fn without_secrets(text: &str) -> Cow<'_, str> {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    let mut is_changed = false;
    for part in parts {
        let login = login(part);
        let mark = if login > 0 { "…" } else { "" };
        is_changed |= login > 0;
        shown.extend(["://", mark, &part[login..]]);
    }
    match is_changed {
        true => Cow::Owned(shown),
        false => Cow::Borrowed(text),
    }
}

/// The length of `user:secret` in `user:secret@host/path`; 0 if there is none.
fn login(url: &str) -> usize {
    let end = url.find(|c: char| c.is_whitespace() || c == '"');
    let url = &url[..end.unwrap_or(url.len())];
    let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
    let port = authority.rsplit_once(':').map(|(_, port)| port);
    // What seems to be the port may be the start of a secret with a `/` in it.
    let is_secret = port.is_some_and(|port| {
        !authority.contains('@') || !port.bytes().all(|byte| byte.is_ascii_digit())
    });
    let within = if is_secret { url } else { authority };
    within.rfind('@').unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_of_a_url_is_printed() {
        for (text, shown) in [
            ("https://a:hush@b/c", "https://…@b/c"),
            ("https://hush@b", "https://…@b"),
            ("amqps://a:hu/sh@b/c", "amqps://…@b/c"),
            ("amqps://a:h#u@s?h@b", "amqps://…@b"),
            (
                "x=HTTP://a:hush@b:80 y://c:hush@d",
                "x=HTTP://…@b:80 y://…@d",
            ),
            ("amqps://a:80/hush@b", "amqps://…@b"),
            ("https://a:80/b", "https://a:80/b"),
            ("https://a/b@c", "https://a/b@c"),
            ("https://[::1]/b", "https://[::1]/b"),
            ("https://a and b@c", "https://a and b@c"),
        ] {
            assert_eq!(part(text), shown);
            assert_eq!(path(Path::new(text)), shown);
        }
    }

    #[test]
    fn no_name_moves_the_cursor_or_starts_a_line() {
        assert_eq!(path(Path::new("a\x1b[2Jb\n")), r"a\u{1b}[2Jb\n");
        assert_eq!(
            part("a\u{202e}b\u{200b}\u{2028}"),
            r"a\u{202e}b\u{200b}\u{2028}"
        );
        assert_eq!(lines("a\r\n\x07\n"), "a\\r\n\\u{7}\n");
    }

    #[test]
    fn no_text_is_a_command_of_a_ci_system() {
        assert_eq!(part("\t ::error::x"), "\t \\u{3a}:error::x");
        assert_eq!(part("a ##[error]b"), r"a #\u{23}[error]b");
        assert_eq!(part("a ###[error]b"), r"a ##\u{23}[error]b");
        assert_eq!(
            lines("a\n::set-env name=A::b"),
            "a\n\\u{3a}:set-env name=A::b"
        );
        assert_eq!(part("use a::b;"), "use a::b;");
    }

    #[test]
    fn a_long_text_is_cut_and_its_length_stated() {
        let text = part(&"é".repeat(1_000_000));
        assert!(text.ends_with("é… (1000000 characters)"), "{}", text.len());
        assert!(text.chars().count() < MAX_PART + 30);
    }

    #[test]
    fn a_path_that_a_shell_would_split_is_quoted() {
        assert_eq!(quoted(Path::new("../a-b/c.json")), "../a-b/c.json");
        assert_eq!(quoted(Path::new("it's here")), r"'it'\''s here'");
    }
}
