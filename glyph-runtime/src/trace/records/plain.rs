//! From an ended call to a span of the SDK, for calls with nothing but fields: most of them.
//!
//! The span is the one that [`Conversion::span_data`] would return.

use std::{
    borrow::Cow,
    time::{Duration, UNIX_EPOCH},
};

use glyph_core::__runtime::ValuesOfMany;
use opentelemetry::trace::{SpanKind, Status};
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

use super::{
    buffer::EndedSpan,
    convert::{Conversion, attribute, source},
    field_names::FieldNames,
};
use crate::otlp::instrumentation;

impl Conversion {
    /// Whether a call has nothing but fields, each is an attribute whose value is shown, and no name is
    /// there twice.
    #[expect(
        clippy::inline_always,
        reason = "a call of it takes a quarter of its instructions, for each exported span"
    )]
    #[inline(always)]
    pub(super) fn is_plain(
        &self,
        span: &EndedSpan,
        values: &ValuesOfMany,
        names: &mut FieldNames,
    ) -> bool {
        let is_within = span.values.end.saturating_sub(span.values.start) <= self.limits.attributes;
        let has_fields_only = span.additions.is_none() && !span.ids.has_state();
        let mut seen = 0;
        let mut names = values
            .of(&span.values)
            .enumerate()
            .map(|(index, (name, _))| {
                let known = names.of(name, &self.redaction);
                let may_repeat = seen & known.bit != 0;
                seen |= known.bit;
                known.is_shown && !(may_repeat && is_among(name, values, span, index))
            });
        self.is_plain && is_within && has_fields_only && names.all(|is_plain| is_plain)
    }

    /// Returns such a call as a span. Nothing here takes a reference to it, so that it can be built in the
    /// place where the caller keeps it, without a copy.
    #[inline]
    pub(super) fn plain(span: &EndedSpan, values: &ValuesOfMany) -> SpanData {
        let fields = values.of(&span.values);
        let attributes = fields.map(|(name, value)| attribute(name, value)).collect();
        let start = UNIX_EPOCH + Duration::from_nanos(span.start);
        SpanData {
            span_context: span.ids.context_without_state(),
            parent_span_id: span.parent,
            parent_span_is_remote: span.parent_is_remote,
            span_kind: SpanKind::Internal,
            name: Cow::Borrowed(span.callsite.metadata().name()),
            start_time: start,
            end_time: start + Duration::from_nanos(span.nanoseconds),
            attributes,
            dropped_attributes_count: 0,
            events: SpanEvents::default(),
            links: SpanLinks::default(),
            status: Status::Unset,
            instrumentation_scope: instrumentation::scope(source(span.callsite)),
        }
    }
}

/// Whether a name is among the first fields of a call.
#[cold]
fn is_among(name: &str, values: &ValuesOfMany, span: &EndedSpan, first: usize) -> bool {
    let mut first = values.of(&span.values).take(first);
    first.any(|(other, _)| other == name)
}
