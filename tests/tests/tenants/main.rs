//! Labels that come from the scope: each tenant of a service seen apart.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
#![expect(clippy::indexing_slicing, reason = "what is missing fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "numbers of calls are whole and times of a frozen clock exact"
)]

mod bounds;
mod catalog;
mod exposition;
mod idle;
mod ids;
mod inside;
#[expect(dead_code, reason = "collectors that misbehave are for other tests")]
#[path = "../otlp_receiver/mod.rs"]
mod otlp_receiver;
mod seen;
mod stages;
mod strict;
mod threads;

use glyph_runtime::Telemetry;
use glyph_tests::Page;

use crate::catalog::{StormMetrics, VoiceMetrics};

/// The page as this thread sees it.
fn page() -> Page {
    let telemetry = Telemetry::builder("glyphoxa")
        .catalog(VoiceMetrics::global())
        .catalog(StormMetrics::global())
        .build();
    Page::of(&telemetry.unwrap()).unwrap()
}
