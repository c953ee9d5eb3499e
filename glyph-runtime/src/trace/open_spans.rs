//! The names of some open spans, for the report of a shutdown.
//!
//! The SDK does not show the name of a span that starts, so the sampler, which it asks just before,
//! leaves the name for the processor.

use std::{
    cell::Cell,
    sync::{Mutex, TryLockError},
};

use opentelemetry::SpanId;

use crate::export::OpenSpans;
use glyph_core::__runtime::prefix;

/// The most bytes of a name.
const LONGEST_NAME: usize = 48;
/// The most names in a report.
const NAMES: usize = 5;
/// Spans are spread over this many lists, so that threads seldom meet.
const LISTS: usize = 16;
/// The most spans in a list. The names of further ones are not known.
const LIST: usize = 64;
/// How often a lock is tried that another thread has.
const TRIES: u32 = 1000;

/// The name of a span, cut to what fits.
#[derive(Clone, Copy, Debug)]
struct Name {
    bytes: [u8; LONGEST_NAME],
    length: u8,
}

thread_local! {
    /// The name of the span that this thread starts.
    static STARTING: Cell<Name> = const { Cell::new(Name::EMPTY) };
}

impl Name {
    const EMPTY: Self = Self {
        bytes: [0; LONGEST_NAME],
        length: 0,
    };

    fn new(name: &str) -> Self {
        let mut cut = Self::EMPTY;
        for (slot, byte) in cut.bytes.iter_mut().zip(prefix(name, LONGEST_NAME).bytes()) {
            *slot = byte;
            cut.length += 1;
        }
        cut
    }

    fn text(&self) -> String {
        let bytes = self.bytes.get(..usize::from(self.length));
        String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned()
    }
}

/// Keeps the name of the span that this thread is about to start.
pub(super) fn starting(name: &str) {
    let _ = STARTING.try_with(|starting| starting.set(Name::new(name)));
}

type List = Vec<(SpanId, Name)>;

/// Recorded spans that have not ended, with their names as long as there is room.
#[derive(Debug, Default)]
pub(crate) struct OpenNames {
    lists: [Mutex<List>; LISTS],
}

impl OpenNames {
    /// Adds the span that this thread starts.
    pub(super) fn started(&self, id: SpanId) {
        self.with_list(id, |list| {
            if list.len() < LIST
                && let Ok(name) = STARTING.try_with(Cell::get)
            {
                list.push((id, name));
            }
        });
    }

    pub(super) fn ended(&self, id: SpanId) {
        self.with_list(id, |list| {
            if let Some(index) = list.iter().position(|(open, _)| *open == id) {
                list.swap_remove(index);
            }
        });
    }

    /// Reports `count` open spans. `records` are the names of some that are records.
    pub(super) fn report(&self, count: u64, records: Vec<&'static str>) -> OpenSpans {
        let records = records.into_iter().take_while(|_| count > 0);
        let mut names: Vec<_> = records.map(|name| Name::new(name).text()).collect();
        for list in self.lists.iter().take_while(|_| count > 0) {
            with(list, |list| {
                names.extend(list.iter().map(|(_, name)| name.text()));
            });
        }
        names.sort_unstable();
        names.dedup();
        names.truncate(NAMES);
        OpenSpans { count, names }
    }

    fn with_list(&self, id: SpanId, work: impl FnOnce(&mut List)) {
        let [.., last] = id.to_bytes();
        if let Some(list) = self.lists.get(usize::from(last) % LISTS) {
            with(list, work);
        }
    }
}

/// Does nothing if another thread has the lock all the time: a name is not worth a wait, and in a
/// process that was forked that thread does not exist.
fn with(list: &Mutex<List>, work: impl FnOnce(&mut List)) {
    for _ in 0..TRIES {
        match list.try_lock() {
            Ok(mut list) => return work(&mut list),
            Err(TryLockError::Poisoned(list)) => return work(&mut list.into_inner()),
            Err(TryLockError::WouldBlock) => std::hint::spin_loop(),
        }
    }
}

#[cfg(test)]
mod tests {
    use opentelemetry::SpanId;

    use super::{OpenNames, starting};

    #[test]
    fn report_has_the_names_of_spans_that_have_not_ended() {
        let open = OpenNames::default();
        for (id, name) in [(1, "first"), (17, "second"), (2, &*"ü".repeat(40))] {
            starting(name);
            open.started(SpanId::from(id));
        }
        open.ended(SpanId::from(1));
        let report = open.report(2, Vec::new());
        assert_eq!(report.count, 2);
        assert_eq!(report.names, ["second".to_owned(), "ü".repeat(24)]);
        assert_eq!(open.report(0, vec!["record"]).names, [""; 0]);
    }

    #[test]
    fn memory_is_limited() {
        let open = OpenNames::default();
        starting("many");
        (1..100_000_u64).for_each(|id| open.started(SpanId::from(id)));
        let kept: usize = open
            .lists
            .iter()
            .map(|list| list.lock().map_or(0, |list| list.len()))
            .sum();
        assert_eq!(kept, 16 * 64);
        assert_eq!(
            open.report(99_999, Vec::new()).to_string(),
            "99999 spans were still open: `many` and 99998 more"
        );
    }
}
