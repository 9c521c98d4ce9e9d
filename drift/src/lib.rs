//! Compares two sets of Taskcluster's exchange references and schemas, and decides
//! what a change breaks.
//!
//! The library does no I/O. [`Side::read`] takes the bytes of documents, [`compare`]
//! answers four questions for each exchange, and [`render`] formats the report.
//!
//! Whether a schema allows all values of another is decided, never guessed: the answer
//! comes with a message that proves it, from which no property, item or character can be
//! removed (of a large message, only some removals are tried), or is "not decided" with a
//! reason. Formats that generated code does not check, such as `regex`, are ignored. Work
//! is bounded by [`MOST_STEPS`] for each question, and [`MOST_STEPS_OF_ALL`].

mod api;
mod binding;
mod build;
mod compare;
mod context;
mod differences;
mod engine;
mod error;
mod explain;
pub mod render;
mod report;
mod side;
mod tolerant;
mod translate;
mod wording;

pub use compare::{accepts, compare};
pub use engine::{MOST_STEPS, MOST_STEPS_OF_ALL};
pub use error::ExchangeError;
pub use report::{
    Answer, ApiEffect, BindingEffect, ConsumerEffect, Effect, ExchangeReport, Finding, Level,
    PublisherEffect, ReaderReport, Report, Status,
};
pub use side::Side;
