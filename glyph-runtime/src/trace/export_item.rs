//! What waits for an exporter.

use opentelemetry_sdk::trace::SpanData;

use super::{
    records::{EndedPart, FieldNames},
    size,
};
use crate::{export::Item, otlp::unique::keep_last_values};

/// Spans in the queue of an exporter.
///
/// A call that is a record stays one until its exporter needs something else: OTLP requests are
/// encoded from records, and other exporters get spans of the SDK.
#[derive(Debug)]
pub(crate) enum ExportItem {
    /// A span of `tracing`'s, or of OpenTelemetry's API.
    Span(Box<SpanData>),
    /// Calls whose spans are records.
    Ended(EndedPart),
}

impl Item for ExportItem {
    const NAME: &'static str = "spans";

    fn bytes(&self) -> usize {
        match self {
            Self::Span(span) => size::of_span(span),
            Self::Ended(part) => part.bytes(),
        }
    }

    fn count(&self) -> usize {
        match self {
            Self::Span(_) => 1,
            Self::Ended(part) => part.count(),
        }
    }

    fn split_off(&mut self, count: usize) -> Option<Self> {
        match self {
            Self::Span(_) => None,
            Self::Ended(part) => Some(part.split_off(count).into()),
        }
    }
}

impl From<SpanData> for ExportItem {
    fn from(span: SpanData) -> Self {
        Self::Span(Box::new(span))
    }
}

impl From<EndedPart> for ExportItem {
    fn from(part: EndedPart) -> Self {
        Self::Ended(part)
    }
}

/// Returns the spans of a batch as those of the SDK, with the last value of each attribute. `names` are
/// those of earlier batches.
pub(super) fn spans(batch: Vec<ExportItem>, names: &mut FieldNames) -> Vec<SpanData> {
    let mut spans = Vec::with_capacity(batch.iter().map(Item::count).sum());
    for item in batch {
        match item {
            ExportItem::Span(mut span) => {
                keep_last_values(&mut span);
                spans.push(*span);
            }
            ExportItem::Ended(part) => part.append_to(&mut spans, names),
        }
    }
    spans
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
mod encoded {
    use super::ExportItem;
    use crate::{
        otlp::traces::{EncodeSpans, SpanRequest},
        trace::records::EncoderMemory,
    };

    impl EncodeSpans for ExportItem {
        type Memory = EncoderMemory;

        fn encode(self, request: &mut SpanRequest, memory: &mut EncoderMemory) {
            match self {
                Self::Span(span) => request.add(&span),
                Self::Ended(part) => part.encode(request, memory),
            }
        }
    }
}
