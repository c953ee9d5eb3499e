//! The items that an exporter has lost since its start.

use super::{Item, Queue};
use crate::export::{Loss, UndeliveredPart};

impl<T: Item> Queue<T> {
    /// Returns what was lost so far, if anything.
    ///
    /// A collecting item covers all that the items before it have lost.
    pub(crate) fn loss(&self) -> Option<Loss> {
        let count = self.counts.snapshot(self.name).dropped_in_all();
        if T::COLLECTS || count == 0 {
            return None;
        }
        let part = UndeliveredPart {
            url: self.counts.url().map(str::to_owned),
            ..UndeliveredPart::new(self.name, T::NAME, count)
        };
        Some(Loss {
            part: part.because(self.counts.last_failure()),
            is_failing: self.counts.failure_since_success().is_some(),
        })
    }
}
