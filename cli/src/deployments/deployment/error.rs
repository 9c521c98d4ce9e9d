//! Errors of fetching a deployment's documents.

use crate::terminal::part;

/// The reason why the documents of a deployment could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The root URL is not valid.
    #[error("{}: not a root URL: {why}; give it like https://tc.example.com", part(.root))]
    Root {
        /// The given URL.
        root: String,
        /// The reason.
        why: String,
    },

    /// The proxy of an environment variable can't be used.
    #[error(
        "{variable}: not the URL of an HTTP proxy, the only kind that is supported; change or unset it"
    )]
    Proxy {
        /// The variable.
        variable: String,
    },

    /// A request failed.
    #[error("{}: cannot be fetched; check the root URL, the network and its proxy, if any", part(.url))]
    Request {
        /// The URL.
        url: String,
        /// The error of the HTTP library.
        source: Box<ureq::Error>,
    },

    /// The server's certificate is not from a trusted authority.
    #[error("{}: cannot be fetched; the authority of its certificate is unknown: {help}", part(.url))]
    Authority {
        /// The URL.
        url: String,
        /// The remedy.
        help: String,
        /// The error of the HTTP library.
        source: Box<ureq::Error>,
    },

    /// The response is not a document.
    #[error("{}: the server responded with status {status}; {}", part(.url), status_help(*.status))]
    Status {
        /// The URL.
        url: String,
        /// The status of the response.
        status: u16,
    },

    /// A redirect leads to another host.
    #[error("{}: redirected to {}, which is not followed; give the root URL it belongs to", part(.url), part(.location))]
    Redirect {
        /// The URL.
        url: String,
        /// The target of the redirect.
        location: String,
    },

    /// There are too many redirects, for example in a circle.
    #[error("{}: redirected more than {most} times; check that the root URL is that of a Taskcluster deployment", part(.url))]
    Redirects {
        /// The URL.
        url: String,
        /// The limit.
        most: usize,
    },

    /// The document is too large.
    #[error("{}: larger than {most} bytes; no reference or schema of Taskcluster is so large", part(.url))]
    TooLarge {
        /// The URL.
        url: String,
        /// The limit for a document, in bytes.
        most: u64,
    },

    /// All documents together are too large.
    #[error("{}: with it, all documents together are larger than {most} bytes; no deployment of Taskcluster has so many", part(.url))]
    TooLargeTogether {
        /// The URL of the first document beyond the limit.
        url: String,
        /// The limit for all documents, in bytes.
        most: u64,
    },

    /// There are too many documents.
    #[error("{}: more than {most} documents; no deployment of Taskcluster has so many", part(.url))]
    TooMany {
        /// The URL of the first document beyond the limit.
        url: String,
        /// The limit.
        most: usize,
    },

    /// All documents together exceed the time limit.
    #[error("{}: not fetched, since all documents together took more than {seconds} seconds; try again", part(.url))]
    TooSlow {
        /// The URL of the first document that was not fetched.
        url: String,
        /// The limit, in seconds.
        seconds: u64,
    },

    /// The document is not JSON.
    #[error("{}: cannot be read; check that the root URL is that of a Taskcluster deployment", part(.url))]
    NotJson {
        /// The URL.
        url: String,
        /// The error of the parser.
        source: taskcluster_documents::Reason,
    },

    /// The manifest lists no references.
    #[error("{}: no list of `references`; check that the root URL is that of a Taskcluster deployment", part(.url))]
    NoManifest {
        /// The URL of the manifest.
        url: String,
    },

    /// The manifest lists a path outside of `/references/`, or one with other characters than
    /// those of a URL.
    #[error("{}: lists the reference {}, which is no plain path below /references/", part(.url), part(.path))]
    ForeignReference {
        /// The URL of the manifest.
        url: String,
        /// The listed path.
        path: String,
    },

    /// The manifest lists no exchange references.
    #[error("{}: lists no exchange reference", part(.url))]
    NoReferences {
        /// The URL of the manifest.
        url: String,
    },
}

/// The remedy for the status of a response.
fn status_help(status: u16) -> &'static str {
    match status {
        408 | 429 | 500..=599 => "try again later",
        _ => "check that the root URL is that of a Taskcluster deployment",
    }
}
