//! Statuses that are not outcomes: the value in `none = "miss"`.

use super::{CallResult, Stage, Staged, call_result::IntoCallResult, call_site::digit};
use crate::{
    descriptor::message::Message,
    label::{LabelDescriptor, LabelValues, OUTCOME_COUNT},
};

/// The distance from the series of the outcome `ok` to the series of another status.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct StatusOffset {
    pub(super) duration: i32,
    pub(super) requests: i32,
}

impl StatusOffset {
    /// The status of the outcome itself.
    pub(super) const NONE: Self = Self {
        duration: 0,
        requests: 0,
    };
}

/// The result of a call that returned an `Option`: the outcome `ok`, with another status for
/// `None`.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct StatusOfOption(Option<StatusOffset>);

impl IntoCallResult for StatusOfOption {
    #[inline]
    fn into_call_result(self) -> (CallResult, StatusOffset) {
        (CallResult::OK, self.0.unwrap_or(StatusOffset::NONE))
    }
}

impl StatusOfOption {
    /// Creates the result of a call from its status; `None` if the call has none of its own.
    #[inline]
    pub(super) const fn of(status: Option<StatusOffset>) -> Self {
        Self(status)
    }
}

/// Rejects a text that no status label of the stage has, and one that an outcome maps to.
#[doc(hidden)]
#[track_caller]
pub const fn check_status<S, C: Stage>(staged: Staged<S, C>, text: &str) {
    staged.forget();
    let [duration, requests] = C::STATUS_LABELS;
    if C::IS_WHOLE && !knows(duration, text) && !knows(requests, text) {
        reject_unknown(C::NAME, text, C::STATUS_LABELS);
    }
    reject_outcome(duration, text);
    reject_outcome(requests, text);
}

/// Looks up `text` among the values of the stage's status labels. [`check_status`] has checked it.
#[doc(hidden)]
#[must_use]
pub const fn status_offset<S, C: Stage>(staged: Staged<S, C>, text: &str) -> StatusOffset {
    staged.forget();
    let [duration, requests] = C::STATUS_LABELS;
    StatusOffset {
        duration: shift(duration, text),
        requests: shift(requests, text),
    }
}

/// Rejects a value of a status label that an outcome maps to.
#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn reject_outcome(labels: &[LabelDescriptor], text: &str) {
    let mut index = 0;
    while index < labels.len() {
        if let Some((outcomes, digit)) = value(&labels[index], text)
            && let Some(outcome) = outcome_of(&outcomes, digit)
        {
            Message::new("`")
                .text(text)
                .text("` already means outcome `")
                .text(outcome)
                .text("`: use a status value that maps to no outcome")
                .reject()
        }
        index += 1;
    }
}

/// Returns whether a status among the labels has this value.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn knows(labels: &[LabelDescriptor], text: &str) -> bool {
    let mut index = 0;
    while index < labels.len() {
        if value(&labels[index], text).is_some() {
            return true;
        }
        index += 1;
    }
    false
}

/// Returns the digits of the outcomes and of the value, if the label is a status that has it.
const fn value(label: &LabelDescriptor, text: &str) -> Option<([usize; OUTCOME_COUNT], usize)> {
    match (label.outcomes, label.values) {
        (Some(outcomes), LabelValues::Closed(values)) => match digit(values, text) {
            Some(digit) => Some((outcomes, digit)),
            None => None,
        },
        _ => None,
    }
}

/// Returns the distance from the series of the outcome `ok` to that of the value.
///
/// The last label changes fastest, so its stride is one.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "statuses are few, and their combinations bounded by `max_series`"
)]
const fn shift(labels: &[LabelDescriptor], text: &str) -> i32 {
    let (mut shift, mut stride, mut index) = (0_i32, 1_usize, labels.len());
    while index > 0 {
        index -= 1;
        let label = &labels[index];
        if label.outcomes.is_none() {
            continue;
        }
        if let Some((outcomes, digit)) = value(label, text) {
            let [ok, ..] = outcomes;
            shift += (digit as i32 - ok as i32) * stride as i32;
        }
        stride = stride.saturating_mul(label.radix());
    }
    shift
}

/// The outcomes by name, in the order of [`Outcome::ALL`].
const NAMES: [&str; OUTCOME_COUNT] = ["ok", "error", "timeout", "cancelled", "panicked"];

#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "indices are compared with the lengths first"
)]
const fn reject_unknown(stage: &str, text: &str, status_labels: [&[LabelDescriptor]; 2]) -> ! {
    let mut message = Message::new("`")
        .text(text)
        .text("` is not a status of stage `")
        .text(stage)
        .text("`; allowed: ok, error, timeout, cancelled");
    let mut metric = 0;
    while metric < status_labels.len() {
        let labels = status_labels[metric];
        let mut index = 0;
        while index < labels.len() {
            message = list_values(message, &labels[index], metric == 1, status_labels[0]);
            index += 1;
        }
        metric += 1;
    }
    message.reject()
}

/// Appends the values of a status that no outcome maps to. Values of the first metric are not
/// repeated for the second.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn list_values(
    mut message: Message,
    label: &LabelDescriptor,
    is_second: bool,
    first: &[LabelDescriptor],
) -> Message {
    let (Some(outcomes), LabelValues::Closed(values)) = (label.outcomes, label.values) else {
        return message;
    };
    let mut index = 0;
    while index < values.len() {
        let is_listed = is_second && knows(first, values[index]);
        if !is_listed && outcome_of(&outcomes, index).is_none() {
            message = message.text(", ").text(values[index]);
        }
        index += 1;
    }
    message
}

/// Returns the name of the outcome with this digit.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn outcome_of(outcomes: &[usize; OUTCOME_COUNT], digit: usize) -> Option<&'static str> {
    let mut index = 0;
    while index < outcomes.len() {
        if outcomes[index] == digit {
            return Some(NAMES[index]);
        }
        index += 1;
    }
    None
}
