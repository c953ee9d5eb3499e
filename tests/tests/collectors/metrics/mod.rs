//! Export of metrics to an OTLP collector, healthy or faulty.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing point fails the test")]
#![expect(clippy::float_cmp, reason = "the received value must be identical")]
#![expect(clippy::panic, reason = "a timeout fails the test")]

mod arrival;
mod deltas;
mod functions;
mod numbers;
mod outage;
mod scopes;
mod size;
mod views;

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
