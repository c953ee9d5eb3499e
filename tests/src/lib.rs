//! Support for the tests of glyph: reading a page as a scraper would, and another SDK.

mod page;
mod python;

pub use page::{Page, Sample};
pub use python::otel_python;
