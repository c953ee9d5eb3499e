//! Spans that other programs have ended, and this one exports.

use opentelemetry_sdk::trace::SpanData;

use super::Pipeline;

impl Pipeline {
    /// Exports a span that has ended in another program, with its own ids and times: one that a
    /// browser has sent, for example.
    ///
    /// It is redacted, queued and counted as a span of this program, and it has the resource of the
    /// pipeline. So a program that receives spans of another service starts a pipeline with the name of
    /// that service, without installing its layer. The limits of [`SpanLimits`](super::SpanLimits) hold
    /// for the length of values alone: whoever receives spans limits their number and their size.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use glyph_runtime::trace::{Pipeline, TraceSettings};
    /// use opentelemetry::trace::{SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId};
    /// use opentelemetry_sdk::trace::SpanData;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let web = Pipeline::start(&TraceSettings::new("shop-web"))?;
    /// let now = SystemTime::now();
    /// let (trace, span) = (TraceId::from(7), SpanId::from(8));
    /// web.record_ended(SpanData {
    ///     span_context: SpanContext::new(trace, span, TraceFlags::SAMPLED, true, Default::default()),
    ///     parent_span_id: SpanId::INVALID,
    ///     parent_span_is_remote: false,
    ///     span_kind: SpanKind::Client,
    ///     name: "HTTP GET".into(),
    ///     start_time: now - Duration::from_millis(12),
    ///     end_time: now,
    ///     attributes: Vec::new(),
    ///     dropped_attributes_count: 0,
    ///     events: Default::default(),
    ///     links: Default::default(),
    ///     status: Status::Unset,
    ///     instrumentation_scope: Default::default(),
    /// });
    /// assert_eq!(web.recent()[0].spans[0].name, "HTTP GET");
    /// # Ok(())
    /// # }
    /// ```
    pub fn record_ended(&self, span: SpanData) {
        self.routes().record_ended(span);
    }
}
