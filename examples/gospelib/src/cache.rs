//! The neighbours that were asked for lately.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::telemetry::{Lookup, ServiceMetrics};

/// The most bytes of all responses.
const MOST_BYTES: usize = 16 << 10;
/// The time after which a response is read anew, since the ingest may have put another text there.
const FRESH: Duration = Duration::from_secs(5);

/// Responses by their path, within a limit of bytes. The oldest makes room.
#[derive(Debug, Default)]
pub(crate) struct Cache(Mutex<Entries>);

#[derive(Debug, Default)]
struct Entries {
    responses: BTreeMap<String, (Instant, Bytes)>,
    /// The paths, the oldest first.
    order: VecDeque<String>,
    bytes: usize,
}

impl Cache {
    /// Returns a fresh response, and counts whether there is one.
    pub(crate) fn look_up(&self, path: &str) -> Option<Bytes> {
        let entries = self.entries();
        let found = entries.responses.get(path);
        let fresh = found.filter(|(stored, _)| stored.elapsed() < FRESH);
        let result = if fresh.is_some() {
            Lookup::Hit
        } else {
            Lookup::Miss
        };
        ServiceMetrics::global().cache_lookups.inc(result);
        fresh.map(|(_, response)| response.clone())
    }

    /// Keeps a response, if it is not larger than the whole cache.
    pub(crate) fn keep(&self, path: String, response: Bytes) {
        if response.len() > MOST_BYTES {
            return;
        }
        let metrics = ServiceMetrics::global();
        let mut entries = self.entries();
        entries.remove(&path);
        while entries.bytes + response.len() > MOST_BYTES {
            let Some(oldest) = entries.order.front().cloned() else {
                break;
            };
            entries.remove(&oldest);
            metrics.cache_evictions.inc();
        }
        entries.bytes += response.len();
        entries.order.push_back(path.clone());
        entries.responses.insert(path, (Instant::now(), response));
        metrics.cache_size.set(entries.bytes);
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn remove(&mut self, path: &str) {
        if let Some((_, response)) = self.responses.remove(path) {
            self.bytes -= response.len();
            self.order.retain(|other| other != path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cache, MOST_BYTES};

    #[test]
    fn oldest_response_makes_room() {
        let cache = Cache::default();
        let half = vec![0; MOST_BYTES / 2];
        for path in ["a", "b", "b", "c"] {
            cache.keep(path.to_owned(), half.clone().into());
        }
        let kept = ["a", "b", "c"].map(|path| cache.look_up(path).is_some());
        assert_eq!(kept, [false, true, true]);
        cache.keep("d".to_owned(), vec![0; MOST_BYTES + 1].into());
        assert!(cache.look_up("d").is_none());
    }
}
