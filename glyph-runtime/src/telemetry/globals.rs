//! What there is one of in a process.

#[cfg(feature = "log")]
use tracing::level_filters::LevelFilter;
#[cfg(feature = "log")]
use tracing_log::AsLog;

use super::InstallError;
#[cfg(any(feature = "trace", feature = "log"))]
use super::Telemetry;
#[cfg(feature = "trace")]
use crate::config::Propagator;
#[cfg(feature = "metrics")]
use crate::facade::{Recorder, Upkeep};

#[cfg(feature = "metrics")]
pub(super) fn install_recorder(recorder: Recorder) -> Result<Upkeep, InstallError> {
    let others = recorder.others();
    metrics::set_global_recorder(recorder).map_err(|_| InstallError::RecorderInstalled)?;
    Ok(Upkeep::start(others)?)
}

/// Whether there is a global subscriber. A new thread has no other.
#[cfg(any(feature = "trace", feature = "log"))]
pub(super) fn has_subscriber() -> bool {
    let is_there = || {
        tracing::dispatcher::get_default(|current| {
            !current.is::<tracing::subscriber::NoSubscriber>()
        })
    };
    let elsewhere = std::thread::Builder::new().spawn(is_there);
    elsewhere.is_ok_and(|thread| thread.join().unwrap_or(false))
}

/// With the bridge, the `log` crate's records from this level on are events of the subscriber.
#[cfg(any(feature = "trace", feature = "log"))]
pub(super) fn install_subscriber(
    telemetry: &Telemetry,
    #[cfg(feature = "log")] bridge: Option<LevelFilter>,
) -> Result<(), InstallError> {
    use tracing_subscriber::layer::SubscriberExt;

    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    tracing::subscriber::set_global_default(subscriber)
        .map_err(|_| InstallError::SubscriberInstalled)?;
    #[cfg(feature = "trace")]
    if let Some(traces) = telemetry.traces() {
        opentelemetry::global::set_tracer_provider(traces.provider().clone());
    }
    for warning in telemetry.warnings() {
        tracing::warn!(target: "glyph_runtime::config", "{warning}");
    }
    #[cfg(feature = "log")]
    if let Some(level) = bridge
        && tracing_log::LogTracer::init_with_filter(level.as_log()).is_err()
    {
        tracing::warn!(
            target: "glyph_runtime::log",
            "another logger has the records of the `log` crate, which are not in this log: install none, or leave them \
             to it with `.without_log_bridge()`"
        );
    }
    Ok(())
}

/// How contexts cross the borders of the process.
#[cfg(feature = "trace")]
pub(super) fn install_propagators(propagators: &[Propagator]) {
    let has = |wanted| propagators.contains(&wanted);
    let traces = has(Propagator::TraceContext);
    crate::trace::propagation::install(traces, has(Propagator::Baggage));
}
