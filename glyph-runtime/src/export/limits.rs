//! Limits of an export queue.

use std::{fmt, time::Duration};

/// The longest time limit of an export, since `Instant` cannot hold every `Duration` from the
/// settings.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(24 * 3600);

/// A setting that is out of range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid {name} {value}: expected {allowed}")]
pub struct InvalidSetting {
    /// The name of the setting.
    pub name: &'static str,
    /// The value of the setting.
    pub value: String,
    /// The values that are allowed.
    pub allowed: &'static str,
}

impl InvalidSetting {
    pub(crate) fn new(name: &'static str, value: impl fmt::Display, allowed: &'static str) -> Self {
        Self {
            name,
            value: value.to_string(),
            allowed,
        }
    }

    /// Rejects a time limit of zero.
    pub(crate) fn check_time(name: &'static str, time: Duration) -> Result<(), Self> {
        if time.is_zero() {
            return Err(Self::new(name, "0", "more than 0"));
        }
        Ok(())
    }
}

/// Limits of a queue and of its batches (OpenTelemetry specification, "Batching processor").
///
/// An item is a span or a log record.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct BatchLimits {
    /// The most items in the queue. Further ones are dropped and counted.
    pub queue: usize,
    /// The most bytes of items in the queue, approximately.
    pub queue_bytes: usize,
    /// The most items in one request.
    pub batch: usize,
    /// The time that the first item of a batch waits for more.
    pub delay: Duration,
    /// The time limit of a batch with all attempts. After it the items are dropped and counted.
    pub export_timeout: Duration,
}

impl BatchLimits {
    /// Limits times to what `Instant` can hold.
    pub(crate) fn clamped(self) -> Self {
        Self {
            delay: self.delay.min(LONGEST_TIME),
            export_timeout: self.export_timeout.min(LONGEST_TIME),
            ..self
        }
    }

    pub(crate) fn check(&self) -> Result<(), InvalidSetting> {
        if self.queue == 0 {
            return Err(InvalidSetting::new("queue length", 0, "at least 1"));
        }
        if self.batch == 0 || self.batch > self.queue {
            let allowed = "at least 1 and at most the queue length";
            return Err(InvalidSetting::new("batch length", self.batch, allowed));
        }
        InvalidSetting::check_time("export timeout", self.export_timeout)
    }
}

impl Default for BatchLimits {
    fn default() -> Self {
        Self {
            queue: 2048,
            queue_bytes: 32 << 20,
            batch: 512,
            delay: Duration::from_secs(5),
            export_timeout: Duration::from_secs(30),
        }
    }
}
