//! Schema ids and references to schemas.
//!
//! A deployment serves its schemas below `/schemas/` of its root URL; releases before
//! 2019 served them from a separate host. Either way a schema is identified by its path
//! below that place, whatever the host.

use std::borrow::Cow;

use fluent_uri::{Uri, UriRef};

use crate::error::Reason;
use crate::text::cut;

/// Maximum length of a document's id, in bytes: each of its schemas holds a copy.
const MAX_ID_BYTES: usize = 1000;

/// Maximum number of characters of a reference in an error.
const MAX_SHOWN: usize = 200;

/// Base for ids without a host; never contacted, never printed.
const ROOT: &str = "https://deployment.invalid/schemas/";

/// The target of a reference: a document, and a place in it.
#[derive(Debug, PartialEq, Eq)]
pub struct Target {
    /// The normalised id of the document.
    pub document: String,
    /// The decoded fragment: empty, a JSON pointer, or a plain name.
    pub fragment: String,
}

/// The path of `reference` from the root of a deployment, such as
/// `/schemas/queue/v1/task.json#`. `base` is the normalised id of the document with the
/// reference.
pub fn path(base: &str, reference: &str) -> Result<String, Reason> {
    let target = follow(base, reference)?;
    let fragment = reference.split_once('#').map_or("", |(_, it)| it);
    Ok(format!("/schemas/{}#{fragment}", target.document))
}

/// The normalised form of `id`: its path and query, without the host, a leading `/schemas/`
/// or an empty fragment.
pub fn normalise(id: &str) -> Result<String, Reason> {
    resolve(ROOT, id).map(|target| target.document)
}

/// Resolves `reference` of the document with the normalised id `base`.
pub fn follow(base: &str, reference: &str) -> Result<Target, Reason> {
    resolve(&format!("{ROOT}{base}"), reference)
}

/// Escapes `name`, whatever it contains, to be one segment of a path.
pub fn segment(name: &str) -> String {
    let mut segment = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'~' => {
                segment.push(char::from(byte));
            }
            b'.' if !name.starts_with('.') => segment.push('.'),
            byte => segment.push_str(&format!("%{byte:02X}")),
        }
    }
    segment
}

fn invalid<E>(reference: &str) -> impl FnOnce(E) -> Reason
where
    E: std::error::Error + Send + Sync + 'static,
{
    move |cause| {
        let shown = cut(reference, MAX_SHOWN);
        Reason::because(format!("{shown:?} is not a URI reference"), cause)
    }
}

/// `reference` with its fragment as a URI has it. Tools that name definitions after types
/// write a pointer such as `#/definitions/Partial<Unit>` as it is.
fn with_escaped_fragment(reference: &str) -> Cow<'_, str> {
    let Some((address, fragment)) = reference.split_once('#') else {
        return reference.into();
    };
    let mut escaped = format!("{address}#");
    let bytes = fragment.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let is_escape = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
        let is_kept = match byte {
            b'%' => bytes.get(index + 1..index + 3).is_some_and(is_escape),
            _ => byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/?".contains(&byte),
        };
        match is_kept {
            true => escaped.push(char::from(byte)),
            false => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped.into()
}

fn resolve(base: &str, reference: &str) -> Result<Target, Reason> {
    let base = Uri::parse(base).map_err(invalid(reference))?;
    let escaped = with_escaped_fragment(reference);
    let relative = UriRef::parse(escaped.as_ref()).map_err(invalid(reference))?;
    let absolute = relative
        .resolve_against(&base)
        .map_err(invalid(reference))?;
    let fragment = match absolute.fragment() {
        Some(fragment) => {
            let bytes = fragment.decode().to_bytes().into_owned();
            String::from_utf8(bytes).map_err(invalid(reference))?
        }
        None => String::new(),
    };
    let path = absolute.path().as_str().trim_start_matches('/');
    let path = path.strip_prefix("schemas/").unwrap_or(path);
    let document = match absolute.query() {
        Some(query) => format!("{path}?{query}"),
        None => path.to_owned(),
    };
    if document.len() > MAX_ID_BYTES {
        let shown = cut(reference, MAX_SHOWN);
        return Err(format!("{shown:?} leads to an id of more than {MAX_ID_BYTES} bytes").into());
    }
    Ok(Target { document, fragment })
}

#[cfg(test)]
mod tests {
    use super::{follow, normalise, path, segment};

    #[test]
    fn one_schema_has_one_id_in_every_spelling() {
        for id in [
            "/schemas/queue/v1/task.json#",
            "/schemas/queue/v1/task.json",
            "https://tc.example.com/schemas/queue/v1/task.json#",
            "http://schemas.taskcluster.net/queue/v1/task.json#",
            "taskcluster:/schemas/queue/v1/task.json",
        ] {
            assert_eq!(normalise(id).as_deref(), Ok("queue/v1/task.json"), "{id}");
        }
    }

    #[test]
    fn ids_with_different_queries_differ() {
        let id = "https://tc.example.com/schemas/queue/v1/task.json?v=1#";
        assert_eq!(normalise(id).as_deref(), Ok("queue/v1/task.json?v=1"));
        let base = "queue/v1/task.json?v=1";
        for (reference, document) in [
            ("#/a", base),
            ("task.json", "queue/v1/task.json"),
            ("?v=2", "queue/v1/task.json?v=2"),
        ] {
            let target = follow(base, reference).map(|target| target.document);
            assert_eq!(target.as_deref(), Ok(document));
        }
    }

    #[test]
    fn a_path_is_from_the_root_of_a_deployment() {
        for reference in [
            "v1/task.json#",
            "v1/task.json",
            "/schemas/queue/v1/task.json#",
            "http://schemas.taskcluster.net/queue/v1/task.json#",
        ] {
            let path = path("queue/exchanges.json", reference);
            assert_eq!(path.as_deref(), Ok("/schemas/queue/v1/task.json#"));
        }
    }

    #[test]
    fn a_name_is_one_segment() {
        assert_eq!(segment("worker-manager"), "worker-manager");
        assert_eq!(segment("../../a b"), "%2E%2E%2F%2E%2E%2Fa%20b");
        let target = follow(&format!("{}/exchanges.json", segment("../ü")), "v1/x.json");
        let document = target.map(|target| target.document);
        assert_eq!(document.as_deref(), Ok("%2E%2E%2F%C3%BC/v1/x.json"));
    }

    #[test]
    fn references_are_relative_to_their_document() {
        for (reference, document, fragment) in [
            (
                "task.json#/properties/a~1b%20c",
                "queue/v1/task.json",
                "/properties/a~1b c",
            ),
            ("../../common/v2/x.json", "common/v2/x.json", ""),
            ("#/definitions/y", "queue/v1/status.json", "/definitions/y"),
            ("#", "queue/v1/status.json", ""),
            (
                "#/definitions/Partial<ü[]> #|50%",
                "queue/v1/status.json",
                "/definitions/Partial<ü[]> #|50%",
            ),
            ("/schemas/auth/v1/role.json#", "auth/v1/role.json", ""),
        ] {
            let target = follow("queue/v1/status.json", reference).expect(reference);
            assert_eq!(
                (target.document.as_str(), target.fragment.as_str()),
                (document, fragment)
            );
        }
    }
}
