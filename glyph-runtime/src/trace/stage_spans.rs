//! How the spans of stages are recorded.

/// How a pipeline records the spans of stages.
///
/// There are two kinds. Both are exported with the same names, fields, events, links and status, and
/// are parents and children of each other. Records cost a fraction of the time, and other layers of the
/// subscriber do not see them.
///
/// ```
/// use glyph_runtime::trace::{StageSpans, TraceSettings};
///
/// let mut settings = TraceSettings::new("glyphoxa");
/// settings.stages = StageSpans::Records;
/// ```
///
/// A program that installs [`Telemetry`](crate::Telemetry) sets it with
/// [`TelemetryBuilder::traces`](crate::TelemetryBuilder::traces):
///
/// ```
/// use glyph_runtime::{Telemetry, trace::StageSpans};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let telemetry = Telemetry::builder("proxy")
///     .traces(|traces| traces.stages = StageSpans::Records)
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum StageSpans {
    /// [`Records`](Self::Records) if
    /// [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) installs the subscriber and the
    /// program adds no [layers](crate::TelemetryBuilder::layer). Otherwise
    /// [`Tracing`](Self::Tracing), since a layer of the program may have to see the stages:
    ///
    /// | the program | stages have |
    /// |---|---|
    /// | calls `install` | records |
    /// | passes a layer to `TelemetryBuilder::layer` | spans of `tracing` |
    /// | has a subscriber of its own, with `Telemetry::layers` or [`Pipeline::layer`](super::Pipeline::layer) | spans of `tracing` |
    /// | sets another subscriber for a thread or a scope, as a test does | spans of `tracing` there |
    #[default]
    Automatic,
    /// Spans of [`tracing`], which every layer of the subscriber sees.
    Tracing,
    /// Records of glyph, which only the pipeline and the log see. Other layers of the subscriber, such
    /// as `tracing-error` or a console, see neither the stages nor their fields.
    ///
    /// The spans of calls over HTTP and gRPC and of waits are records as well. The items of a
    /// [`Queue`](crate::wait::Queue) have spans of `tracing`.
    ///
    /// Inside of such a stage, `tracing::Span::current()` is the span around the stage, and its events
    /// belong to the record. [`opentelemetry::Context::current`] has the span of the stage, and
    /// [`stage::current`](crate::stage::current) adds to it.
    ///
    /// A stage has a span of `tracing` nevertheless
    ///
    /// - if its body contains `Span::current()`, `in_current_span` or `or_current`,
    /// - if it has a field that is recorded later and its body does not contain `stage::current()`,
    /// - if a field is an `Error`,
    /// - if it is started by `start()`, since its `Running` shows the span,
    /// - while a directive of the log's filter is for spans, or
    ///   [`build_unsampled_spans`](super::build_unsampled_spans) is on.
    ///
    /// All stages have one with [`SpanDetails::busy_and_idle`](super::SpanDetails::busy_and_idle).
    ///
    /// A span that is entered again inside of a stage that is inside of the same span is the current
    /// one there, and takes the events. If the stage has a span of `tracing`, that takes them.
    ///
    /// A filter on [`Pipeline::layer`](super::Pipeline::layer) does not hold for records, and only one
    /// of two pipelines on a subscriber gets them.
    ///
    /// A record ends with its call. Tasks that outlive the call are still its children, but their
    /// events are not added to it.
    Records,
}

impl StageSpans {
    /// Returns `automatic` in place of [`Automatic`](Self::Automatic).
    pub(crate) const fn chosen(self, automatic: Self) -> Self {
        match self {
            Self::Automatic => automatic,
            other => other,
        }
    }
}
