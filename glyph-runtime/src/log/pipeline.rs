//! The pipeline of log lines: start, flush and shutdown.

use std::{fmt, io, path::Path, sync::Arc, time::Duration};

use tracing::Subscriber;
use tracing_subscriber::{Layer, registry::LookupSpan};

use super::{
    audit::Trail,
    counters::{Counters, Snapshot},
    error::LogError,
    failures::Failures,
    fields::Policy,
    filter::EventFilter,
    filters::LogFilters,
    known_names::KnownNames,
    line::Style,
    line_writer::{AuditTrail, LineLayer, LineWriter},
    names::Names,
    panics::PanicLog,
    queue::{Capacity, Queue},
    recent::RecentLines,
    settings::{Audit, AuditOutput, Format, LogSettings, Output},
    sink::{Descriptor, Sink, standard_error, standard_output},
    writer,
};
use crate::{
    export::{DROP_DEADLINE, Deadline, Loss, Undelivered, UndeliveredPart},
    private_file,
};

/// Writes log lines and the audit trail.
///
/// Dropping it without [`Pipeline::shutdown`] waits up to one second for queued lines.
#[must_use = "dropping it ends the log"]
pub struct Pipeline {
    queue: Arc<Queue>,
    #[cfg(feature = "console")]
    recent: RecentLines,
    trail: Option<Arc<Trail>>,
    panics: Arc<PanicLog>,
    filter: EventFilter,
    /// Those that change with `filter`, and it.
    filters: LogFilters,
    names: OutputNames,
    counters: Counters,
}

/// The paths or streams of the outputs, as far as they have one.
struct OutputNames {
    log: Option<String>,
    audit: Option<String>,
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
    /// Returns [`LogError`] if the filter or a name is invalid, a file cannot be opened or a thread cannot be
    /// started.
    pub fn start<S>(settings: LogSettings) -> Result<(impl Layer<S> + use<S>, Self), LogError>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let (layer, pipeline) = Self::start_any(settings)?;
        Ok((layer.on(), pipeline))
    }

    /// [`Pipeline::start`] for a subscriber that is not known yet.
    pub(crate) fn start_any(settings: LogSettings) -> Result<(LineLayer, Self), LogError> {
        let filter = EventFilter::parse(&settings.filter)?;
        if let Some((name, reason)) = settings.shape.names.problem(settings.shape.duration) {
            return Err(LogError::FieldName { name, reason });
        }
        let keys = Arc::new(Names::new(&settings.shape));
        let limits = settings.limits.consistent();
        let capacity = Capacity::new(settings.queue_bytes, limits.line_bytes);
        let style = style(&settings);
        let counters = Counters::default();
        let names = OutputNames {
            log: settings.output.name(),
            audit: settings
                .audit
                .as_ref()
                .and_then(|audit| audit.output.name()),
        };
        let (copied, trail) = match settings.audit {
            Some(audit) => (audit.copied, Some(start_trail(audit, &counters)?)),
            None => (false, None),
        };
        let failures = Failures::new(names.log.clone());
        let sink = open(settings.output)?;
        let recent = RecentLines::new(Arc::clone(&keys));
        let copied_to = (style == Style::Json).then(|| recent.clone());
        let queue = Queue::new(sink, failures, capacity, counters.clone(), copied_to);
        let queue = Arc::new(queue);
        writer::start(&queue).map_err(LogError::Thread)?;
        let policy = Policy {
            names: Arc::new(
                KnownNames::new(settings.redaction).in_lines(&settings.shape, Arc::clone(&keys)),
            ),
            limits,
            backtrace: settings.backtrace,
        };
        let panics = PanicLog {
            policy: policy.clone(),
            style,
            names: Arc::clone(&keys),
            queue: Arc::clone(&queue),
            recent: recent.clone(),
            filter: filter.clone(),
        };
        let writer = LineWriter {
            policy,
            style,
            names: keys,
            queue: Arc::clone(&queue),
            recent: recent.clone(),
            audit: trail.clone().map(|trail| AuditTrail { trail, copied }),
        };
        let mut filters = LogFilters::default();
        filters.add(filter.clone());
        let pipeline = Self {
            queue,
            #[cfg(feature = "console")]
            recent,
            trail,
            panics: Arc::new(panics),
            filter: filter.clone(),
            filters,
            names,
            counters,
        };
        Ok((LineLayer::new(writer, filter), pipeline))
    }

    /// Returns the directives of the filter, in the syntax of `RUST_LOG`.
    #[must_use]
    pub fn filter(&self) -> String {
        self.filter.text()
    }

    /// Replaces the directives of the filter while the program runs.
    ///
    /// The pipeline of a [`Telemetry`](crate::Telemetry) changes the export of log records too, as
    /// [`set_log_filter`](crate::Telemetry::set_log_filter) does, but has no line about it.
    ///
    /// A directive about a span or its fields applies to open spans and stages too, sampled or not. The
    /// exception is an open span that the filter before has excluded: the log has never seen it.
    ///
    /// ```
    /// use glyph_runtime::log::{LogSettings, Output, Pipeline};
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let settings = LogSettings { output: Output::Stderr, ..LogSettings::default() };
    /// let (layer, log) = Pipeline::start(settings)?;
    /// let _current = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
    /// assert!(!tracing::enabled!(tracing::Level::DEBUG));
    /// log.set_filter("debug,hyper=warn")?;
    /// assert!(tracing::enabled!(tracing::Level::DEBUG));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`LogError::Directive`] if a directive is invalid. The filter stays as it was.
    pub fn set_filter(&self, directives: &str) -> Result<(), LogError> {
        self.filters.set(directives).map(drop)
    }

    /// Lets the filter of log records change with that of the log, unless the two differ.
    pub(crate) fn join(&mut self, records: EventFilter) {
        self.filters.add(records);
    }

    /// Returns the filters that change together.
    pub(crate) fn filters(&self) -> LogFilters {
        self.filters.clone()
    }

    /// Returns the latest lines, once a reader keeps them.
    #[cfg(feature = "console")]
    pub(crate) fn recent(&self) -> RecentLines {
        self.recent.clone()
    }

    pub(crate) fn event_filter(&self) -> EventFilter {
        self.filter.clone()
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

    /// Writes a line for each panic of the process, and then calls the panic hook that was set
    /// before. [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) calls this.
    ///
    /// The line has level `ERROR`, target `panic`, the message of the panic, `code.file.path` and
    /// `code.line.number`, the ids of the trace and the request, and `exception.stacktrace` if
    /// `RUST_BACKTRACE` is set. It has no fields of spans, which the panicking code may have
    /// locked. The filter does not apply, except that a log that is `off` has no such lines.
    ///
    /// ```
    /// use glyph_runtime::log::{LogSettings, Output, Pipeline};
    /// use tracing_subscriber::Registry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let folder = tempfile::tempdir()?;
    /// let path = folder.path().join("service.jsonl");
    /// let settings = LogSettings { output: Output::File(path.clone()), ..LogSettings::default() };
    /// let (_layer, log) = Pipeline::start::<Registry>(settings)?;
    /// log.log_panics();
    /// let _panicked = std::thread::spawn(|| panic!("out of dice")).join();
    ///
    /// let line: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(path)?)?;
    /// assert_eq!(line["message"], "out of dice");
    /// assert_eq!(line["target"], "panic");
    /// # Ok(())
    /// # }
    /// ```
    pub fn log_panics(&self) {
        Arc::clone(&self.panics).install();
    }

    /// Waits until all lines are written, at most for `deadline`.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if lines were not written. The log still writes them.
    pub fn flush(&self, deadline: Duration) -> Result<(), Undelivered> {
        let lines = self.lost_lines(self.queue.flush(deadline), None);
        Undelivered::check(Vec::from_iter(lines), deadline)
    }

    /// Writes queued lines, synchronizes the audit trail, and ends the log, all within `deadline`.
    ///
    /// It blocks the thread, and needs no runtime. Later lines are dropped and counted. Later audit
    /// events are still written and synchronized. A second call returns the same result.
    ///
    /// # Errors
    ///
    /// Returns [`Undelivered`] if lines were not written, or not confirmed by the disk. Lines that
    /// the output has rejected since the start are among them, with its last error.
    pub fn shutdown(&self, deadline: Duration) -> Result<(), Undelivered> {
        let due = Deadline::after(deadline);
        let (audit_lines, audit_error) = match &self.trail {
            Some(trail) => trail.close(deadline),
            None => (0, None),
        };
        let unwritten = self.queue.close(due.left());
        let (rejected, error) = self.queue.rejected();
        let parts = [
            self.lost_lines(unwritten + rejected, error.filter(|_| rejected > 0)),
            lost(
                "audit",
                "audit lines",
                self.names.audit.as_ref(),
                audit_lines,
                audit_error,
            ),
        ];
        Undelivered::check(parts.into_iter().flatten().collect(), deadline)
    }

    /// Returns the lines that did not fit into the queue so far, if any.
    pub(crate) fn loss(&self) -> Option<Loss> {
        let count = self.counters.snapshot().dropped.queue_full.total();
        let error = (count > 0).then(|| "the output was slower than the program".to_owned());
        Some(Loss {
            part: self.lost_lines(count, error)?,
            is_failing: false,
        })
    }

    fn lost_lines(&self, count: u64, error: Option<String>) -> Option<UndeliveredPart> {
        lost("log", "log lines", self.names.log.as_ref(), count, error)
    }
}

/// Returns the part for items, if any of them were lost.
fn lost(
    destination: &'static str,
    items: &'static str,
    name: Option<&String>,
    count: u64,
    error: Option<String>,
) -> Option<UndeliveredPart> {
    (count > 0 || error.is_some()).then(|| UndeliveredPart {
        url: name.cloned(),
        error,
        ..UndeliveredPart::new(destination, items, count)
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

fn open(output: Output) -> Result<Sink, LogError> {
    Ok(match output {
        Output::Stdout => standard_output(),
        Output::Stderr => standard_error(),
        Output::File(path) => {
            let opened = Descriptor::open(&path).map_err(unopened(&path, "the log"))?;
            Sink::Descriptor(Arc::new(opened))
        }
        Output::Writer(writer) => Sink::Writer(writer),
    })
}

fn start_trail(audit: Audit, counters: &Counters) -> Result<Arc<Trail>, LogError> {
    if audit.output.is_stdout() {
        let started = Trail::on(standard_output(), audit.sync, counters.clone());
        return started.map_err(LogError::Thread);
    }
    let started = match audit.output {
        AuditOutput::File(path) => {
            let file =
                private_file::open(&path, false).map_err(unopened(&path, "the audit trail"))?;
            let sink = Sink::Descriptor(Arc::new(Descriptor::of_file(file)));
            Trail::on(sink, audit.sync, counters.clone())
        }
        AuditOutput::Sink(sink) => Trail::start(sink, audit.sync, counters.clone()),
    };
    started.map_err(LogError::Thread)
}

fn unopened(path: &Path, purpose: &'static str) -> impl FnOnce(io::Error) -> LogError {
    let path = path.to_owned();
    move |error| LogError::Open {
        path,
        purpose,
        error,
    }
}
