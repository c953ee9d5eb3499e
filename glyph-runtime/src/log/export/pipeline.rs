//! The pipeline of log records: start, flush and shutdown.

use std::{future, sync::Arc, time::Duration};

use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    LogExportSettings,
    record_writer::{RecordLayer, RecordWriter, TransportEvents},
};
use glyph_core::__runtime::{Measured, Source};

use crate::{
    export::{self, Deadline, ExportCounts, InvalidSetting, Loss, Queue, Undelivered},
    log::{LogError, fields::Policy, filter::EventFilter, known_names::KnownNames},
    otlp::{
        OtlpError, Resource,
        logs::{self, TargetRecord},
    },
};

/// The name of the exporter in its counts.
const NAME: &str = "otlp";

/// Errors returned by [`Pipeline::start`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The filter is invalid.
    #[error(transparent)]
    Filter(#[from] LogError),
    /// The collector cannot be used, or a setting is out of range.
    #[error(transparent)]
    Otlp(#[from] OtlpError),
}

impl From<InvalidSetting> for ExportError {
    fn from(error: InvalidSetting) -> Self {
        Self::Otlp(error.into())
    }
}

/// Exports events to a collector. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] waits up to one second for the export of queued
/// records.
#[derive(Debug)]
#[must_use = "dropping it ends the export of log records"]
pub struct Pipeline {
    queue: Arc<Queue<TargetRecord>>,
    filter: EventFilter,
}

impl Pipeline {
    /// Starts the thread, and returns the layer for a `tracing` registry. It sets nothing global.
    ///
    /// # Errors
    ///
    /// Returns [`ExportError`] if a setting is invalid, a file cannot be read, or a thread cannot
    /// be started. A collector that cannot be reached is not an error: its records are dropped and
    /// counted.
    pub fn start<S>(
        settings: LogExportSettings,
    ) -> Result<(impl Layer<S> + use<S>, Self), ExportError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let (layer, pipeline) = Self::start_any(settings)?;
        Ok((layer.on(), pipeline))
    }

    /// [`Pipeline::start`] for a subscriber that is not known yet.
    pub(crate) fn start_any(
        settings: LogExportSettings,
    ) -> Result<(RecordLayer, Self), ExportError> {
        let filter = EventFilter::parse(&settings.filter)?;
        settings.batch.check()?;
        let resource = Resource::new(
            &settings.service,
            settings.version.as_deref(),
            settings.environment.as_deref(),
            &settings.resource,
        );
        let exporter = logs::exporter(&settings.otlp, settings.batch.export_timeout, &resource)?;
        let queue = Arc::new(Queue::new(NAME, settings.batch));
        export::start(&queue, exporter, future::pending()).map_err(OtlpError::Thread)?;
        let limits = settings.limits.consistent();
        let writer = RecordWriter {
            policy: Policy {
                names: Arc::new(KnownNames::new(settings.redaction)),
                limits,
                backtrace: settings.backtrace,
            },
            audit: settings.audit,
            transports: TransportEvents(filter.clone()),
            queue: Arc::clone(&queue),
        };
        let pipeline = Self {
            queue,
            filter: filter.clone(),
        };
        Ok((RecordLayer::new(writer, filter), pipeline))
    }

    /// Returns the directives of the filter, in the syntax of `RUST_LOG`.
    #[must_use]
    pub fn filter(&self) -> String {
        self.filter.text()
    }

    /// Replaces the directives of the filter while the program runs, as
    /// [`log::Pipeline::set_filter`](crate::log::Pipeline::set_filter) does.
    ///
    /// The filter of the log stays as it is. Records of the `log` crate have the levels that some
    /// filter let through at the start or at a change of the log's.
    ///
    /// # Errors
    ///
    /// Returns [`LogError::Directive`] if a directive is invalid. The filter stays as it was.
    pub fn set_filter(&self, directives: &str) -> Result<(), LogError> {
        self.filter.set(directives)
    }

    pub(crate) fn event_filter(&self) -> EventFilter {
        self.filter.clone()
    }

    /// Returns the counts of records so far.
    #[must_use]
    pub fn snapshot(&self) -> ExportCounts {
        self.queue.snapshot()
    }

    /// Returns what was lost so far, if anything.
    pub(crate) fn loss(&self) -> Option<Loss> {
        self.queue.loss()
    }

    /// Exports every record from before this call. It blocks the thread, and needs no runtime.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if records were not exported within `deadline`. Their export
    /// continues.
    pub fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.end(deadline, false)
    }

    /// Exports every record, and ends the pipeline: later records are dropped and counted.
    ///
    /// It blocks the thread, and works with and without a runtime, in a destructor and after a
    /// panic. A second call has nothing to do.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if records were not exported within `deadline`. They are dropped.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        self.end(deadline, true)
    }

    fn end(&self, limit: Duration, closing: bool) -> Result<(), Undelivered> {
        let queues = std::slice::from_ref(&self.queue);
        export::flush(queues, limit, Deadline::after(limit), closing)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nothing_receives_it = self.shutdown(export::DROP_DEADLINE);
    }
}

impl export::Exporters for Queue<TargetRecord> {
    fn signal(&self) -> export::Signal {
        export::Signal::Logs
    }

    fn counts(&self) -> Vec<ExportCounts> {
        vec![self.snapshot()]
    }
}

impl Measured for Pipeline {
    fn sources(&self) -> Vec<Source> {
        vec![export::source(Arc::<Queue<TargetRecord>>::clone(
            &self.queue,
        ))]
    }
}
