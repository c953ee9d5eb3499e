//! Opens the span of a stage's call.

use tracing::Span;

use super::Stage;
use crate::span::{
    FieldValue, OpenSpan, Parent, ParentContext, SpanCallsite, TypeName, open_with, opens,
};

/// Opens the span of a call from a block, if one is to be built.
pub(super) fn open_block<S: Stage>(stage: &S) -> Option<OpenSpan> {
    let callsite = S::span_callsite();
    opens(callsite, false)?;
    let span = labelled(stage, callsite, &Parent::Current, &[]);
    Some(OpenSpan::of_block(span))
}

/// Opens the span of a call of a function at `callsite`, with the labels of `stage`.
#[doc(hidden)]
#[expect(
    clippy::needless_pass_by_value,
    reason = "call sites are expressions of the user"
)]
pub fn open<S: Stage>(
    stage: &S,
    callsite: &'static SpanCallsite,
    context: ParentContext,
    parent: Parent,
    of: Option<TypeName>,
    fields: &[FieldValue<'_>],
) -> OpenSpan {
    let span = labelled(stage, callsite, &parent, fields);
    OpenSpan::of_function(span, callsite, of, context)
}

fn labelled<S: Stage>(
    stage: &S,
    callsite: &'static SpanCallsite,
    parent: &Parent,
    fields: &[FieldValue<'_>],
) -> Span {
    let mut span = Span::none();
    stage.label_values(&mut |labels, _| {
        span = open_with(callsite, parent, labels, fields);
    });
    span
}
