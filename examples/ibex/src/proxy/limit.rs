//! The rate limit of an organization: a number of requests in a window, which begins with the first of
//! them.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ::redis::RedisResult;

use super::redis::Redis;
use crate::auth::OrgId;
use crate::telemetry::Metrics;

/// Organizations that are counted before those with an old window are forgotten.
const MAX_WINDOWS: usize = 10_000;

/// The rate limit of all organizations.
#[derive(Debug)]
pub(crate) struct Limits {
    requests: u64,
    window: Duration,
    counter: Counter,
}

/// The counts of requests: in this process, or in a Redis that several proxies share.
#[derive(Debug)]
enum Counter {
    Memory(Mutex<HashMap<OrgId, Window>>),
    Redis(Box<Redis>),
}

/// The requests of an organization since the start of its window.
#[derive(Clone, Copy, Debug)]
struct Window {
    started: Instant,
    requests: u64,
}

impl Limits {
    pub(crate) fn new(requests: u64, seconds: u64, redis: Option<&str>) -> RedisResult<Self> {
        Ok(Self {
            requests,
            window: Duration::from_secs(seconds),
            counter: match redis {
                Some(url) => Counter::Redis(Box::new(Redis::new(url)?)),
                None => Counter::Memory(Mutex::default()),
            },
        })
    }

    /// Returns the requests that an organization may send in a window.
    pub(crate) const fn requests(&self) -> u64 {
        self.requests
    }

    /// Counts a request. Returns how long its organization has to wait if it has sent too many.
    ///
    /// Without an answer of Redis the request goes on: no limit for a while is better than no service.
    pub(crate) async fn exceeded(&self, org_id: Option<&OrgId>) -> Option<Duration> {
        let org_id = org_id?;
        let (requests, left) = match &self.counter {
            Counter::Memory(windows) => self.count_in(windows, org_id),
            Counter::Redis(redis) => {
                let Ok(counted) = redis.count(org_id, self.window).await else {
                    Metrics::global().proxy.rate_limit_fail_open.inc();
                    return None;
                };
                counted
            }
        };
        (requests > self.requests).then_some(left)
    }

    fn count_in(&self, windows: &Mutex<HashMap<OrgId, Window>>, org_id: &OrgId) -> (u64, Duration) {
        let now = Instant::now();
        let is_old = |window: &Window| now.duration_since(window.started) >= self.window;
        let mut windows = windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= MAX_WINDOWS {
            windows.retain(|_, window| !is_old(window));
        }
        let new = Window {
            started: now,
            requests: 0,
        };
        let window = windows.entry(org_id.clone()).or_insert(new);
        if is_old(window) {
            *window = new;
        }
        window.requests = window.requests.saturating_add(1);
        let elapsed = now.duration_since(window.started);
        (window.requests, self.window.saturating_sub(elapsed))
    }
}
