//! Helpers that the tests of glyph share, by subject.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

pub mod cases;
pub mod children;
mod documents;
pub mod environment;
pub mod guide;
pub mod kinds;
pub mod logql;
mod page;
mod python;
pub mod receiver;
pub mod sentry;
pub mod wait;
pub mod written;

pub use children::alone;
pub use page::{Page, Sample};
pub use python::{otel_python, schema_python};
