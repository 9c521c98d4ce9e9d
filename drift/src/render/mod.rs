//! Reports as text, JSON, Markdown, and annotations of GitHub workflows.

mod github;
mod json;
mod markdown;
mod page;
mod text;

use std::fmt::Write;

pub use github::github;
pub use json::{json, reader_json};
pub use markdown::markdown;
pub use page::Page;
pub use text::text;

fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string can't fail.
    let _ = writeln!(text, "{arguments}");
}
