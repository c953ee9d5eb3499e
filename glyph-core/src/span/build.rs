//! Builds spans of `tracing`'s.

use tracing::{Metadata, Span, span::Id};

use super::{
    FieldValue, FieldValues, Parent, SpanCallsite, Values, callsite::MAX_FIELDS,
    decision::is_enabled, traces::traces,
};
use crate::thread_end::{FirstUse, is_ending};

/// Builds a span with the values of its labels and fields.
#[inline(never)]
pub(super) fn build(
    callsite: &'static SpanCallsite,
    parent: &Parent,
    values: &FieldValues<'_, '_>,
) -> Span {
    callsite.list();
    let mut all = [None; MAX_FIELDS];
    let given = values.labels.iter().chain(values.fields);
    for (slot, value) in all.iter_mut().zip(given) {
        *slot = *value;
    }
    let metadata = callsite.metadata();
    let count = metadata.fields().len();
    new_span(metadata, parent, all.get(..count).unwrap_or_default())
}

/// Builds a span, if the subscriber enables it, which [`build`] does not ask.
#[cold]
pub(super) fn build_enabled(
    callsite: &'static SpanCallsite,
    parent: &Parent,
    values: &FieldValues<'_, '_>,
) -> Span {
    if is_enabled(callsite) {
        build(callsite, parent, values)
    } else {
        Span::none()
    }
}

/// Builds a span in the current one, with the values of the record that took its place.
#[cold]
pub(super) fn build_again(callsite: &'static SpanCallsite, values: &Values) -> Span {
    if is_ending() || !is_enabled(callsite) {
        return Span::none();
    }
    callsite.list();
    let metadata = callsite.metadata();
    let recorded: Vec<_> = values.iter().collect();
    let mut all = [None; MAX_FIELDS];
    for (slot, field) in all.iter_mut().zip(metadata.fields()) {
        let value = recorded.iter().find(|(name, _)| *name == field.name());
        *slot = value.map(|(_, value)| value.as_value());
    }
    let count = metadata.fields().len();
    new_span(
        metadata,
        &Parent::Current,
        all.get(..count).unwrap_or_default(),
    )
}

fn new_span(
    metadata: &'static Metadata<'static>,
    parent: &Parent,
    values: &[FieldValue<'_>],
) -> Span {
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
