//! The sampler, and the traces that are kept anyway.

use super::values;
use crate::{
    config::{
        error::ConfigError,
        reading::Reading,
        setting::Setting,
        values::{boolean, some_milliseconds},
    },
    trace::{KeepFailures, MAX_RATE, Sampler},
};

impl Reading<'_, '_> {
    pub(super) fn sampler(&mut self) -> Result<Sampler, ConfigError> {
        let argument = self.value(Setting::SamplerArgument, values::ratio)?;
        let ratio = Sampler::TraceIdRatio(argument.unwrap_or(1.0));
        let named = self.value(Setting::Sampler, |name| {
            let name = name.to_ascii_lowercase();
            let (root, parent_based) = match name.strip_prefix("parentbased_") {
                Some(root) => (root, true),
                None => (name.as_str(), false),
            };
            let root = match root {
                "always_on" => Sampler::AlwaysOn,
                "always_off" => Sampler::AlwaysOff,
                "traceidratio" => ratio.clone(),
                _ => return None,
            };
            Some(if parent_based {
                Sampler::parent_based(root)
            } else {
                root
            })
        })?;
        if let Some(rate) = self.value(Setting::RateLimit, rate)? {
            return Ok(Sampler::parent_based(Sampler::RateLimited(rate)));
        }
        if let Some(sampler) = named {
            return Ok(sampler);
        }
        let ratio = self.value(Setting::SampleRatio, values::ratio)?;
        Ok(Sampler::parent_based(
            ratio.map_or(Sampler::AlwaysOn, Sampler::TraceIdRatio),
        ))
    }

    /// A limit for the duration keeps traces with an error as well.
    pub(super) fn keep_failures(&mut self) -> Result<Option<KeepFailures>, ConfigError> {
        let errors = self.value(Setting::KeepFailures, boolean)?;
        let slower_than = self.value(Setting::KeepSlowerThan, some_milliseconds)?;
        let kept = errors == Some(true) || slower_than.is_some();
        Ok(kept.then_some(KeepFailures { slower_than }))
    }
}

fn rate(text: &str) -> Option<u32> {
    let rate = text.parse().ok()?;
    (1..=MAX_RATE).contains(&rate).then_some(rate)
}
