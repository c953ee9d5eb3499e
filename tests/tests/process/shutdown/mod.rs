//! Shutdown of a whole telemetry: with every runtime and without one, with every kind of collector,
//! in time.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed setup or a missing value fails the test"
)]

mod collector;
mod flushes;
mod losses;
mod matrix;
mod outcomes;
#[cfg(target_os = "linux")]
mod signals;

use std::{
    io::Write,
    sync::atomic::{AtomicU16, Ordering},
    time::Duration,
};

use glyph_runtime::{Telemetry, log::Output, telemetry::Undelivered};
use glyph_tests::environment;
use glyph_tests::wait::within;
use glyph_tests::written::Written;
use tracing::Dispatch;
use tracing_subscriber::layer::SubscriberExt;

/// Deadline of a shutdown that must deliver everything.
const LONG: Duration = Duration::from_secs(30);
/// Timeout of a test on a busy machine.
const LIMIT: Duration = Duration::from_secs(40);

/// Runs `work`, which must end within [`LIMIT`].
fn in_time<T: Send + 'static>(what: &str, work: impl FnOnce() -> T + Send + 'static) -> T {
    within(LIMIT, what, work)
}

/// Returns an address for one listener, which no socket of another test takes after its release.
/// Linux has all of 127.0.0.0/8.
fn loopback() -> [u8; 4] {
    static LAST: AtomicU16 = AtomicU16::new(0);
    if cfg!(target_os = "linux") {
        let [high, low] = LAST.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        [127, 1 + high, low, 1]
    } else {
        [127, 0, 0, 1]
    }
}

/// Returns destination, items and count of each part that was not delivered.
fn undelivered(error: &Undelivered) -> Vec<(&'static str, &'static str, u64)> {
    let parts = error.parts.iter();
    // The listener's thread may not have run yet on a busy machine.
    let parts = parts.filter(|part| part.destination != "admin");
    parts
        .map(|part| (part.destination, part.items, part.count))
        .collect()
}

/// Returns a telemetry with a listener and a log, which sends all signals to `endpoint`. Three
/// spans, three log records and three log lines are queued.
fn telemetry(endpoint: &str, output: impl Write + Send + 'static) -> Telemetry {
    telemetry_and_subscriber(endpoint, output).0
}

/// [`telemetry`], and the subscriber that records in it.
fn telemetry_and_subscriber(
    endpoint: &str,
    output: impl Write + Send + 'static,
) -> (Telemetry, Dispatch) {
    let endpoint = endpoint.to_owned();
    let telemetry = environment::telemetry("ends")
        .env_lookup(move |name| match name {
            "OTEL_EXPORTER_OTLP_ENDPOINT" => Some(endpoint.clone()),
            "OTEL_METRICS_EXPORTER" | "OTEL_LOGS_EXPORTER" => Some("otlp".to_owned()),
            _ => None,
        })
        .log(|log| log.output = Output::Writer(Box::new(output)))
        .listener((loopback(), 0))
        .without_subscriber()
        .without_facade()
        .install()
        .unwrap();
    let subscriber = Dispatch::new(tracing_subscriber::registry().with(telemetry.layers()));
    tracing::dispatcher::with_default(&subscriber, || {
        for turn in 0..3 {
            tracing::info_span!("turn", turn).in_scope(|| tracing::info!("taken"));
        }
    });
    (telemetry, subscriber)
}
