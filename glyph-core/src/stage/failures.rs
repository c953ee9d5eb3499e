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
    /// One bit for each outcome, in the order of [`Outcome::ALL`] from the lowest: looked at by each
    /// call.
    counted: u8,
    cancelled: bool,
}

impl Failures {
    /// Returns the failures of a stage, `cancelled` calls among them if the catalog says so.
    ///
    /// The error counter agrees with the status in `labels`, those of the requests before those of
    /// the duration: it counts an outcome whose value is that of an error.
    #[must_use]
    pub const fn of(labels: [&[LabelDescriptor]; 2], cancelled: bool) -> Self {
        let counted = [false, true, true, cancelled, true];
        let mut failures = Self {
            counted: bits(counted),
            cancelled,
        };
        if let Some(digits) = status(labels) {
            failures.counted = bits(by_value(counted, &failures.digits(digits)));
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

    /// Whether a call with this outcome is an error of the stage.
    #[inline]
    pub(super) fn contain(self, outcome: Outcome) -> bool {
        self.counted >> outcome.index() & 1 == 1
    }
}

/// Returns one bit for each outcome that is counted.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn bits(counted: [bool; OUTCOME_COUNT]) -> u8 {
    let (mut bits, mut index) = (0, 0);
    while index < counted.len() {
        bits |= (counted[index] as u8) << index;
        index += 1;
    }
    bits
}

/// Returns the outcomes whose values are those of errors.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn by_value(errors: [bool; OUTCOME_COUNT], digits: &Digits) -> [bool; OUTCOME_COUNT] {
    let (mut counted, mut index) = (errors, 0);
    while index < digits.len() {
        let is_ok = digits[index] == digits[OK];
        counted[index] = !is_ok && (errors[index] || shares_value(errors, digits, index));
        index += 1;
    }
    counted
}

/// Whether the value of an outcome is also that of an error.
#[expect(
    clippy::indexing_slicing,
    reason = "the index is compared with the length first"
)]
const fn shares_value(counted: [bool; OUTCOME_COUNT], digits: &Digits, outcome: usize) -> bool {
    let mut other = 0;
    while other < digits.len() {
        if counted[other] && digits[other] == digits[outcome] {
            return true;
        }
        other += 1;
    }
    false
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
