//! The right to be one of a limited number of scrapes.

use std::{
    mem,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use glyph_core::__runtime::lock;
use tokio::{
    runtime::Handle,
    sync::{Mutex as FairMutex, Notify},
    time::timeout,
};

use super::connections::Cut;
use crate::thread::AbortOnDrop;

/// The limit of concurrent scrapes. Each holds a few pieces in memory.
pub(super) const MOST_SCRAPES: usize = 16;

/// The time after which a scrape whose client reads nothing gives way to another one.
const STALLED: Duration = Duration::from_millis(50);

/// The longest wait of a scrape for another one to end.
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// The time between two looks for a scrape that gives way.
const LOOK: Duration = Duration::from_millis(10);

/// The running scrapes.
#[derive(Debug, Default)]
pub(super) struct Slots {
    running: Mutex<Vec<Arc<Progress>>>,
    freed: Notify,
    /// Held by the scrape that is next. It is fair, so scrapes begin in the order of their arrival.
    next: FairMutex<()>,
}

/// How far the client of a scrape is.
#[derive(Debug)]
struct Progress {
    /// When the client got what was rendered, while it has not asked for more.
    handed: Mutex<Option<Instant>>,
    was_cut: AtomicBool,
    connection: Option<Cut>,
}

impl Progress {
    fn stalled(&self) -> Duration {
        let handed = *lock(&self.handed);
        handed.map_or(Duration::ZERO, |handed| handed.elapsed())
    }
}

impl Slots {
    /// Returns a slot if one is free and no scrape waits for one.
    pub(super) fn try_take(self: &Arc<Self>, connection: Option<&Cut>) -> Option<Slot> {
        let _nobody_waits = self.next.try_lock().ok()?;
        self.take_free(connection)
    }

    fn take_free(self: &Arc<Self>, connection: Option<&Cut>) -> Option<Slot> {
        let mut running = lock(&self.running);
        if running.len() >= MOST_SCRAPES {
            return None;
        }
        let progress = Arc::new(Progress {
            handed: Mutex::new(Some(Instant::now())),
            was_cut: AtomicBool::new(false),
            connection: connection.cloned(),
        });
        running.push(Arc::clone(&progress));
        drop(running);
        Some(Slot {
            slots: Arc::clone(self),
            progress,
        })
    }

    /// Whether a scrape waits for a slot.
    pub(super) fn are_awaited(&self) -> bool {
        self.next.try_lock().is_err()
    }

    /// Waits for a slot, for ten seconds at most. It becomes free when a scrape ends, or when the
    /// client of one reads nothing.
    ///
    /// Only the scrape that is next uses the runtime, for its timers. Clients that ask and are cut
    /// at once, many thousands in a second, leave the queue without waking that thread. Each of
    /// the others has its limit too: those before it came earlier, so their limits end earlier.
    pub(super) async fn take(
        self: &Arc<Self>,
        runtime: &Handle,
        connection: Option<Cut>,
    ) -> Option<Slot> {
        let begun = Instant::now();
        let _next = self.next.lock().await;
        let rest = LONGEST_WAIT.saturating_sub(begun.elapsed());
        let slot = Arc::clone(self).take_next(connection);
        let wait = runtime.spawn(async move { timeout(rest, slot).await });
        let _abort = AbortOnDrop(wait.abort_handle());
        wait.await.ok()?.ok()
    }

    async fn take_next(self: Arc<Self>, connection: Option<Cut>) -> Slot {
        loop {
            if let Some(slot) = self.take_free(connection.as_ref()) {
                return slot;
            }
            if !self.cut_slowest() {
                let _looked = timeout(LOOK, self.freed.notified()).await;
            }
        }
    }

    /// Cuts the scrape that has waited longest for its client, if that is long enough.
    fn cut_slowest(&self) -> bool {
        let mut running = lock(&self.running);
        let stalled = running.iter().map(|progress| progress.stalled());
        let slowest = stalled.enumerate().max_by_key(|(_, stalled)| *stalled);
        let Some((at, _)) = slowest.filter(|(_, stalled)| *stalled >= STALLED) else {
            return false;
        };
        let slowest = running.swap_remove(at);
        drop(running);
        slowest.was_cut.store(true, Relaxed);
        if let Some(connection) = &slowest.connection {
            connection.cut();
        }
        true
    }
}

/// The right to be one of the scrapes, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot {
    slots: Arc<Slots>,
    progress: Arc<Progress>,
}

impl Slot {
    pub(super) fn slots(&self) -> Arc<Slots> {
        Arc::clone(&self.slots)
    }

    /// Notes that the client got what was rendered.
    pub(super) fn handed(&self) {
        *lock(&self.progress.handed) = Some(Instant::now());
    }

    /// Notes that the client asks for more. Returns whether the scrape still has its slot.
    pub(super) fn asked(&self) -> bool {
        let _asked = mem::take(&mut *lock(&self.progress.handed));
        !self.progress.was_cut.load(Relaxed)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut running = lock(&self.slots.running);
        running.retain(|progress| !Arc::ptr_eq(progress, &self.progress));
        drop(running);
        self.slots.freed.notify_one();
    }
}
