//! Calls that have ended, on their way to the exporters.

use std::{
    iter::once,
    mem::take,
    ops::Range,
    sync::{Arc, Mutex},
};

use opentelemetry_sdk::trace::SpanData;

use super::{
    buffer::{Buffer, EndedSpan},
    convert::Conversion,
    field_names::FieldNames,
};
use crate::origin::Origin;

/// The most buffers whose memory is kept for threads.
const MOST_UNUSED: usize = 8;

/// The memory of buffers whose calls were exported.
#[derive(Debug)]
pub(super) struct UnusedBuffers {
    buffers: Mutex<Vec<Buffer>>,
    /// The spans of a full buffer.
    full: usize,
    origin: Origin,
}

impl UnusedBuffers {
    pub(super) fn new(full: usize) -> Self {
        Self {
            buffers: Mutex::default(),
            full,
            origin: Origin::here(),
        }
    }

    pub(super) fn take(&self) -> Option<Buffer> {
        self.origin.lock(&self.buffers)?.pop()
    }

    pub(super) fn keep(&self, buffer: Buffer) {
        if let Some(buffer) = buffer.reusable(self.full)
            && let Some(mut buffers) = self.origin.lock(&self.buffers)
            && buffers.len() < MOST_UNUSED
        {
            buffers.push(buffer);
        }
    }
}

/// The calls of a buffer, which all exporters read.
#[derive(Debug)]
pub(in crate::trace) struct EndedSpans {
    pub(super) buffer: Buffer,
    pub(super) conversion: Arc<Conversion>,
    pub(super) unused: Arc<UnusedBuffers>,
}

impl EndedSpans {
    /// Passes each call as a span of the SDK, with its redaction.
    pub(in crate::trace) fn each(&self, take: impl FnMut(SpanData)) {
        let mut spans = Vec::with_capacity(self.buffer.spans.len());
        self.append(&self.buffer.spans, &mut spans, &mut FieldNames::default());
        spans.into_iter().for_each(take);
    }

    /// Adds calls as spans of the SDK.
    fn append(&self, calls: &[EndedSpan], spans: &mut Vec<SpanData>, names: &mut FieldNames) {
        let values = &self.buffer.values;
        for call in calls {
            if self.conversion.is_plain(call, values, names) {
                // Unlike a push, this makes room first, and then builds the span there.
                spans.extend(once(call).map(|call| Conversion::plain(call, values)));
            } else {
                spans.push(self.span_data(call, names));
            }
        }
    }

    pub(super) fn span_data(&self, span: &EndedSpan, names: &mut FieldNames) -> SpanData {
        self.conversion.span_data(span, &self.buffer.values, names)
    }
}

impl Drop for EndedSpans {
    fn drop(&mut self) {
        self.unused.keep(take(&mut self.buffer));
    }
}

/// A part of the calls of a buffer, in the queue of an exporter.
#[derive(Debug)]
pub(crate) struct EndedPart {
    pub(super) ended: Arc<EndedSpans>,
    range: Range<usize>,
}

impl EndedPart {
    pub(in crate::trace) fn all(ended: &Arc<EndedSpans>) -> Self {
        Self {
            ended: Arc::clone(ended),
            range: 0..ended.buffer.spans.len(),
        }
    }

    pub(in crate::trace) fn count(&self) -> usize {
        self.range.len()
    }

    /// The approximate size in bytes: the same for each call of the buffer.
    pub(in crate::trace) fn bytes(&self) -> usize {
        let buffer = &self.ended.buffer;
        let all = buffer.spans.len().max(1);
        buffer.bytes().saturating_mul(self.count()) / all
    }

    /// Keeps the first `count` calls, and returns the others.
    pub(in crate::trace) fn split_off(&mut self, count: usize) -> Self {
        let middle = self.range.start + count.min(self.count());
        let others = middle..self.range.end;
        self.range.end = middle;
        Self {
            ended: Arc::clone(&self.ended),
            range: others,
        }
    }

    /// Adds each call as a span of the SDK, with its redaction.
    pub(in crate::trace) fn append_to(&self, spans: &mut Vec<SpanData>, names: &mut FieldNames) {
        self.ended.append(self.spans(), spans, names);
    }

    pub(super) fn spans(&self) -> &[EndedSpan] {
        let spans = self.ended.buffer.spans.get(self.range.clone());
        spans.unwrap_or_default()
    }
}
