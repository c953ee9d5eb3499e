//! Which capture is current on a thread.

use std::{
    cell::{Cell, RefCell},
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tracing::dispatcher::{DefaultGuard, set_default};

use super::capture::Recorded;
use crate::metric::OwnTable;

thread_local! {
    /// How many captures have been entered. Without a destructor, so that threads without one pay a plain load.
    static DEPTH: Cell<usize> = const { Cell::new(0) };

    static ENTERED: RefCell<Stack> = const { RefCell::new(Stack { entries: Vec::new(), own: None }) };
}

/// Where the current thread records, unless it is the process.
pub(crate) fn current() -> Option<Arc<Recorded>> {
    if DEPTH.get() == 0 {
        return None;
    }
    let innermost = |entered: &RefCell<Stack>| {
        let stack = entered.try_borrow().ok()?;
        Some(Arc::clone(&stack.entries.last()?.recorded))
    };
    ENTERED.try_with(innermost).ok().flatten()
}

/// The captures that a thread has entered, the innermost last.
struct Stack {
    entries: Vec<Entry>,
    /// The thread's own cells, put aside while there is any entry.
    own: Option<OwnTable>,
}

struct Entry {
    id: u64,
    recorded: Arc<Recorded>,
    subscriber: Option<DefaultGuard>,
}

/// A capture is current on this thread until this is dropped, unless a later one is.
#[derive(Debug)]
pub(super) struct Entered {
    id: u64,
    /// It belongs to its thread.
    not_send: PhantomData<*const ()>,
}

impl Entered {
    /// Captures metrics and spans.
    pub(super) fn all(recorded: &Arc<Recorded>) -> Self {
        Self::push(recorded, Some(set_default(recorded.subscriber())))
    }

    /// Captures metrics alone.
    pub(super) fn metrics(recorded: &Arc<Recorded>) -> Self {
        Self::push(recorded, None)
    }

    fn push(recorded: &Arc<Recorded>, subscriber: Option<DefaultGuard>) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let id = NEXT.fetch_add(1, Relaxed);
        let entry = Entry {
            id,
            recorded: Arc::clone(recorded),
            subscriber,
        };
        // While the thread's locals are being destroyed nothing is captured any more.
        let _ = ENTERED.try_with(|entered| {
            if let Ok(mut stack) = entered.try_borrow_mut() {
                stack.own.get_or_insert_with(OwnTable::take);
                stack.entries.push(entry);
                DEPTH.set(stack.entries.len());
            }
        });
        Self {
            id,
            not_send: PhantomData,
        }
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let removed = ENTERED.try_with(|entered| entered.try_borrow_mut().ok()?.remove(self.id));
        let Ok(Some(removed)) = removed else {
            return;
        };
        let place = removed.place;
        // Subscribers are given back in the order that they were set in, and set again where they stay.
        // What they drop may be anybody's, and so nothing is borrowed here.
        drop(removed);
        let _ = ENTERED.try_with(|entered| entered.try_borrow_mut().ok()?.subscribe_from(place));
    }
}

/// What is dropped when an entry leaves, in this order.
struct Removed {
    place: usize,
    _inner: Vec<DefaultGuard>,
    _subscriber: Option<DefaultGuard>,
    _recorded: Arc<Recorded>,
}

impl Stack {
    fn remove(&mut self, id: u64) -> Option<Removed> {
        let place = self.entries.iter().position(|entry| entry.id == id)?;
        let Entry {
            recorded,
            subscriber,
            ..
        } = self.entries.remove(place);
        let inner = self.entries.iter_mut().skip(place).rev();
        let inner = inner.filter_map(|entry| entry.subscriber.take()).collect();
        DEPTH.set(self.entries.len());
        if self.entries.is_empty()
            && let Some(own) = self.own.take()
        {
            own.restore();
        }
        Some(Removed {
            place,
            _inner: inner,
            _subscriber: subscriber,
            _recorded: recorded,
        })
    }

    /// Makes the subscribers of the entries from `place` on default again, one inside the other.
    fn subscribe_from(&mut self, place: usize) -> Option<()> {
        for entry in self.entries.get_mut(place..)? {
            entry.subscriber = Some(set_default(entry.recorded.subscriber()));
        }
        Some(())
    }
}
