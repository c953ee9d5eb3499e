//! A status of a program's own: what `none = "miss"` stands for.

use super::{Outcome, Stage, Staged, Verdict, ending::Ending, site::digit};
use crate::{
    catalog::message::Message,
    label::{LabelDescriptor, LabelValues},
};

/// What a word adds to the rows of a call that went well.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Word {
    pub(super) duration: i32,
    pub(super) requests: i32,
}

impl Word {
    /// Where nothing is said.
    pub(super) const NONE: Self = Self {
        duration: 0,
        requests: 0,
    };
}

/// A value that ends a call well, with a word for its status or without.
#[doc(hidden)]
#[derive(Debug)]
pub struct Worded(Option<Word>);

impl Ending for Worded {
    #[inline]
    fn settle(self) -> (Verdict, Word) {
        (Verdict::OK, self.0.unwrap_or(Word::NONE))
    }
}

/// How a call ended that gave an `Option`, where `none` is what `None` means.
#[doc(hidden)]
#[inline]
#[must_use]
pub const fn judge_option_by_word<T>(option: &Option<T>, none: Word) -> Worded {
    Worded(if option.is_none() { Some(none) } else { None })
}

/// Looks up the word `text` among the values of the stage's status labels.
///
/// A word that none of them has, and one that an outcome has already, do not compile.
#[doc(hidden)]
#[must_use]
#[track_caller]
pub const fn word<S, C: Stage>(staged: Staged<S, C>, text: &str) -> Word {
    staged.forget();
    let [duration, requests] = C::ENDINGS;
    if !knows(duration, text) && !knows(requests, text) {
        refuse_unknown(C::NAME, text, C::ENDINGS);
    }
    Word {
        duration: shift(duration, text),
        requests: shift(requests, text),
    }
}

/// Whether a status among the labels has this value.
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

/// The outcomes' digits and that of the value, if the label is a status that has it.
const fn value(label: &LabelDescriptor, text: &str) -> Option<([usize; 5], usize)> {
    match (label.outcomes, label.values) {
        (Some(outcomes), LabelValues::Closed(values)) => match digit(values, text) {
            Some(digit) => Some((outcomes, digit)),
            None => None,
        },
        _ => None,
    }
}

/// From the row of the outcome `ok` to that of the value. Status labels are the innermost, the last one first.
#[track_caller]
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
            if let Some(outcome) = outcome_of(&outcomes, digit) {
                Message::new("`")
                    .text(text)
                    .text("` already means outcome `")
                    .text(outcome)
                    .text("`: use a status value that maps to no outcome")
                    .refuse()
            }
            let [ok, ..] = outcomes;
            shift += (digit as i32 - ok as i32) * stride as i32;
        }
        stride = stride.saturating_mul(label.radix());
    }
    shift
}

/// The outcomes by name, in the order of [`Outcome::ALL`].
const NAMES: [&str; Outcome::ALL.len()] = ["ok", "error", "timeout", "cancelled", "panicked"];

#[track_caller]
#[expect(
    clippy::indexing_slicing,
    reason = "indices are compared with the lengths first"
)]
const fn refuse_unknown(stage: &str, text: &str, endings: [&[LabelDescriptor]; 2]) -> ! {
    let mut message = Message::new("`")
        .text(text)
        .text("` is not a status of stage `")
        .text(stage)
        .text("`; allowed: ok, error, timeout, cancelled");
    let mut metric = 0;
    while metric < endings.len() {
        let labels = endings[metric];
        let mut index = 0;
        while index < labels.len() {
            message = words(message, &labels[index], metric == 1, endings[0]);
            index += 1;
        }
        metric += 1;
    }
    message.refuse()
}

/// The values of a status that no outcome has; for the second metric, those that the first one lacks.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn words(
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
        let is_told = is_second && knows(first, values[index]);
        if !is_told && outcome_of(&outcomes, index).is_none() {
            message = message.text(", ").text(values[index]);
        }
        index += 1;
    }
    message
}

/// The outcome that has this digit, by its name.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn outcome_of(outcomes: &[usize; 5], digit: usize) -> Option<&'static str> {
    let mut index = 0;
    while index < outcomes.len() {
        if outcomes[index] == digit {
            return Some(NAMES[index]);
        }
        index += 1;
    }
    None
}
