//! Samplers.

use std::{
    collections::VecDeque,
    fmt,
    sync::Mutex,
    time::{Duration, Instant},
};

use opentelemetry::{
    Context, KeyValue, TraceId,
    trace::{Link, SpanKind, TraceContextExt, TraceState},
};
use opentelemetry_sdk::trace::{self as sdk, SamplingDecision, SamplingResult, ShouldSample};

use super::open_spans;
use crate::export::{InvalidSetting, is_export_thread};
use crate::origin::Origin;

/// The highest rate of [`Sampler::RateLimited`] in traces per second. The sampler remembers the
/// time of each.
pub const MAX_RATE: u32 = 10_000;

/// Decides which traces are sampled (OpenTelemetry specification, "Built-in samplers").
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sampler {
    /// `always_on`.
    AlwaysOn,
    /// `always_off`.
    AlwaysOff,
    /// `traceidratio`: this share of all traces, from 0 to 1. Processes with the same ratio sample
    /// the same traces.
    TraceIdRatio(f64),
    /// At most this many traces per second, from 1 to [`MAX_RATE`]. It ignores the parent: wrap it
    /// in [`Sampler::parent_based`].
    RateLimited(u32),
    /// `parentbased_...`: the decision of the parent, and the other sampler for traces without a
    /// parent.
    ParentBased(Box<Self>),
}

impl Sampler {
    /// Returns a sampler that follows the parent, and uses `root` for traces without one.
    #[must_use]
    pub fn parent_based(root: Self) -> Self {
        Self::ParentBased(Box::new(root))
    }

    pub(crate) fn build(
        &self,
        records_unsampled: bool,
    ) -> Result<Box<dyn ShouldSample>, InvalidSetting> {
        let chosen = self.chosen()?;
        Ok(Box::new(SuppressingSampler {
            chosen,
            records_unsampled,
        }))
    }

    fn chosen(&self) -> Result<Box<dyn ShouldSample>, InvalidSetting> {
        Ok(match self {
            Self::AlwaysOn => Box::new(sdk::Sampler::AlwaysOn),
            Self::AlwaysOff => Box::new(sdk::Sampler::AlwaysOff),
            Self::TraceIdRatio(ratio) if (0.0..=1.0).contains(ratio) => {
                Box::new(sdk::Sampler::TraceIdRatioBased(*ratio))
            }
            Self::TraceIdRatio(ratio) => {
                let allowed = "a number from 0 to 1";
                return Err(InvalidSetting::new("sampling ratio", ratio, allowed));
            }
            Self::RateLimited(rate) if (1..=MAX_RATE).contains(rate) => {
                Box::new(RateLimited::new(*rate))
            }
            Self::RateLimited(rate) => {
                let allowed = "an integer from 1 to 10000";
                return Err(InvalidSetting::new("trace rate", rate, allowed));
            }
            Self::ParentBased(root) => Box::new(sdk::Sampler::ParentBased(root.chosen()?)),
        })
    }
}

/// Drops spans of export threads, and uses the configured sampler for all others.
///
/// With `records_unsampled`, unsampled spans are recorded, for decisions at the end of a trace.
#[derive(Clone, Debug)]
struct SuppressingSampler {
    chosen: Box<dyn ShouldSample>,
    records_unsampled: bool,
}

impl ShouldSample for SuppressingSampler {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        if is_export_thread() {
            return SamplingResult {
                decision: SamplingDecision::Drop,
                attributes: Vec::new(),
                trace_state: TraceState::NONE,
            };
        }
        let mut result = self
            .chosen
            .should_sample(parent, trace, name, kind, attributes, links);
        if self.records_unsampled && result.decision == SamplingDecision::Drop {
            result.decision = SamplingDecision::RecordOnly;
        }
        if result.decision != SamplingDecision::Drop {
            open_spans::starting(name);
        }
        result
    }
}

type Now = dyn Fn() -> Duration + Send + Sync;

/// Remembers the times of the latest sampled traces, as many as the rate allows in a second.
#[derive(Clone)]
struct RateLimited(std::sync::Arc<Shared>);

struct Shared {
    rate: usize,
    /// A monotonic clock.
    now: Box<Now>,
    chosen: Mutex<VecDeque<Duration>>,
    origin: Origin,
}

impl RateLimited {
    fn new(rate: u32) -> Self {
        let beginning = Instant::now();
        Self::with_clock(rate, move || beginning.elapsed())
    }

    fn with_clock(rate: u32, now: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Self(std::sync::Arc::new(Shared {
            rate: rate as usize,
            now: Box::new(now),
            chosen: Mutex::default(),
            origin: Origin::here(),
        }))
    }

    fn admits(&self) -> bool {
        let Shared {
            rate,
            now,
            chosen,
            origin,
        } = &*self.0;
        let Some(mut chosen) = origin.lock(chosen) else {
            return false;
        };
        let now = now();
        if chosen.len() >= *rate {
            let oldest = chosen.front().copied().unwrap_or_default();
            if now.saturating_sub(oldest) < Duration::from_secs(1) {
                return false;
            }
            chosen.pop_front();
        }
        chosen.push_back(now);
        true
    }
}

impl ShouldSample for RateLimited {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        _: TraceId,
        _: &str,
        _: &SpanKind,
        _: &[KeyValue],
        _: &[Link],
    ) -> SamplingResult {
        SamplingResult {
            decision: if self.admits() {
                SamplingDecision::RecordAndSample
            } else {
                SamplingDecision::Drop
            },
            attributes: Vec::new(),
            trace_state: parent.map_or_else(Default::default, |parent| {
                parent.span().span_context().trace_state().clone()
            }),
        }
    }
}

impl fmt::Debug for RateLimited {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RateLimited")
            .field("rate", &self.0.rate)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Arc,
            atomic::{AtomicU64, Ordering::Relaxed},
        },
        time::Duration,
    };

    use proptest::prelude::*;

    use super::RateLimited;

    proptest! {
        #[test]
        fn no_second_has_more_traces_than_the_rate(
            rate in 1u32..20,
            pauses in prop::collection::vec(0u64..400, 1..300),
        ) {
            let clock = Arc::new(AtomicU64::new(0));
            let reading = Arc::clone(&clock);
            let sampler = RateLimited::with_clock(rate, move || Duration::from_millis(reading.load(Relaxed)));
            let mut chosen = Vec::new();
            for pause in pauses {
                let now = clock.fetch_add(pause, Relaxed) + pause;
                if sampler.admits() {
                    chosen.push(now);
                }
            }
            for (index, first) in chosen.iter().enumerate() {
                let within = chosen.iter().skip(index).take_while(|at| **at < first + 1000);
                prop_assert!(within.count() <= rate as usize);
            }
            prop_assert!(!chosen.is_empty());
        }
    }

    #[test]
    fn traces_are_sampled_again_after_a_second() {
        let clock = Arc::new(AtomicU64::new(0));
        let reading = Arc::clone(&clock);
        let sampler =
            RateLimited::with_clock(2, move || Duration::from_millis(reading.load(Relaxed)));
        assert_eq!(
            [sampler.admits(), sampler.admits(), sampler.admits()],
            [true, true, false]
        );
        clock.store(999, Relaxed);
        assert!(!sampler.admits());
        clock.store(1000, Relaxed);
        assert!(sampler.admits());
    }
}
