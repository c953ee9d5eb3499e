//! The `tracing` subscriber that `install` installs, and the program's layers for it.

use std::{fmt, mem, sync::Mutex, thread};

use tracing::{dispatcher, level_filters::LevelFilter, subscriber::NoSubscriber};
use tracing_subscriber::{
    Layer,
    layer::{Identity, SubscriberExt},
    registry::LookupSpan,
};

use super::{
    Layers, Order, Parts, Running, Signal, StartError,
    layers::{self, SignalLayer},
};
use crate::{
    config::Environment,
    telemetry::{InstallError, Telemetry, TelemetryBuilder},
};
use glyph_core::__runtime::lock;

/// The layers of the program.
pub(in crate::telemetry) struct Subscriber {
    layers: Vec<Layers>,
    is_wanted: bool,
    is_installed: bool,
}

/// The layers of all signals and of the program.
pub(in crate::telemetry) struct RunningSubscriber {
    layers: Mutex<(Vec<SignalLayer>, Vec<Layers>)>,
    level: LevelFilter,
    is_installed: bool,
}

pub(super) fn signal() -> Box<dyn Signal> {
    Box::new(Subscriber {
        layers: Vec::new(),
        is_wanted: true,
        is_installed: false,
    })
}

impl Signal for Subscriber {
    fn name(&self) -> &'static str {
        "subscriber"
    }

    fn prepare(&mut self, _: &Environment<'_>) -> Result<(), InstallError> {
        if self.is_wanted && has_subscriber() {
            return Err(InstallError::SubscriberInstalled);
        }
        self.is_installed = self.is_wanted;
        Ok(())
    }

    fn installs_only_own_layers(&self) -> bool {
        self.is_installed && self.layers.is_empty()
    }

    fn start(self: Box<Self>, parts: &mut Parts) -> Result<Option<Box<dyn Running>>, StartError> {
        if !self.layers.is_empty() {
            // A layer of the program may take anything.
            parts.takes(LevelFilter::TRACE);
        }
        Ok(Some(Box::new(RunningSubscriber {
            layers: Mutex::new((mem::take(&mut parts.layers), self.layers)),
            level: parts.level,
            is_installed: self.is_installed,
        })))
    }
}

impl RunningSubscriber {
    /// Returns the level up to which the installed subscriber takes events; `None` if none is
    /// installed.
    pub(in crate::telemetry) fn installed(&self) -> Option<LevelFilter> {
        self.is_installed.then_some(self.level)
    }

    fn take<S>(&self) -> Layers<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let (signals, program) = &mut *lock(&self.layers);
        layers::on(mem::take(signals), program)
    }
}

impl Running for RunningSubscriber {
    fn order(&self) -> Order {
        Order::Never
    }

    /// `prepare` has found no subscriber, so this fails only if another thread installs one
    /// meanwhile.
    fn claim(&self) -> Result<(), InstallError> {
        if !self.is_installed {
            return Ok(());
        }
        let subscriber = tracing_subscriber::registry().with(self.take());
        tracing::subscriber::set_global_default(subscriber)
            .map_err(|_| InstallError::SubscriberInstalled)
    }
}

impl fmt::Debug for RunningSubscriber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RunningSubscriber")
            .field("level", &self.level)
            .finish_non_exhaustive()
    }
}

/// Returns whether there is a global subscriber.
fn has_subscriber() -> bool {
    // The calling thread may have a subscriber of its own; a new thread has only the global one.
    let is_set = || dispatcher::get_default(|current| !current.is::<NoSubscriber>());
    let thread = thread::Builder::new().spawn(is_set);
    thread.is_ok_and(|thread| thread.join().unwrap_or(false))
}

impl TelemetryBuilder {
    /// Adds a layer to the subscriber that `install` installs, and to what
    /// [`Telemetry::layers`](crate::Telemetry::layers) returns for a bare registry.
    ///
    /// For any other subscriber, `Telemetry::layers` leaves the layer out. Add it to that subscriber
    /// itself.
    ///
    /// The layer sees all stages: with a layer of the program their spans are those of `tracing`, unless
    /// the program has chosen records.
    pub fn layer(self, layer: impl Layer<tracing_subscriber::Registry> + Send + Sync) -> Self {
        self.with(|subscriber: &mut Subscriber| subscriber.layers.push(layer.boxed()))
    }

    /// Installs no `tracing` subscriber. The program puts
    /// [`Telemetry::layers`](crate::Telemetry::layers) on its own subscriber.
    pub fn without_subscriber(self) -> Self {
        self.with(|subscriber: &mut Subscriber| subscriber.is_wanted = false)
    }
}

impl Telemetry {
    /// Returns the layers that record spans and log lines, for a subscriber of the program: after
    /// [`TelemetryBuilder::build`] or [`TelemetryBuilder::without_subscriber`].
    ///
    /// Any subscriber that looks spans up takes them: a `Registry`, or a `Registry` with layers. Each
    /// has its filter, so the order of layers changes nothing, and a layer of the program sees what it
    /// saw before. A filter that is a layer of its own, such as a `LevelFilter`, is for all layers.
    /// Layers of [`TelemetryBuilder::layer`] are left out, except for a bare `Registry`.
    ///
    /// Add the layers of one telemetry to a subscriber: `tracing-opentelemetry` panics if two of its
    /// layers are on one.
    ///
    /// The first call returns them; later calls return a layer that does nothing.
    ///
    /// ```
    /// use glyph_runtime::Telemetry;
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("worker").build()?;
    /// let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    /// tracing::subscriber::with_default(subscriber, || tracing::info_span!("job").in_scope(|| {}));
    /// assert_eq!(telemetry.recent_traces().len(), 1);
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn layers<S>(&self) -> Layers<S>
    where
        S: tracing::Subscriber + for<'a> LookupSpan<'a> + Send + Sync,
    {
        let subscriber = self.running::<RunningSubscriber>();
        subscriber.map_or_else(|| Identity::new().boxed(), RunningSubscriber::take)
    }
}
