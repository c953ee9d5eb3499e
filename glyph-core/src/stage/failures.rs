//! The outcomes that a stage counts as errors.

use super::Outcome;
use crate::label::{LabelDescriptor, OUTCOME_COUNT};

type Digits = [usize; OUTCOME_COUNT];

const OK: usize = Outcome::Ok.index();
const ERROR: usize = Outcome::Error.index();
const CANCELLED: usize = Outcome::Cancelled.index();

/// The outcomes that a stage counts as errors: on its error counter, in its status label and on its
/// spans.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub struct Failures {
    /// In the order of [`Outcome::ALL`].
    counted: [bool; OUTCOME_COUNT],
    cancelled: bool,
}

impl Failures {
    /// Returns the failures of a stage, `cancelled` calls among them if the catalog says so.
    ///
    /// The error counter agrees with the status in `labels`, those of the requests before those of
    /// the duration: it counts an outcome whose value is that of an error.
    #[must_use]
    pub const fn of(labels: [&[LabelDescriptor]; 2], cancelled: bool) -> Self {
        let mut failures = Self {
            counted: [false, true, true, cancelled, true],
            cancelled,
        };
        if let Some(digits) = status(labels) {
            failures.counted = failures.by_value(&failures.digits(digits));
        }
        failures
    }

    /// Returns the digits of the outcomes in a status label. A cancelled call that has the value of
    /// `ok` gets that of `error` if it is one.
    #[must_use]
    pub(super) const fn digits(self, mut digits: Digits) -> Digits {
        if self.cancelled && digits[CANCELLED] == digits[OK] {
            digits[CANCELLED] = digits[ERROR];
        }
        digits
    }

    /// Returns the outcomes whose values are those of errors.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    const fn by_value(self, digits: &Digits) -> [bool; OUTCOME_COUNT] {
        let (mut counted, mut index) = (self.counted, 0);
        while index < digits.len() {
            let is_ok = digits[index] == digits[OK];
            counted[index] = !is_ok && (counted[index] || self.shares_value(digits, index));
            index += 1;
        }
        counted
    }

    /// Whether the value of an outcome is also that of an error.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is compared with the length first"
    )]
    const fn shares_value(self, digits: &Digits, outcome: usize) -> bool {
        let mut other = 0;
        while other < digits.len() {
            if self.counted[other] && digits[other] == digits[outcome] {
                return true;
            }
            other += 1;
        }
        false
    }

    /// Whether a call with this outcome is an error of the stage.
    #[inline]
    pub(super) fn contain(self, outcome: Outcome) -> bool {
        let counted = self.counted.get(outcome.index());
        counted.copied().unwrap_or_default()
    }
}

/// Returns the digits of the outcomes in the first status label.
#[expect(
    clippy::indexing_slicing,
    reason = "the indices are compared with the lengths first"
)]
const fn status(labels: [&[LabelDescriptor]; 2]) -> Option<Digits> {
    let mut metric = 0;
    while metric < labels.len() {
        let mut index = 0;
        while index < labels[metric].len() {
            if let Some(digits) = labels[metric][index].outcomes {
                return Some(digits);
            }
            index += 1;
        }
        metric += 1;
    }
    None
}
