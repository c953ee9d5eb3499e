//! The batches of a signal.

use super::values::milliseconds;
use crate::{
    config::{error::ConfigError, reading::Reading, setting::Setting, values::time_limit},
    trace::BatchLimits,
};

/// The settings of the batches of one signal.
pub(in crate::config::signals) struct BatchNames {
    pub(in crate::config::signals) delay: Setting,
    pub(in crate::config::signals) export_timeout: Setting,
    pub(in crate::config::signals) queue: Setting,
    pub(in crate::config::signals) size: Setting,
}

impl Reading<'_, '_> {
    pub(in crate::config::signals) fn batch(
        &mut self,
        names: &BatchNames,
        mut batch: BatchLimits,
    ) -> Result<BatchLimits, ConfigError> {
        if let Some(delay) = self.value(names.delay, milliseconds)? {
            batch.delay = delay;
        }
        if let Some(limit) = self.value(names.export_timeout, time_limit)? {
            batch.export_timeout = limit;
        }
        if let Some(queue) = self.value(names.queue, positive)? {
            batch.queue = queue;
        }
        if let Some(size) = self.value(names.size, positive)? {
            batch.batch = size;
        }
        batch.batch = batch.batch.min(batch.queue);
        Ok(batch)
    }
}

fn positive(text: &str) -> Option<usize> {
    let number: u32 = text.parse().ok()?;
    (number > 0).then_some(number as usize)
}
