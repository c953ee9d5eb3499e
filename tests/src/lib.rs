//! Support for the tests of glyph: reading a page as a scraper would.

mod page;

pub use page::{Page, Sample};

/// The README's Rust, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
