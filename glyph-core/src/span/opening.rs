//! Opens the span of a call.

use super::{
    FieldValue, OpenSpan, Parent, ParentContext, SpanCallsite,
    build::{build, build_enabled},
    decision::{Decision, SpanNeeds, SpanType, is_off, start_or_decide},
    open::State,
    record::records_are_read,
    traces::traces,
};
use crate::label::LabelText;

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
    let mut decision = Decision::Nothing;
    if let Some(span) = start_or_decide(callsite, names_parent, needs, &mut decision) {
        open.set_started(callsite, span);
        return Some(ParentContext::RECORD);
    }
    match decision {
        Decision::Nothing => None,
        Decision::Unsampled => {
            open.set_unsampled();
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
            open.open(callsite, context, &Parent::Current, &values);
        });
        return open;
    }
    if open.start(callsite, &Parent::Current) {
        fields(&mut |fields| {
            let values = FieldValues::of_fields(fields);
            open.open_started(callsite, &Parent::Current, &values);
        });
    } else {
        open.begin(callsite, &Parent::Current, None);
    }
    open
}

/// The values of a span: those of its labels, also as texts, and those of its fields.
pub(crate) struct FieldValues<'list, 'value> {
    pub(crate) labels: &'list [FieldValue<'value>],
    pub(crate) texts: &'list [LabelText<'list>],
    pub(crate) fields: &'list [FieldValue<'value>],
}

impl<'list, 'value> FieldValues<'list, 'value> {
    /// Those of a span without labels.
    const fn of_fields(fields: &'list [FieldValue<'value>]) -> Self {
        Self {
            labels: &[],
            texts: &[],
            fields,
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
        values: &FieldValues<'_, '_>,
    ) {
        if let State::Traced(traced) = self.state()
            && (traced.is_exported() || records_are_read())
        {
            return self.open_started(callsite, parent, values);
        }
        if context.kind != SpanType::Record {
            return self.open_built(callsite, context.kind, parent, values);
        }
        if !self.open_record(callsite, Some(values)) {
            self.set(State::Span(build_enabled(callsite, parent, values), None));
        }
    }

    /// The trace is asked for the span of a record before values are formatted, which nobody may
    /// read. If a record cannot keep them all, a span of `tracing`'s asks in its place.
    #[inline(never)]
    fn open_built(
        &mut self,
        callsite: &'static SpanCallsite,
        kind: SpanType,
        parent: &Parent,
        values: &FieldValues<'_, '_>,
    ) {
        if kind == SpanType::Tracing {
            return self.set(State::Span(build(callsite, parent, values), None));
        }
        if callsite.has_error() && !self.is_started() {
            return self.set(State::Span(build_enabled(callsite, parent, values), None));
        }
        if self.start(callsite, parent) {
            self.open_started(callsite, parent, values);
        } else {
            self.begin(callsite, parent, None);
        }
    }

    /// Starts the span of a record, unless it is started. Returns whether the values of the fields are
    /// to be kept.
    fn start(&mut self, callsite: &'static SpanCallsite, parent: &Parent) -> bool {
        if !self.is_started()
            && let Some(span) = traces().and_then(|traces| traces.start(callsite, parent))
        {
            self.set_started(callsite, span);
        }
        self.is_recording() || records_are_read()
    }

    /// Opens the record of a span that was started, with the values of its fields.
    #[inline]
    fn open_started(
        &mut self,
        callsite: &'static SpanCallsite,
        parent: &Parent,
        values: &FieldValues<'_, '_>,
    ) {
        if !self.begin(callsite, parent, Some(values)) {
            self.set(State::Span(build_enabled(callsite, parent, values), None));
        }
    }
}
