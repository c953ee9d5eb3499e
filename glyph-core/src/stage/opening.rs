//! Opens the span of a stage's call.

use super::{Guard, Stage};
use crate::span::{
    self, FieldValue, FieldValues, Links, OpenSpan, Parent, ParentContext, SpanCallsite, SpanNeeds,
    TypeName,
};

/// Opens the span of a call from a block, if one is to be built.
pub(super) fn open_block<S: Stage>(guard: &mut Guard, stage: &S, needs: SpanNeeds) {
    let callsite = S::span_callsite();
    if let Some(context) = span::opens(&mut guard.open_span, callsite, false, needs) {
        labelled(
            &mut guard.open_span,
            stage,
            callsite,
            context,
            &Parent::Current,
            &[],
        );
    }
}

/// Returns the context to open the span of a call in, or `None` if the call has neither a span nor a
/// record.
///
/// `needs_span`: code of the call reads or changes the current span of `tracing`.
#[doc(hidden)]
#[inline]
#[must_use]
pub fn opens(
    guard: &mut Guard,
    callsite: &'static SpanCallsite,
    names_parent: bool,
    needs_span: bool,
) -> Option<ParentContext> {
    let needs = if needs_span {
        SpanNeeds::Always
    } else {
        SpanNeeds::Nothing
    };
    span::opens(&mut guard.open_span, callsite, names_parent, needs)
}

/// Opens the span of a call of a function at `callsite`, with the labels of `stage`.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are expressions of the user"
)]
pub fn open<S: Stage>(
    guard: &mut Guard,
    stage: &S,
    callsite: &'static SpanCallsite,
    context: ParentContext,
    parent: Parent,
    of: Option<TypeName>,
    fields: &[FieldValue<'_>],
) {
    let open = &mut guard.open_span;
    labelled(open, stage, callsite, context, &parent, fields);
    open.of_function(callsite, of, context);
    if !fields.is_empty() || !matches!(parent, Parent::Current) {
        open.has_evaluated();
    }
}

/// Links the span of a call to others.
#[doc(hidden)]
pub fn link(guard: &mut Guard, links: impl Links) {
    guard.open_span.link(links);
    guard.open_span.has_evaluated();
}

fn labelled<S: Stage>(
    open: &mut OpenSpan,
    stage: &S,
    callsite: &'static SpanCallsite,
    context: ParentContext,
    parent: &Parent,
    fields: &[FieldValue<'_>],
) {
    stage.label_values(&mut |labels, texts| {
        let values = FieldValues {
            labels,
            texts,
            fields,
        };
        open.open(callsite, context, parent, &values);
    });
}
