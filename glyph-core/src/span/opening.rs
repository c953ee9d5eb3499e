//! Opens the span of a call.

use super::{
    FieldValue, OpenSpan, Parent, ParentContext, RecordSlot, SpanCallsite, TracedSpan,
    build::{build, build_enabled},
    decision::{Decision, SpanNeeds, SpanType, decide, is_off},
    open::State,
    record::records_are_read,
    recorded::Recorded,
    traced::Traced,
    traces::traces,
};

/// Returns the context to open a span in, or `None` if the call has neither a span nor a record.
#[must_use]
pub(crate) fn opens(
    open: &mut OpenSpan,
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs: SpanNeeds,
) -> Option<ParentContext> {
    if is_off(callsite) {
        return None;
    }
    opens_in_context(open, callsite, names_parent, needs)
}

/// Apart from [`opens`], which needs no stack frame without a subscriber.
#[inline(never)]
fn opens_in_context(
    open: &mut OpenSpan,
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs: SpanNeeds,
) -> Option<ParentContext> {
    match decide(callsite, names_parent, needs) {
        Decision::Nothing => None,
        Decision::Unsampled => {
            open.set(State::Unsampled);
            None
        }
        Decision::Open(context) => Some(context),
    }
}

/// Opens a span in the current context. `fields` passes the values of its fields on. It is called
/// only if they are kept: not for a span that is not sampled, unless a log reads it.
#[must_use]
pub fn open_here(
    callsite: &'static SpanCallsite,
    fields: impl FnOnce(&mut dyn FnMut(&[FieldValue<'_>])),
) -> OpenSpan {
    open_for(callsite, SpanNeeds::Nothing, fields)
}

/// See [`open_here`].
#[must_use]
pub(crate) fn open_for(
    callsite: &'static SpanCallsite,
    needs: SpanNeeds,
    fields: impl FnOnce(&mut dyn FnMut(&[FieldValue<'_>])),
) -> OpenSpan {
    let mut open = OpenSpan::nothing();
    let Some(context) = opens(&mut open, callsite, false, needs) else {
        return open;
    };
    if context.kind != SpanType::Traced {
        fields(&mut |fields| {
            let values = FieldValues::of_fields(fields);
            open.open(callsite, context, &Parent::Current, values);
        });
        return open;
    }
    let mut span = start(callsite, &Parent::Current);
    if is_kept(span.as_deref()) {
        fields(&mut |fields| {
            let values = FieldValues::of_fields(fields);
            open.open_started(callsite, span.take(), &Parent::Current, values);
        });
    } else {
        open.set_started(callsite, RecordSlot::EMPTY, span, &Parent::Current);
    }
    open
}

fn start(callsite: &'static SpanCallsite, parent: &Parent) -> Option<Box<dyn TracedSpan>> {
    traces().and_then(|traces| traces.start(callsite, parent))
}

/// Whether the fields of a record are kept.
fn is_kept(span: Option<&dyn TracedSpan>) -> bool {
    span.is_some_and(TracedSpan::is_recording) || records_are_read()
}

/// The values of a span: those of its labels, also as texts, and those of its fields.
#[derive(Clone, Copy)]
pub(crate) struct FieldValues<'list, 'value> {
    pub(crate) labels: &'list [FieldValue<'value>],
    pub(crate) texts: &'list [&'list str],
    pub(crate) fields: &'list [FieldValue<'value>],
    /// Whether a record keeps texts of any length.
    pub(crate) are_whole: bool,
}

impl<'list, 'value> FieldValues<'list, 'value> {
    /// Those of a span without labels.
    const fn of_fields(fields: &'list [FieldValue<'value>]) -> Self {
        Self {
            labels: &[],
            texts: &[],
            fields,
            are_whole: false,
        }
    }
}

impl OpenSpan {
    /// Opens the span, in place: moving it costs more than a record.
    #[inline]
    pub(crate) fn open(
        &mut self,
        callsite: &'static SpanCallsite,
        context: ParentContext,
        parent: &Parent,
        values: FieldValues<'_, '_>,
    ) {
        if context.kind != SpanType::Record {
            return self.open_built(callsite, context.kind, parent, values);
        }
        let mut slot = RecordSlot::EMPTY;
        self.set(if slot.open(callsite, values) {
            State::Recorded(Recorded::new(callsite, slot))
        } else {
            State::Span(build_enabled(callsite, parent, values), None)
        });
    }

    /// The trace is asked for the span of a record before values are formatted, which nobody may
    /// read. If a record cannot keep them all, a span of `tracing`'s asks in its place.
    #[inline(never)]
    fn open_built(
        &mut self,
        callsite: &'static SpanCallsite,
        kind: SpanType,
        parent: &Parent,
        values: FieldValues<'_, '_>,
    ) {
        if kind == SpanType::Tracing {
            return self.set(State::Span(build(callsite, parent, values), None));
        }
        if callsite.has_error() {
            return self.set(State::Span(build_enabled(callsite, parent, values), None));
        }
        self.open_started(callsite, start(callsite, parent), parent, values);
    }

    /// Opens the record of a span that has started.
    fn open_started(
        &mut self,
        callsite: &'static SpanCallsite,
        span: Option<Box<dyn TracedSpan>>,
        parent: &Parent,
        values: FieldValues<'_, '_>,
    ) {
        let mut slot = RecordSlot::EMPTY;
        let values = FieldValues {
            are_whole: span.as_ref().is_some_and(|span| span.is_recording()),
            ..values
        };
        if is_kept(span.as_deref()) && !slot.open(callsite, values) {
            drop(span);
            return self.set(State::Span(build_enabled(callsite, parent, values), None));
        }
        if !matches!(parent, Parent::Current) {
            slot.set_parent(traces().and_then(|traces| traces.key_of(parent)));
        }
        self.set_started(callsite, slot, span, parent);
    }

    fn set_started(
        &mut self,
        callsite: &'static SpanCallsite,
        slot: RecordSlot,
        span: Option<Box<dyn TracedSpan>>,
        parent: &Parent,
    ) {
        self.set(match span {
            Some(span) => State::Traced(Traced::new(callsite, slot, span, parent)),
            None => State::Recorded(Recorded::new(callsite, slot)),
        });
    }
}
