//! Support for the tests of glyph: reading a page as a scraper would, and spans as a subscriber would.

mod page;
mod spans;

pub use page::{Page, Sample};
pub use spans::{OpenedSpan, opened_spans};
