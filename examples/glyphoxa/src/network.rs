//! The simulated network to the providers, with delays and a failure rate.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use thiserror::Error;

/// Consecutive failures after which the providers count as unreachable.
const UNREACHABLE_AFTER: u32 = 5;

/// Errors of a provider.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub(crate) enum ProviderFault {
    #[error("the provider is unavailable")]
    Unavailable,
    #[error("the provider limits the rate")]
    RateLimited,
    #[error("the provider closed the connection")]
    Disconnected,
}

/// All recent calls failed.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("the last {0} calls failed")]
pub(crate) struct Unreachable(u32);

/// A simulated network with providers.
#[derive(Debug)]
pub(crate) struct Network {
    fail_rate: f64,
    failures_in_a_row: AtomicU32,
}

impl Network {
    /// Returns a network on which the fraction `fail_rate` of calls fails, from 0.0 to 1.0.
    pub(crate) fn new(fail_rate: f64) -> Self {
        Self {
            fail_rate,
            failures_in_a_row: AtomicU32::new(0),
        }
    }

    /// Calls a provider that takes `millis` to answer.
    pub(crate) async fn call(&self, millis: RangeInclusive<u64>) -> Result<(), ProviderFault> {
        work(millis).await;
        // `f64` returns less than one, so a rate of one always fails and a rate of zero never.
        if fastrand::f64() < self.fail_rate {
            self.failures_in_a_row.fetch_add(1, Ordering::Relaxed);
            let fault = match fastrand::u8(..3) {
                0 => ProviderFault::Unavailable,
                1 => ProviderFault::RateLimited,
                _ => ProviderFault::Disconnected,
            };
            // This event is in the stage's span, whose labels name the provider.
            tracing::warn!(error = %fault, "provider failed");
            return Err(fault);
        }
        self.failures_in_a_row.store(0, Ordering::Relaxed);
        Ok(())
    }

    /// Returns an error if all recent calls failed.
    pub(crate) fn ping(&self) -> Result<(), Unreachable> {
        match self.failures_in_a_row.load(Ordering::Relaxed) {
            failures if failures >= UNREACHABLE_AFTER => Err(Unreachable(failures)),
            _ => Ok(()),
        }
    }
}

/// Waits as long as the simulated work takes.
pub(crate) async fn work(millis: RangeInclusive<u64>) {
    tokio::time::sleep(Duration::from_millis(fastrand::u64(millis))).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn healthy_network_answers_every_call_in_time() {
        let network = Network::new(0.0);
        for _ in 0..100 {
            let started = tokio::time::Instant::now();
            assert_eq!(network.call(5..=9).await, Ok(()));
            assert!((5..=10).contains(&started.elapsed().as_millis()));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn dead_network_fails_every_call_and_its_ping() {
        let network = Network::new(1.0);
        for failures in 0..UNREACHABLE_AFTER {
            assert_eq!(network.ping(), Ok(()), "after {failures}");
            assert!(network.call(1..=1).await.is_err());
        }
        assert_eq!(network.ping(), Err(Unreachable(UNREACHABLE_AFTER)));
    }

    #[tokio::test(start_paused = true)]
    async fn one_success_makes_providers_reachable_again() {
        let mut network = Network::new(1.0);
        for _ in 0..UNREACHABLE_AFTER {
            assert!(network.call(1..=1).await.is_err());
        }
        network.fail_rate = 0.0;
        assert_eq!(network.call(1..=1).await, Ok(()));
        assert_eq!(network.ping(), Ok(()));
    }
}
