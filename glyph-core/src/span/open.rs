//! Spans that are open, and the decision whether to open one.

use tracing::{Metadata, Span, span::Id};

use super::{
    EnteredShared, EnteredSpan, FieldValue, Parent, ParentContext, RecordSlot, SpanCallsite,
    SpanParent, TypeName, Values,
    callsite::MAX_FIELDS,
    enter::{enter_span, exit_span},
    opens,
    record::{self, Entered},
    traces::{current_span, exemplar_of, traces},
};
use crate::{Exemplar, metric::current_exemplar, thread_end::FirstUse};

/// The span of a call: one of `tracing`'s, a record, or none.
#[doc(hidden)]
#[derive(Debug)]
pub struct OpenSpan {
    span: Span,
    /// The function that opened the span, for its name. `None` for the span of a block.
    parent: Option<SpanParent>,
    record: RecordSlot,
    /// The callsite, if the call has a record. The slot is empty while a thread is in the call.
    recorded: Option<&'static SpanCallsite>,
    /// The span around the record, if the call may outlive it.
    around: Option<Box<SpanAround>>,
}

/// A span of `tracing`'s around a record, which it stays open for.
#[derive(Debug)]
struct SpanAround {
    span: Span,
    within: Entered,
}

/// What a thread has entered of a call.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inside {
    span: bool,
    around: bool,
    record: bool,
}

struct EnteredCall<'call> {
    inside: Inside,
    open: &'call mut OpenSpan,
}

impl Drop for EnteredCall<'_> {
    fn drop(&mut self) {
        self.open.leave(self.inside);
    }
}

impl OpenSpan {
    /// Creates a guard without a span.
    #[inline]
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            span: Span::none(),
            parent: None,
            record: RecordSlot::EMPTY,
            recorded: None,
            around: None,
        }
    }

    /// Notes that the span is that of a function at `callsite`, opened in `context`.
    pub(crate) fn of_function(
        &mut self,
        callsite: &'static SpanCallsite,
        of: Option<TypeName>,
        context: ParentContext,
    ) {
        if self.recorded.is_none() {
            self.parent = Some(SpanParent {
                callsite,
                of,
                span: context.span,
            });
        }
    }

    /// The span of `tracing`. Disabled if no span was built.
    #[inline]
    #[must_use]
    pub const fn span(&self) -> &Span {
        &self.span
    }

    /// Reads the current span again: the call may be entered in another context than it was opened
    /// in.
    #[inline]
    pub(crate) fn entering(&mut self) {
        if let Some(parent) = &mut self.parent {
            parent.span = current_span();
        }
    }

    /// Returns the current span if it is sampled: this one, unless it was not built. A call with a
    /// record is part of a trace that is not sampled.
    #[inline]
    pub(crate) fn exemplar(&self) -> Option<Exemplar> {
        match &self.parent {
            Some(parent) => exemplar_of(parent),
            None if self.recorded.is_some() => None,
            None => current_exemplar(),
        }
    }

    /// Gives the record back, since the call has ended.
    #[inline]
    pub(crate) fn end(&mut self) {
        if self.recorded.is_some() {
            self.record.recycle();
        }
    }

    /// Keeps what is around a record, since the call may go on after it.
    #[inline]
    pub(crate) fn outlive(&mut self) {
        if self.recorded.is_some() {
            self.record.outlive();
            self.around = Some(Box::new(SpanAround {
                span: Span::current(),
                within: Entered::now(),
            }));
        }
    }

    /// Lets several threads enter the call.
    pub(crate) fn share(&mut self) {
        self.outlive();
        self.record.share();
    }

    /// Returns the span around the record, unless the thread is in it.
    #[inline]
    fn around(&self) -> Option<&Span> {
        let around = self.around.as_deref()?;
        (around.within != Entered::now()).then_some(&around.span)
    }

    /// Enters the call. Call [`leave`](Self::leave) on the same thread.
    #[inline]
    pub(crate) fn enter(&mut self) -> Inside {
        Inside {
            span: enter_span(&self.span),
            around: self.around().is_some_and(enter_span),
            record: self.record.enter(),
        }
    }

    /// Leaves the call.
    #[inline]
    pub(crate) fn leave(&mut self, inside: Inside) {
        if inside.record {
            self.record.leave();
        }
        if inside.around
            && let Some(around) = &self.around
        {
            exit_span(&around.span);
        }
        if inside.span {
            exit_span(&self.span);
        }
    }

    /// Runs `work` inside of the call.
    pub fn in_scope<R>(&mut self, work: impl FnOnce(&Self) -> R) -> R {
        let entered = EnteredCall {
            inside: self.enter(),
            open: self,
        };
        work(entered.open)
    }

    /// Runs `work`, which may [`record`](Self::record) fields.
    pub fn with<R>(&mut self, work: impl FnOnce(&Self) -> R) -> R {
        if self.recorded.is_some() {
            self.in_scope(work)
        } else {
            work(self)
        }
    }

    /// Sets fields of the callsite. If the call has a record, the thread must be right in the call.
    pub fn record(&self, fields: &[(&str, FieldValue<'_>)]) {
        let metadata = match (self.recorded, self.span.metadata()) {
            (Some(callsite), _) => callsite.metadata(),
            (None, Some(metadata)) => metadata,
            (None, None) => return,
        };
        let mut values = [None; MAX_FIELDS];
        for (slot, field) in values.iter_mut().zip(metadata.fields()) {
            let found = fields.iter().find(|(name, _)| *name == field.name());
            *slot = found.and_then(|(_, value)| *value);
        }
        let values = values.get(..metadata.fields().len()).unwrap_or_default();
        if self.recorded.is_some() {
            record::update(&Values::of(metadata, values));
        } else {
            self.span
                .record_all(&metadata.fields().value_set_all(values));
        }
    }

    /// Enters the call, whose record several threads can enter.
    pub(crate) fn enter_shared(&self) -> (EnteredSpan<'_>, EnteredShared<'_>) {
        let span = self.around().unwrap_or(&self.span);
        (EnteredSpan::enter(span), self.record.enter_shared())
    }

    /// Whether the call has a span of `tracing`'s or a record.
    #[inline]
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.recorded.is_some() || !self.span.is_disabled()
    }

    /// Sets the status and the error type of the span (OpenTelemetry semantic conventions,
    /// "Recording errors"). The thread is in the call.
    #[cold]
    pub(crate) fn describe(
        &self,
        error_type: &'static str,
        description: Option<&str>,
        is_error: bool,
    ) {
        if self.recorded.is_some() {
            return record::update_shared(&Values::of_text("error.type", error_type));
        }
        self.span.record("error.type", error_type);
        if is_error {
            self.span.record("otel.status_code", "ERROR");
        }
        if let Some(description) = description {
            self.span.record("otel.status_description", description);
        }
    }
}

/// Opens a span in the current context with the values of its fields.
#[must_use]
pub fn open_here(callsite: &'static SpanCallsite, fields: &[FieldValue<'_>]) -> OpenSpan {
    let mut open = OpenSpan::nothing();
    if let Some(context) = opens(callsite, false, false) {
        let values = FieldValues {
            labels: &[],
            texts: &[],
            fields,
        };
        open.open(callsite, context, &Parent::Current, values);
    }
    open
}

/// The values of a span: those of its labels, also as texts, and those of its fields.
#[derive(Clone, Copy)]
pub(crate) struct FieldValues<'list, 'value> {
    pub(crate) labels: &'list [FieldValue<'value>],
    pub(crate) texts: &'list [&'list str],
    pub(crate) fields: &'list [FieldValue<'value>],
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
        if context.is_recorded && self.record.open(callsite, values) {
            self.recorded = Some(callsite);
        } else {
            self.span = build_with(callsite, parent, values);
        }
    }
}

#[inline(never)]
fn build_with(
    callsite: &'static SpanCallsite,
    parent: &Parent,
    values: FieldValues<'_, '_>,
) -> Span {
    callsite.list();
    let mut all = [None; MAX_FIELDS];
    let given = values.labels.iter().chain(values.fields);
    for (slot, value) in all.iter_mut().zip(given) {
        *slot = *value;
    }
    let metadata = callsite.metadata();
    let count = metadata.fields().len();
    build(metadata, parent, all.get(..count).unwrap_or_default())
}

fn build(metadata: &'static Metadata<'static>, parent: &Parent, values: &[FieldValue<'_>]) -> Span {
    let values = metadata.fields().value_set_all(values);
    let span = match parent {
        Parent::Current => Span::new(metadata, &values),
        Parent::Root => Span::child_of(None, metadata, &values),
        Parent::Id(parent) => Span::child_of(open_id(parent), metadata, &values),
        Parent::Span(parent) => {
            child_of(parent, |parent| Span::child_of(parent, metadata, &values))
        }
    };
    FirstUse::NewSpan.mark();
    span
}

/// Returns the id, if it is that of an open span: the registry panics at others.
fn open_id(id: &Id) -> Option<Id> {
    let is_open = traces().is_none_or(|traces| traces.is_open(id));
    is_open.then(|| id.clone())
}

/// Opens a child. Ids of another subscriber's spans mean nothing to the current one.
fn child_of(parent: &Span, open: impl FnOnce(Option<Id>) -> Span) -> Span {
    match traces() {
        Some(traces) if !traces.is_of_current_subscriber(parent) => {
            let span = open(None);
            traces.continue_trace(&span, parent);
            span
        }
        _ => open(parent.id()),
    }
}
