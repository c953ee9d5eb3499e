//! A reading of an external recorder, which concurrent scrapes share.

use std::{
    sync::{Arc, Mutex, Weak},
    time::{Duration, Instant},
};

use super::{ExternalFamily, ExternalRecorder, read};
use crate::origin::Origin;

/// The longest time for which a reading is shared. It can take seconds and much memory, so that
/// many scrapes at a time must not each have their own.
const SHARED_FOR: Duration = Duration::from_secs(1);

/// An external recorder, and the last reading as long as a scrape uses it.
pub(crate) struct External {
    recorder: Box<dyn ExternalRecorder>,
    last: Mutex<Option<Reading>>,
    origin: Origin,
}

struct Reading {
    families: Weak<Vec<ExternalFamily>>,
    at: Instant,
}

impl External {
    pub(crate) fn new(recorder: Box<dyn ExternalRecorder>) -> Self {
        Self {
            recorder,
            last: Mutex::new(None),
            origin: Origin::here(),
        }
    }

    /// Returns the families; see [`read`] for `taken`. A scrape alone reads them anew. A forked
    /// child gets none if the parent read them at the fork: it would wait for a lost lock.
    pub(crate) fn families(&self, taken: impl Fn(&str) -> bool) -> Arc<Vec<ExternalFamily>> {
        let Some(mut last) = self.origin.lock(&self.last) else {
            return Arc::default();
        };
        let young = last.as_ref().filter(|last| last.at.elapsed() < SHARED_FOR);
        if let Some(families) = young.and_then(|last| last.families.upgrade()) {
            return families;
        }
        let families = Arc::new(read(&self.recorder.render(), taken));
        *last = Some(Reading {
            families: Arc::downgrade(&families),
            at: Instant::now(),
        });
        families
    }
}
