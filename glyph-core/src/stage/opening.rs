//! Opens the span of a stage's call.

use super::Stage;
use crate::span::{
    FieldValue, OpenSpan, Parent, ParentContext, SpanCallsite, TypeName, open_with, opens,
};

/// Opens the span of a call from a block, if one is to be built.
pub(super) fn open_block<S: Stage>(stage: &S) -> Option<OpenSpan> {
    let callsite = S::span_callsite();
    let context = opens(callsite, false, false)?;
    Some(labelled(stage, callsite, context, &Parent::Current, &[]))
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
    let mut open = labelled(stage, callsite, context, &parent, fields);
    open.of_function(callsite, of, context);
    open
}

fn labelled<S: Stage>(
    stage: &S,
    callsite: &'static SpanCallsite,
    context: ParentContext,
    parent: &Parent,
    fields: &[FieldValue<'_>],
) -> OpenSpan {
    let mut open = OpenSpan::nothing();
    stage.label_values(&mut |labels, _| {
        open = open_with(callsite, context, parent, labels, fields);
    });
    open
}
