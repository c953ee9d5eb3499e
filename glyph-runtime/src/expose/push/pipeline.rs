//! The pipeline of pushes: start, flush and shutdown.

use std::{sync::Arc, time::Duration};

use super::{
    MetricPushSettings, Source,
    pusher::{Push, Pusher, at_intervals},
};
use crate::{
    export::{self, BatchLimits, Deadline, ExportCounts, Queue, Undelivered, limits::LONGEST_TIME},
    otlp::{
        OtlpError, Resource,
        instrumentation::ScopeNames,
        metrics::{Deltas, Exporter},
    },
};

/// The name of the exporter in its counts.
const NAME: &str = "otlp";

/// Pushes metrics to a collector at an interval. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] waits up to one second for a last push.
#[derive(Debug)]
#[must_use = "dropping it ends the pushes"]
pub struct Pipeline {
    queue: Arc<Queue<Push>>,
}

impl Pipeline {
    /// Starts the thread. The first push comes after the first interval.
    ///
    /// With [`Temporality::Delta`](super::Temporality::Delta) the first push has all changes since the
    /// start of the process. After another pipeline it repeats what that one has pushed.
    ///
    /// With an [`Exposition`](crate::expose::Exposition) as the source, the counts of the pushes
    /// are in it as `glyph_export_*{signal="metrics"}`.
    ///
    /// # Errors
    ///
    /// Returns [`OtlpError`] if a setting is invalid, a file cannot be read, or a thread cannot be
    /// started. A collector that cannot be reached is not an error: its points are dropped and
    /// counted.
    pub fn start(
        settings: MetricPushSettings,
        source: impl Into<Source>,
    ) -> Result<Self, OtlpError> {
        let settings = settings.checked()?;
        let source = source.into();
        let resource = Resource::new(
            &settings.service,
            settings.version.as_deref(),
            settings.environment.as_deref(),
            &settings.resource,
        );
        let names = ScopeNames::new(&settings.instrumentation_scopes);
        let queue = Arc::new(Queue::new(NAME, LIMITS));
        let pusher = Pusher {
            queue: Arc::clone(&queue),
            exporter: Exporter::new(&settings.otlp, &resource, names)?,
            source: source.clone(),
            deltas: Deltas::new(settings.temporality),
            limit: settings.export_timeout,
        };
        let ticked = Arc::clone(&queue);
        let ticks = at_intervals(settings.interval, move || ticked.push(Push));
        export::start(&queue, Box::new(pusher), ticks).map_err(OtlpError::Thread)?;
        if let Some(exposition) = source.exposition() {
            exposition.add(export::source(Arc::<Queue<Push>>::clone(&queue)));
        }
        Ok(Self { queue })
    }

    /// Returns the counts of data points so far.
    #[must_use]
    pub fn snapshot(&self) -> ExportCounts {
        self.queue.snapshot()
    }

    /// Pushes everything as it is now, and waits for the end of that push.
    ///
    /// It blocks the thread, and needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if points were not exported within `deadline`. A running push
    /// continues.
    pub fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.push(deadline, false)
    }

    /// Pushes everything a last time, and ends the pipeline. A second call has nothing to do.
    ///
    /// It blocks the thread, and works with and without a runtime, in a destructor and after a
    /// panic.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if points were not exported within `deadline`. They are dropped.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.push(deadline, true)
    }

    fn push(&self, limit: Duration, closing: bool) -> Result<(), Undelivered> {
        // If a push is waiting already, it begins after this call as well, and this one is not
        // needed.
        self.queue.push(Push);
        let queues = std::slice::from_ref(&self.queue);
        export::flush(queues, limit, Deadline::after(limit), closing)
    }
}

/// The limits of the queue: at most one push waits, and begins at once. The pusher enforces
/// the time limit itself, because it also counts the points that it could not send.
const LIMITS: BatchLimits = BatchLimits {
    queue: 1,
    queue_bytes: 0,
    batch: 1,
    delay: Duration::ZERO,
    export_timeout: LONGEST_TIME,
};

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nothing_receives_it = self.shutdown(export::DROP_DEADLINE);
    }
}

impl export::Exporters for Queue<Push> {
    fn signal(&self) -> export::Signal {
        export::Signal::Metrics
    }

    fn counts(&self) -> Vec<ExportCounts> {
        vec![self.snapshot()]
    }
}
