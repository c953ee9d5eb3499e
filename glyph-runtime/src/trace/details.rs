//! Source, thread and timing attributes of spans.

/// Source, thread and timing attributes of the spans of `tracing` and of stages, in addition to their
/// fields. Default: none of them, since they are more than half of a small span.
///
/// ```
/// use glyph_runtime::trace::TraceSettings;
///
/// let mut settings = TraceSettings::new("glyphoxa");
/// settings.details.source_location = true;
/// assert!(!settings.details.thread);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a setting")]
#[non_exhaustive]
pub struct SpanDetails {
    /// Adds `code.file.path`, `code.line.number` and `code.module.name` to spans and their events,
    /// and `code.function.name` to stages (OpenTelemetry semantic conventions, "Source code
    /// attributes"). A path begins with the folder of its crate, or is relative to the workspace.
    ///
    /// Names of functions are set for all pipelines of the process.
    pub source_location: bool,
    /// Adds `thread.id` and `thread.name` of the thread that creates the span (OpenTelemetry
    /// semantic conventions, "Thread attributes").
    pub thread: bool,
    /// Adds `target`, the target of `tracing`. OpenTelemetry has the crate as the instrumentation
    /// scope.
    pub target: bool,
    /// Adds `busy_ns` and `idle_ns`, the nanoseconds in which threads were inside and outside of the
    /// span.
    pub busy_and_idle: bool,
}
