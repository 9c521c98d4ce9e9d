//! Why the documents of a deployment could not be fetched.

use crate::terminal::part;

/// Why the documents of a deployment could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The root URL is none.
    #[error("{}: not a root URL: {why}; give it like https://tc.example.com", part(.root))]
    Root {
        /// What was given.
        root: String,
        /// What is wrong with it.
        why: String,
    },

    /// A request failed.
    #[error("{}: cannot be fetched; check the root URL and the network", part(.url))]
    Request {
        /// The URL.
        url: String,
        /// The error of the HTTP library.
        source: Box<ureq::Error>,
    },

    /// The answer has no document.
    #[error("{}: the server answers {status}; check that the root URL is that of a Taskcluster deployment", part(.url))]
    Status {
        /// The URL.
        url: String,
        /// The status of the answer.
        status: u16,
    },

    /// A redirect leads to another host, or in circles.
    #[error("{}: redirected to {}, which is not followed; give the root URL it belongs to", part(.url), part(.location))]
    Redirect {
        /// The URL.
        url: String,
        /// Where it leads.
        location: String,
    },

    /// The document is too large.
    #[error("{}: larger than {most} bytes; no reference or schema of Taskcluster is", part(.url))]
    TooLarge {
        /// The URL.
        url: String,
        /// The most bytes of a document.
        most: u64,
    },

    /// All documents together are too large.
    #[error("{}: with it, all documents together are larger than {most} bytes; those of no deployment of Taskcluster are", part(.url))]
    TooLargeTogether {
        /// The URL of the first document too many.
        url: String,
        /// The most bytes of all documents.
        most: u64,
    },

    /// There are too many documents.
    #[error("{}: more than {most} documents; no deployment of Taskcluster has so many", part(.url))]
    TooMany {
        /// The URL of the first document too many.
        url: String,
        /// The most documents.
        most: usize,
    },

    /// All documents together take too long.
    #[error("{}: not fetched, since all documents together took more than {seconds} seconds; try again", part(.url))]
    TooSlow {
        /// The URL that is left.
        url: String,
        /// The most seconds.
        seconds: u64,
    },

    /// The document is not JSON.
    #[error("{}: cannot be read; check that the root URL is that of a Taskcluster deployment", part(.url))]
    NotJson {
        /// The URL.
        url: String,
        /// What is wrong with the text.
        source: taskcluster_documents::Reason,
    },

    /// The manifest lists no references.
    #[error("{}: no list of `references`; check that the root URL is that of a Taskcluster deployment", part(.url))]
    NoManifest {
        /// The URL of the manifest.
        url: String,
    },

    /// The manifest lists something elsewhere.
    #[error("{}: lists the reference {}, which is not below /references/", part(.url), part(.path))]
    ForeignReference {
        /// The URL of the manifest.
        url: String,
        /// What it lists.
        path: String,
    },

    /// No reference is about exchanges.
    #[error("{}: lists no exchange reference", part(.url))]
    NoReferences {
        /// The URL of the manifest.
        url: String,
    },
}
