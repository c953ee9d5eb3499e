//! The folders of each crate import in one direction, conditions on features are few, and the guide
//! has the limits of the sources.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "sources that cannot be read fail the test"
)]

mod conditions;
mod copies;
mod folders;
mod limits;
mod order;
mod paths;
mod planted;
mod resolve;
mod sources;
mod tokens;

use std::path::{Path, PathBuf};

/// The crates whose folders have an order, lowest first.
const CRATES: [&str; 5] = [
    "glyph-macros",
    "glyph-core",
    "glyph-artifacts",
    "glyph-runtime",
    "glyph-cli",
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
