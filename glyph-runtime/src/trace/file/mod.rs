//! Spans in files: one JSON object a line, and what the Chrome trace viewer opens.

mod chrome;
mod writer;

pub use chrome::{Conversion, chrome};
pub(crate) use writer::Writer;
