//! Support for the tests of glyph: reading a page as a scraper would.

mod page;

pub use page::{Page, Sample};
