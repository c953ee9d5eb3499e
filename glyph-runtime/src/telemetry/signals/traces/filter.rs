//! Which spans are taken.

use tracing::{Metadata, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::layer::{Context, Filter};

use crate::export::transport;

/// The target of [`audit!`](crate::audit!), which exists without the feature `log` as well.
const AUDIT: &str = "audit";

/// Spans and events that are important enough. What is audited belongs into the trail alone.
#[derive(Debug)]
pub(in crate::telemetry) struct Spans {
    pub(in crate::telemetry) level: LevelFilter,
    /// The longest first.
    targets: Vec<(String, LevelFilter)>,
}

impl Default for Spans {
    fn default() -> Self {
        Self {
            level: LevelFilter::INFO,
            targets: Vec::new(),
        }
    }
}

impl Spans {
    pub(in crate::telemetry) fn target(&mut self, target: String, level: LevelFilter) {
        self.targets.retain(|(known, _)| *known != target);
        self.targets.push((target, level));
        self.targets
            .sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
    }

    /// The level from which on anything may be taken.
    pub(in crate::telemetry) fn most(&self) -> LevelFilter {
        let levels = self.targets.iter().map(|(_, level)| *level);
        levels.chain([self.level]).max().unwrap_or(self.level)
    }

    fn level_of(&self, target: &str) -> LevelFilter {
        let named = self.targets.iter().find(|(known, _)| {
            let rest = target.strip_prefix(known.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        });
        match named {
            Some((_, level)) => *level,
            None if transport(target).is_some() => self.level.min(LevelFilter::WARN),
            None => self.level,
        }
    }

    fn takes(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        *metadata.level() <= self.level_of(target) && (metadata.is_span() || target != AUDIT)
    }
}

impl<S> Filter<S> for Spans {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.takes(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.takes(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.most())
    }
}
