//! The server's own account of each request, in plain atomics without glyph.

use std::sync::atomic::{AtomicU8, AtomicUsize, Ordering::SeqCst};

use glyph_runtime::Label;
use glyph_tests::wait;
use tokio::sync::Notify;

use crate::key_value_service::protocol::{Answer, Failure};

/// The end of a request, in the ledger and in the label.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
#[label(outcome)]
pub(crate) enum Ended {
    Ok,
    Error,
    Timeout,
    Cancelled,
    Panicked,
}

impl Ended {
    pub(crate) const ALL: [Self; 5] = [
        Self::Ok,
        Self::Error,
        Self::Timeout,
        Self::Cancelled,
        Self::Panicked,
    ];

    pub(crate) const fn of(answer: &Answer) -> Self {
        match answer {
            Ok(_) => Self::Ok,
            Err(Failure::NoSuchKey) => Self::Error,
            Err(Failure::Deadline) => Self::Timeout,
        }
    }

    pub(crate) const fn is_error(self) -> bool {
        matches!(self, Self::Error | Self::Timeout | Self::Panicked)
    }
}

const NEVER_BEGUN: u8 = 0;
const UNDER_WAY: u8 = 1;
/// Offset of the values of [`Ended::ALL`].
const ENDED: u8 = 2;

pub(crate) struct Ledger {
    by_tag: Box<[AtomicU8]>,
    connections_closed: AtomicUsize,
    changed: Notify,
}

impl Ledger {
    pub(crate) fn with_tags(tags: usize) -> Self {
        Self {
            by_tag: (0..tags).map(|_| AtomicU8::new(NEVER_BEGUN)).collect(),
            connections_closed: AtomicUsize::new(0),
            changed: Notify::new(),
        }
    }

    /// Records that a request has begun.
    pub(crate) fn begin(&self, tag: usize) -> Entry<'_> {
        self.change(tag, NEVER_BEGUN, UNDER_WAY);
        Entry {
            ledger: self,
            tag,
            ended: Ended::Cancelled,
        }
    }

    pub(crate) fn close_connection(&self) {
        self.connections_closed.fetch_add(1, SeqCst);
        self.changed.notify_waiters();
    }

    pub(crate) fn connections_closed(&self) -> usize {
        self.connections_closed.load(SeqCst)
    }

    pub(crate) fn has_begun(&self, tag: usize) -> bool {
        self.state(tag) != NEVER_BEGUN
    }

    /// Returns how a request ended, or `None` if it never began or never ended.
    pub(crate) fn ended(&self, tag: usize) -> Option<Ended> {
        let place = self.state(tag).checked_sub(ENDED)?;
        Ended::ALL.get(usize::from(place)).copied()
    }

    pub(crate) fn under_way(&self) -> usize {
        let tags = 0..self.by_tag.len();
        tags.filter(|tag| self.state(*tag) == UNDER_WAY).count()
    }

    /// Waits until `is_so` returns true.
    pub(crate) async fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let so = async {
            loop {
                let changed = self.changed.notified();
                if is_so(self) {
                    return;
                }
                changed.await;
            }
        };
        wait::finished(what, so).await;
    }

    fn state(&self, tag: usize) -> u8 {
        self.by_tag.get(tag).unwrap().load(SeqCst)
    }

    fn change(&self, tag: usize, from: u8, to: u8) {
        let before = self.by_tag.get(tag).unwrap().swap(to, SeqCst);
        assert_eq!(before, from, "request {tag} begins and ends once");
        self.changed.notify_waiters();
    }
}

/// A request that has begun. Dropping it records a cancellation, unless another end was recorded.
pub(crate) struct Entry<'l> {
    ledger: &'l Ledger,
    tag: usize,
    ended: Ended,
}

impl Entry<'_> {
    pub(crate) fn will_have(&mut self, ended: Ended) {
        self.ended = ended;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        let place = Ended::ALL.iter().position(|ended| *ended == self.ended);
        let place = u8::try_from(place.unwrap()).unwrap();
        self.ledger.change(self.tag, UNDER_WAY, ENDED + place);
    }
}
