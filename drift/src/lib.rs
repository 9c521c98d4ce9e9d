//! Compares two sets of Taskcluster's exchange references and schemas, and decides
//! what a change breaks.
//!
//! The library does no I/O. [`Side::read`] takes the bytes of documents, [`compare`]
//! answers four questions for each exchange, and [`render`] formats the report.
//!
//! Whether a schema allows all values of another is decided, never guessed: the answer
//! comes with a message that proves it, from which no property, item or character can be
//! removed (of a large message, only some removals are tried), or is "not decided" with a
//! reason. Formats that generated code does not check, such as `regex`, are ignored. Where a
//! schema has no `type`, messages are compared twice: with the type that generated code
//! infers, and as the drafts specify, by which services validate. Work is bounded by
//! [`MAX_STEPS`] for each question, and [`MAX_STEPS_OF_ALL`].
//!
//! ```
//! use serde_json::json;
//! use taskcluster_drift::{ConsumerEffect, PublisherEffect, Side, Source, compare};
//!
//! let side = |name, floors: u8| {
//!     let schema = json!({"properties": {"floor": {"type": "integer", "maximum": floors}}});
//!     let bytes = schema.to_string().into_bytes();
//!     Side::schema(name, &Source { name: "floor.json".to_owned(), bytes })
//! };
//! let report = compare(&side("old", 9)?, &side("new", 12)?);
//! let exchange = &report.exchanges[0];
//! assert_eq!(exchange.publisher.effect, PublisherEffect::Fine);
//! assert_eq!(exchange.consumer.effect, ConsumerEffect::Visible);
//! assert_eq!(exchange.consumer.findings[0].witness, Some(json!({"floor": 10})));
//! # Ok::<(), taskcluster_drift::Errors>(())
//! ```

mod api;
mod binding;
mod build;
mod compare;
mod context;
mod differences;
mod engine;
mod error;
mod exchanges;
mod explain;
mod pairs;
mod path;
pub mod render;
mod report;
mod side;
mod tolerant;
mod translate;
mod wording;

pub use compare::{accepts, compare, compare_only};
pub use engine::{MAX_STEPS, MAX_STEPS_OF_ALL};
pub use error::ExchangeError;
pub use report::{
    Answer, ApiEffect, BindingEffect, ConsumerEffect, Effect, ExchangeReport, Finding, Level,
    PublisherEffect, ReaderReport, Report, Status,
};
pub use side::Side;
pub use taskcluster_documents::{Error, Errors, Source};
