//! Reports as text, JSON, Markdown, and annotations of GitHub workflows.

mod github;
mod json;
mod markdown;
mod page;
mod text;

pub use github::github;
pub use json::{json, reader_json};
pub use markdown::markdown;
pub use page::Page;
pub use text::text;
