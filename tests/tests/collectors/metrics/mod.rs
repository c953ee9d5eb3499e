//! Export of metrics to an OTLP collector, healthy or faulty.

#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing point fails the test")]
#![expect(
    clippy::float_cmp,
    reason = "what arrives is to be the very same value"
)]
#![expect(clippy::panic, reason = "a test that takes too long fails")]

mod arrival;
mod faults;
mod size;

use glyph_tests::receiver::metrics as receiver;
use std::time::Duration;

use glyph_runtime::{
    expose::push::MetricPushSettings,
    trace::{OtlpSettings, Protocol},
};

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Returns settings that push only on a flush.
fn settings(endpoint: &str, protocol: Protocol) -> MetricPushSettings {
    let mut settings = MetricPushSettings::new("shop", OtlpSettings::new(endpoint, protocol));
    settings.interval = Duration::from_secs(3600);
    settings
}
