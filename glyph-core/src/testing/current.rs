//! The captures that a thread has entered, and their subscribers.

use std::{
    cell::RefCell,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use tracing::dispatcher::{DefaultGuard, set_default};

use super::capture::Recorded;
use crate::{
    isolation::{self, IsolationGuard},
    metric::ThreadTable,
};

thread_local! {
    static ENTERED: RefCell<Stack> = const { RefCell::new(Stack { entries: Vec::new(), own: None }) };
}

/// The captures that a thread has entered, the innermost last.
struct Stack {
    entries: Vec<Entry>,
    /// The cells of the thread, set aside while there is any entry.
    own: Option<ThreadTable>,
}

struct Entry {
    id: u64,
    recorded: Arc<Recorded>,
    isolated: IsolationGuard,
    subscriber: Option<DefaultGuard>,
}

/// Keeps a capture current on this thread. A later one takes precedence.
#[derive(Debug)]
pub(super) struct CaptureToken {
    id: u64,
    /// Keeps the token on its thread.
    not_send: PhantomData<*const ()>,
}

impl CaptureToken {
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
            isolated: isolation::enter(recorded.state()),
            subscriber,
        };
        // This fails while the thread's locals are destroyed: nothing is captured then.
        let _ = ENTERED.try_with(|entered| {
            if let Ok(mut stack) = entered.try_borrow_mut() {
                stack.own.get_or_insert_with(ThreadTable::take);
                stack.entries.push(entry);
            }
        });
        Self {
            id,
            not_send: PhantomData,
        }
    }
}

impl Drop for CaptureToken {
    fn drop(&mut self) {
        let removed = ENTERED.try_with(|entered| entered.try_borrow_mut().ok()?.remove(self.id));
        let Ok(Some(removed)) = removed else {
            return;
        };
        let index = removed.index;
        // Dropping a subscriber can run user code: hold no borrow here. The subscribers of inner
        // captures were reset with this one, so set them again.
        drop(removed);
        let _ = ENTERED.try_with(|entered| entered.try_borrow_mut().ok()?.subscribe_from(index));
    }
}

/// The parts of a removed entry, dropped in the order of the fields: the subscribers of inner
/// captures first, which were set last.
struct Removed {
    index: usize,
    _inner: Vec<DefaultGuard>,
    _subscriber: Option<DefaultGuard>,
    _recorded: Arc<Recorded>,
}

impl Stack {
    fn remove(&mut self, id: u64) -> Option<Removed> {
        let index = self.entries.iter().position(|entry| entry.id == id)?;
        let Entry {
            recorded,
            isolated,
            subscriber,
            ..
        } = self.entries.remove(index);
        // Before the subscribers: code that runs when they are dropped is not captured. `recorded`
        // keeps the state alive, so that none of it is dropped here.
        drop(isolated);
        let inner = self.entries.iter_mut().skip(index).rev();
        let inner = inner.filter_map(|entry| entry.subscriber.take()).collect();
        if self.entries.is_empty()
            && let Some(own) = self.own.take()
        {
            own.restore();
        }
        Some(Removed {
            index,
            _inner: inner,
            _subscriber: subscriber,
            _recorded: recorded,
        })
    }

    /// Makes the subscribers of the entries from `index` on default again, one inside the other.
    fn subscribe_from(&mut self, index: usize) -> Option<()> {
        for entry in self.entries.get_mut(index..)? {
            entry.subscriber = Some(set_default(entry.recorded.subscriber()));
        }
        Some(())
    }
}
