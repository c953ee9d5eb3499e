//! Labels from the scope: separate series for each tenant of a service.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing value fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "counts are integers, and times of a frozen clock are exact"
)]

mod bounds;
mod catalog;
mod exposition;
mod idle;
mod ids;
mod inside;
mod seen;
mod stages;
mod strict;
mod threads;

use glyph_tests::{Page, environment};

use crate::tenants::catalog::{StormMetrics, VoiceMetrics};

/// Returns the exposition, as this thread sees it.
fn page() -> Page {
    let telemetry = environment::telemetry("glyphoxa")
        .catalog(VoiceMetrics::global())
        .catalog(StormMetrics::global())
        .build();
    Page::of(&telemetry.unwrap()).unwrap()
}
