//! The pipeline of log lines: start, flush and shutdown.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
    sync::Arc,
    time::Duration,
};

use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    audit::{AuditSink, Trail},
    counters::{Counters, Snapshot},
    error::LogError,
    fields::Policy,
    filter::EventFilter,
    layer::{AuditTrail, LogLayer},
    line::Style,
    queue::Queue,
    settings::{Audit, AuditOutput, Format, LogSettings, Output},
    writer,
};
use crate::export::{DROP_DEADLINE, Deadline, Undelivered, UndeliveredPart};

/// Writes log lines and the audit trail.
///
/// Dropping it without [`Pipeline::shutdown`] waits up to one second for queued lines.
#[must_use = "dropping it ends the log"]
pub struct Pipeline {
    queue: Arc<Queue>,
    trail: Option<Arc<Trail>>,
    counters: Counters,
}

impl Pipeline {
    /// Opens the outputs, starts the writer thread, and returns the layer for a `tracing` registry.
    ///
    /// It sets nothing global. The filter of the layer does not affect other layers. Use one log
    /// per subscriber: two would share the fields of spans, redacted by one of them.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use glyph_runtime::log::{Output, Pipeline, LogSettings};
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("service.jsonl");
    /// let settings = LogSettings { output: Output::File(path.clone()), ..LogSettings::default() };
    /// let (layer, log) = Pipeline::start(settings)?;
    ///
    /// tracing::subscriber::with_default(tracing_subscriber::registry().with(layer), || {
    ///     let _request = tracing::info_span!("request", request_id = "r-1").entered();
    ///     tracing::warn!(attempt = 2, "Redis fails open");
    /// });
    ///
    /// log.shutdown(Duration::from_secs(5))?;
    /// let line: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    /// assert_eq!(line["level"], "WARN");
    /// assert_eq!(line["message"], "Redis fails open");
    /// assert_eq!(line["attempt"], 2);
    /// assert_eq!(line["request_id"], "r-1");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`LogError`] if the filter is invalid, a file cannot be opened or a thread cannot be
    /// started.
    pub fn start<S>(settings: LogSettings) -> Result<(impl Layer<S> + use<S>, Self), LogError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let filter = EventFilter::parse(&settings.filter)?;
        let limits = settings.limits.consistent();
        let capacity = settings.queue_bytes.max(limits.line_bytes);
        let style = style(&settings);
        let counters = Counters::default();
        let (copied, trail) = match settings.audit {
            Some(audit) => (audit.copied, Some(start_trail(audit, &counters)?)),
            None => (false, None),
        };
        let output = open(settings.output)?;
        let queue = Arc::new(Queue::new(capacity, counters.clone()));
        writer::start(Arc::clone(&queue), output, counters.clone()).map_err(LogError::Thread)?;
        let layer = LogLayer {
            policy: Policy {
                redaction: settings.redaction,
                limits,
            },
            style,
            queue: Arc::clone(&queue),
            audit: trail.clone().map(|trail| AuditTrail { trail, copied }),
        };
        let pipeline = Self {
            queue,
            trail,
            counters,
        };
        Ok((layer.with_filter(filter), pipeline))
    }

    /// Returns the counters, which outlive the pipeline.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.counters.clone()
    }

    /// Returns the counts so far.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.counters.snapshot()
    }

    /// Waits until all lines are written, at most for `deadline`.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if lines were not written. The log still writes them.
    pub fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        let lines = lost("log", "log lines", self.queue.flush(deadline), None);
        Undelivered::check(Vec::from_iter(lines), deadline)
    }

    /// Writes queued lines, synchronizes the audit trail, and ends the log, all within `deadline`.
    ///
    /// It blocks the thread, and needs no runtime. Later lines are dropped and counted. Later audit
    /// events are still written and synchronized. A second call returns the same result.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if lines were not written, or not confirmed by the disk.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        let due = Deadline::after(deadline);
        let (audit_lines, audit_error) = match &self.trail {
            Some(trail) => trail.close(deadline),
            None => (0, None),
        };
        let lines = self.queue.close(due.left());
        let parts = [
            lost("log", "log lines", lines, None),
            lost("audit", "audit lines", audit_lines, audit_error),
        ];
        Undelivered::check(parts.into_iter().flatten().collect(), deadline)
    }
}

/// Returns the part for items, if any of them were lost.
fn lost(
    destination: &'static str,
    items: &'static str,
    count: u64,
    error: Option<String>,
) -> Option<UndeliveredPart> {
    (count > 0 || error.is_some()).then_some(UndeliveredPart {
        url: None,
        destination,
        items,
        count,
        error,
    })
}

impl Drop for Pipeline {
    fn drop(&mut self) {
        let _nothing_receives_it = self.shutdown(DROP_DEADLINE);
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Pipeline")
            .field("snapshot", &self.snapshot())
            .finish_non_exhaustive()
    }
}

fn style(settings: &LogSettings) -> Style {
    let terminal = settings.output.is_terminal();
    match settings.format {
        Format::Pretty => Style::Pretty {
            color: terminal && settings.color,
        },
        Format::Auto if terminal => Style::Pretty {
            color: settings.color,
        },
        Format::Json | Format::Auto => Style::Json,
    }
}

fn open(output: Output) -> Result<Box<dyn Write + Send>, LogError> {
    Ok(match output {
        Output::Stdout => Box::new(io::stdout()),
        Output::Stderr => Box::new(io::stderr()),
        Output::File(path) => Box::new(append(&path, "the log", 0o666)?),
        Output::Writer(writer) => writer,
    })
}

fn start_trail(audit: Audit, counters: &Counters) -> Result<Arc<Trail>, LogError> {
    let sink: Box<dyn AuditSink> = match audit.output {
        AuditOutput::File(path) => Box::new(append(&path, "the audit trail", 0o600)?),
        AuditOutput::Sink(sink) => sink,
    };
    Trail::start(sink, audit.sync, counters.clone()).map_err(LogError::Thread)
}

/// Opens a file to append to it. A new file gets the permissions `mode`, if the system has them.
fn append(path: &Path, purpose: &'static str, mode: u32) -> Result<File, LogError> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path).map_err(|error| LogError::Open {
        path: path.to_owned(),
        purpose,
        error,
    })
}
