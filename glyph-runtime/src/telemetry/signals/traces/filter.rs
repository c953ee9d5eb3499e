//! The filter of spans and their events.

use tracing::{Metadata, level_filters::LevelFilter, subscriber::Interest};
use tracing_subscriber::layer::{Context, Filter};

use crate::{export::transport, trace::edge_lines};

/// The target of [`audit!`](crate::audit!). Events can have it without the feature `log`.
const AUDIT: &str = "audit";

/// A filter by target and level. Audit events are for the audit trail alone, and the line of a call
/// is not an event of its span.
#[derive(Clone, Debug)]
pub(super) struct SpanFilter {
    level: LevelFilter,
    /// The longest target first.
    targets: Vec<(String, LevelFilter)>,
}

impl Default for SpanFilter {
    fn default() -> Self {
        Self {
            level: LevelFilter::INFO,
            targets: Vec::new(),
        }
    }
}

impl SpanFilter {
    pub(super) fn set_level(&mut self, level: LevelFilter) {
        self.level = level;
    }

    pub(super) fn set_target(&mut self, target: String, level: LevelFilter) {
        self.targets.retain(|(known, _)| *known != target);
        self.targets.push((target, level));
        self.targets
            .sort_by_key(|(target, _)| std::cmp::Reverse(target.len()));
    }

    /// Returns the most verbose level of any target.
    pub(super) fn max_level(&self) -> LevelFilter {
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

    pub(super) fn accepts(&self, metadata: &Metadata<'_>) -> bool {
        let target = metadata.target();
        let is_only_line = || target == AUDIT || edge_lines::is_line_of_call(metadata);
        *metadata.level() <= self.level_of(target) && (metadata.is_span() || !is_only_line())
    }
}

impl<S> Filter<S> for SpanFilter {
    fn enabled(&self, metadata: &Metadata<'_>, _: &Context<'_, S>) -> bool {
        self.accepts(metadata)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.accepts(metadata) {
            Interest::always()
        } else {
            Interest::never()
        }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.max_level())
    }
}
