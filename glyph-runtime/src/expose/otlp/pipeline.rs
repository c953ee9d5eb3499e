//! The pipeline: started, flushed, and shut down.

use std::{sync::Arc, time::Duration};

use super::{
    Settings, Source, Unpushed, request,
    rounds::{NAME, Rounds},
    worker::Worker,
};
use crate::{
    export::{self, ExportCounts},
    otlp::{Client, Signal},
    trace::{self, TraceError},
};

/// How long dropping a pipeline that was not shut down waits for its last push.
const DROP_DEADLINE: Duration = Duration::from_secs(1);

/// Pushes metrics to a collector at an interval. See the [module](super).
///
/// Dropping it without [`Pipeline::shutdown`] gives the last push one second.
#[derive(Debug)]
#[must_use = "dropping it ends the pushes"]
pub struct Pipeline {
    rounds: Arc<Rounds>,
}

impl Pipeline {
    /// Starts the thread; the first push comes after the first interval. With a page as the source, what becomes of the
    /// pushes is on it as `glyph_export_*{signal="metrics"}`.
    ///
    /// # Errors
    ///
    /// When a setting makes no sense, certificates do not fit, or a thread cannot be started. A collector that cannot be
    /// reached is no error: its points are dropped and counted.
    pub fn start(settings: Settings, source: impl Into<Source>) -> Result<Self, TraceError> {
        let settings = settings.checked()?;
        let source = source.into();
        let resource = trace::resource(
            &settings.service,
            settings.version.as_deref(),
            settings.environment.as_deref(),
            &settings.resource,
        );
        let rounds = Arc::new(Rounds::default());
        let worker = Worker {
            rounds: Arc::clone(&rounds),
            client: Client::new(&settings.otlp, Signal::Metrics)?,
            source: source.clone(),
            resource: request::resource(&resource),
            interval: settings.interval,
            export_timeout: settings.export_timeout,
            fails: false,
        };
        let name = format!("glyph-metrics-{NAME}");
        export::on_thread(name, worker.run()).map_err(TraceError::Thread)?;
        if let Some(page) = source.page() {
            page.exporters(Arc::<Rounds>::clone(&rounds));
        }
        Ok(Self { rounds })
    }

    /// What became of the data points so far.
    #[must_use]
    pub fn snapshot(&self) -> ExportCounts {
        self.rounds.snapshot()
    }

    /// Pushes everything as it is now, and waits until that has arrived.
    ///
    /// It blocks, and needs no runtime.
    ///
    /// # Errors
    ///
    /// When not everything arrived within `deadline`. A push that is under way goes on.
    pub fn flush(&self, deadline: Duration) -> Result<(), Unpushed> {
        self.rounds.flush(deadline, false)
    }

    /// Pushes everything a last time, and ends the pipeline. A second call finds nothing to do.
    ///
    /// It blocks as [`Pipeline::flush`] does. It works under any runtime and under none, in a destructor and after a
    /// panic.
    ///
    /// # Errors
    ///
    /// When not everything arrived within `deadline`; it is given up then.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Unpushed> {
        self.rounds.flush(deadline, true)
    }
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nobody_is_there_to_tell = self.shutdown(DROP_DEADLINE);
    }
}
