//! The pipeline: started, flushed, and shut down.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    Settings,
    layer::{ExportLayer, Quiet},
    record::Waiting,
    sender::Sender,
};
use crate::{
    export::{self, ExportCounts, Queue},
    log::{LogError, fields::Policy, filter::EventFilter},
    otlp::{Client, Signal},
    trace::{self, LONGEST_TIME, TraceError},
};

/// The name of the exporter in its counts.
const NAME: &str = "otlp";
/// How long dropping a pipeline that was not shut down waits for its records.
const DROP_DEADLINE: Duration = Duration::from_secs(1);

/// Why no records can be exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The filter is malformed.
    #[error(transparent)]
    Filter(#[from] LogError),
    /// A setting of the export makes no sense, certificates do not fit, or a thread cannot be started.
    #[error(transparent)]
    Export(#[from] TraceError),
}

/// Log records that did not reach the collector before the deadline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("within {deadline:?}, {records} log records were not exported")]
#[non_exhaustive]
pub struct Unsent {
    /// How many: those that still waited at the deadline, and those dropped on the way to it.
    pub records: u64,
    /// How long it was given.
    pub deadline: Duration,
}

/// Exports events to a collector. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] gives the records that still wait one second.
#[derive(Debug)]
#[must_use = "dropping it ends the export of log records"]
pub struct Pipeline {
    queue: Arc<Queue<Waiting>>,
}

impl Pipeline {
    /// Starts the thread, and gives the layer to put on a `tracing` registry. Nothing global is touched.
    ///
    /// # Errors
    ///
    /// When a setting makes no sense, certificates do not fit, or a thread cannot be started. A collector that cannot be
    /// reached is no error: its records are dropped and counted.
    pub fn start<S>(settings: Settings) -> Result<(impl Layer<S> + use<S>, Self), ExportError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let filter = EventFilter::parse(&settings.filter)?;
        trace::check_batch(&settings.batch)?;
        let client = Client::new(&settings.otlp, Signal::Logs)?;
        let resource = trace::resource(
            &settings.service,
            settings.version.as_deref(),
            settings.environment.as_deref(),
            &settings.resource,
        );
        let limit = settings.batch.export_timeout.min(LONGEST_TIME);
        let queue = Arc::new(Queue::new(NAME, settings.batch));
        let sender = Sender::new(client, &resource, limit);
        export::start(&queue, Box::new(sender)).map_err(TraceError::Thread)?;
        let layer = ExportLayer {
            policy: Policy {
                redaction: settings.redaction,
                limits: settings.limits.consistent(),
            },
            audit: settings.audit,
            quiet: Quiet::unless_named(&settings.filter),
            queue: Arc::clone(&queue),
        };
        Ok((layer.with_filter(filter), Self { queue }))
    }

    /// What became of the records so far.
    #[must_use]
    pub fn snapshot(&self) -> ExportCounts {
        self.queue.snapshot()
    }

    pub(crate) fn exporters(&self) -> Arc<dyn export::Exporters> {
        Arc::<Queue<Waiting>>::clone(&self.queue)
    }

    /// Exports every record of before this call. It blocks, and needs no runtime.
    ///
    /// # Errors
    ///
    /// What was not exported within `deadline`. It still will be, if it can.
    pub fn flush(&self, deadline: Duration) -> Result<(), Unsent> {
        self.settled(deadline, false)
    }

    /// Exports every record, and ends the pipeline: later ones are counted as dropped. It works under any runtime and
    /// under none, in a destructor, after a panic, and again, when there is nothing left to do.
    ///
    /// It blocks as [`Pipeline::flush`] does.
    ///
    /// # Errors
    ///
    /// What was not exported within `deadline`, and now never will be.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Unsent> {
        self.settled(deadline, true)
    }

    fn settled(&self, deadline: Duration, closing: bool) -> Result<(), Unsent> {
        let now = Instant::now();
        let until = now
            .checked_add(deadline)
            .unwrap_or(now + 365 * LONGEST_TIME);
        let mark = if closing {
            self.queue.close()
        } else {
            self.queue.flush()
        };
        let records = self.queue.wait(mark, until);
        if closing {
            self.queue.abandon();
        }
        if records == 0 {
            Ok(())
        } else {
            Err(Unsent { records, deadline })
        }
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nobody_is_there_to_tell = self.shutdown(DROP_DEADLINE);
    }
}

impl export::Exporters for Queue<Waiting> {
    fn signal(&self) -> &'static str {
        "logs"
    }

    fn counts(&self) -> Vec<ExportCounts> {
        vec![self.snapshot()]
    }
}
