//! Files of spans in JSON Lines, and their conversion for the Chrome trace viewer.

mod chrome;
mod writer;

pub use chrome::{Conversion, chrome};
pub(crate) use writer::Writer;
