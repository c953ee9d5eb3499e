//! Signals: the parts of a telemetry that features add.
//!
//! A signal keeps the program's settings for it in the builder, starts, is installed in the
//! process, and is shut down. Building, installing and shutting down go over a list of them. A
//! signal's own builder methods and accessors are in its own file.

#[cfg(feature = "admin")]
mod admin;
mod changes;
mod layers;
#[cfg(feature = "log")]
mod log;
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod otlp;
mod parts;
#[cfg(feature = "process")]
mod process;
#[cfg(feature = "metrics")]
mod recorder;
mod subscriber;
#[cfg(feature = "trace")]
mod traces;

use std::{any::Any, error::Error, fmt, time::Duration};

use tracing::level_filters::LevelFilter;

use super::{InstallError, TelemetryBuilder};
use crate::{
    config::{Configuration, Environment},
    export::{Loss, OpenSpans, Undelivered},
    expose::Exposition,
    redaction::Redaction,
};

pub(super) use changes::Changes;
pub use layers::Layers;
pub(super) use parts::Parts;
pub(super) use subscriber::RunningSubscriber;

/// Returns all signals of the enabled features, in the order in which they start.
///
/// The metrics export and the admin endpoints read the exposition, so they follow those that
/// contribute to it. The recorder precedes the subscriber: it can fail, and then nothing global is
/// set.
pub(super) fn all() -> Vec<Box<dyn Signal>> {
    Vec::from([
        #[cfg(feature = "trace")]
        traces::signal(),
        #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
        otlp::log_records::signal(),
        #[cfg(feature = "log")]
        log::signal(),
        #[cfg(feature = "metrics")]
        recorder::signal(),
        subscriber::signal(),
        #[cfg(feature = "process")]
        process::signal(),
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        otlp::metrics::signal(),
        #[cfg(feature = "admin")]
        admin::signal(),
    ])
}

/// The reason why a signal did not start.
pub(super) type StartError = Box<dyn Error + Send + Sync>;

/// A signal before it starts.
pub(super) trait Signal: Any + Send {
    /// The name of the signal in errors.
    fn name(&self) -> &'static str;

    /// Fails if the process cannot take what this signal installs.
    ///
    /// Only `install` calls this, before any signal starts.
    fn prepare(&mut self, _environment: &Environment<'_>) -> Result<(), InstallError> {
        Ok(())
    }

    /// Whether it installs a subscriber that has only glyph's layers.
    fn installs_only_own_layers(&self) -> bool {
        false
    }

    /// Learns whether [a signal](Self::installs_only_own_layers) installs a subscriber that has only
    /// glyph's layers. Called once, before the signals start.
    fn learn_layers(&mut self, _only_own: bool) {}

    /// Applies the program's settings of this signal to those of the environment.
    fn configure(&mut self, _configuration: &mut Configuration, _builder: &TelemetryBuilder) {}

    /// The redaction in the settings of this signal. All signals get the union of them.
    fn redaction<'c>(&self, _configuration: &'c mut Configuration) -> Option<&'c mut Redaction> {
        None
    }

    /// Starts the signal. Nothing global is set yet.
    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError>;
}

/// A signal that has started.
pub(super) trait Running: Any + Send + Sync + fmt::Debug {
    /// The order in which the signal is shut down.
    fn order(&self) -> Order;

    /// Adds the counts of this signal to the exposition.
    fn report(&self, _exposition: &Exposition) {}

    /// Sets a global that another library may have set already.
    fn claim(&self) -> Result<(), InstallError> {
        Ok(())
    }

    /// Sets what needs glyph's subscriber, which takes events up to `level`.
    fn subscribed(&self, _level: LevelFilter) {}

    /// Sets the globals that can always be set.
    fn install(&self) {}

    /// Returns the spans that have not ended.
    fn open_spans(&self) -> OpenSpans {
        OpenSpans::default()
    }

    /// Returns what was lost so far.
    fn losses(&self) -> Vec<Loss> {
        Vec::new()
    }

    /// Delivers what there is now, and goes on.
    fn flush(&self, _limit: Duration) -> Result<(), Undelivered> {
        Ok(())
    }

    /// Delivers what is left, and stops.
    fn shut_down(&self, _deadline: Duration) -> Result<(), Undelivered> {
        Ok(())
    }
}

/// The order of a shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// Never: it has nothing to deliver.
    Never,
    /// At the same time as the others, so that none uses up the time of another.
    Together,
    /// After all others, whose errors it records.
    Last,
}

/// Finds a signal by its type.
pub(super) fn find<S: Signal>(signals: &mut [Box<dyn Signal>]) -> Option<&mut S> {
    signals.iter_mut().find_map(|signal| {
        let signal: &mut dyn Any = signal.as_mut();
        signal.downcast_mut()
    })
}

/// Finds a running signal by its type.
pub(super) fn find_running<R: Running>(running: &[Box<dyn Running>]) -> Option<&R> {
    running.iter().find_map(|running| {
        let running: &dyn Any = running.as_ref();
        running.downcast_ref()
    })
}

#[cfg(all(test, feature = "metrics"))]
mod tests {
    use super::all;

    #[test]
    fn recorder_is_claimed_before_the_subscriber() {
        let names: Vec<_> = all().iter().map(|signal| signal.name()).collect();
        let position = |name| names.iter().position(|known| *known == name);
        let (recorder, subscriber) = (position("metrics recorder"), position("subscriber"));
        assert!(recorder.is_some() && recorder < subscriber, "{names:?}");
    }
}
