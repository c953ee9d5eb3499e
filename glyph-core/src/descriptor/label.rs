//! The labels that a stage declares, and the checks of labels at compile time.

use super::{StageLabel, message::Message};
use crate::label::{Label, LabelDescriptor, LabelValues};

/// Rejects a type that cannot be a label.
#[doc(hidden)]
#[track_caller]
pub const fn check_never(label: &LabelDescriptor) {
    if let Some(never) = label.never {
        reject_never(&Message::new("label `").text(label.name), never)
    }
}

/// Rejects an open label without a limit, and a closed one with a limit.
#[doc(hidden)]
#[track_caller]
pub const fn check_bound(label: &LabelDescriptor, max: Option<usize>) {
    // `check_never` rejects it, so that the error shows once.
    if label.never.is_some() {
        return;
    }
    match (label.values, max) {
        (LabelValues::Open { .. }, None) => Message::new("label `")
            .text(label.name)
            .text("` is open: limit its distinct values, `#[label(max = 128)]`")
            .reject(),
        (LabelValues::Closed(_), Some(_)) => Message::new("label `")
            .text(label.name)
            .text("` is closed, its type lists the values: remove `max`")
            .reject(),
        _ => {}
    }
}

#[track_caller]
pub(crate) const fn reject_never(label: &Message, never: &str) -> ! {
    label
        .text("` has type `")
        .text(never)
        .text("`, which is `#[label(never)]`: put it in `fields(..)` of a span instead")
        .reject()
}

/// Describes a label of a stage: one whose value the caller passes, and otherwise one with a value in the
/// declaration of the stage, for all calls or, `at_end`, for calls that do not set it.
///
/// The function is never called: a `const` infers the label's type from it, that of a field or of the
/// declared value.
#[doc(hidden)]
#[must_use]
pub const fn stage_label<S, T: Label>(
    _: fn(&S) -> &T,
    name: &'static str,
    given: bool,
    at_end: bool,
) -> StageLabel {
    StageLabel {
        name,
        values: T::VALUES,
        given,
        at_end,
        never: T::NEVER,
    }
}
