//! Export of log records to an OTLP collector, healthy or faulty.

#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
#![expect(clippy::indexing_slicing, reason = "a missing record fails the test")]
#![expect(clippy::panic, reason = "a missing attribute fails the test")]

mod arrival;
mod outage;

use glyph_tests::receiver::logs as receiver;
use std::time::Duration;

use glyph_runtime::{
    log::export::{LogExportSettings, Pipeline},
    trace::{OtlpSettings, Protocol},
};
use tracing_subscriber::layer::SubscriberExt;

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Returns settings that send batches only on a flush.
fn settings(endpoint: &str, protocol: Protocol) -> LogExportSettings {
    let mut settings = LogExportSettings::new("shop", OtlpSettings::new(endpoint, protocol));
    settings.batch.delay = Duration::from_secs(5);
    settings
}

/// Runs `work` with the pipeline's layer.
fn under(settings: LogExportSettings, work: impl FnOnce(&Pipeline)) -> Pipeline {
    let (layer, pipeline) = Pipeline::start(settings).unwrap();
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::with_default(subscriber, || work(&pipeline));
    pipeline
}
