//! The filter of events and spans, which can be changed while the program runs.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use glyph_core::__runtime::{read_unless_lost, write_unless_lost};
use tracing::{
    Level, Metadata, Subscriber, callsite::rebuild_interest_cache, level_filters::LevelFilter,
};
use tracing_subscriber::{
    filter::Targets,
    layer::{Context, Filter},
};

use super::{AUDIT, answers::Change, directives::Directives, error::LogError};

/// Applies the directives to events. Clones have the same directives.
///
/// Spans from `info` on pass whatever the directives are: with `RUST_LOG=warn` a line still has the
/// fields of its request. Audit events always pass.
#[derive(Clone, Debug)]
pub(crate) struct EventFilter(Arc<Current>);

#[derive(Debug)]
struct Current {
    /// Shared, so that no lock is held while a directive formats a value of the program.
    directives: RwLock<Arc<Directives>>,
    /// Whether a directive is about spans. The others need not see spans.
    names_spans: AtomicBool,
    is_off: AtomicBool,
}

/// Whether events and spans pass with any directives.
pub(super) fn passes_always(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        metadata.level() <= &Level::INFO
    } else {
        metadata.target() == AUDIT
    }
}

impl EventFilter {
    pub(crate) fn parse(directives: &str) -> Result<Self, LogError> {
        let directives = Directives::parse(directives, None)?;
        Ok(Self(Arc::new(Current {
            names_spans: AtomicBool::new(directives.spans.is_some()),
            is_off: AtomicBool::new(directives.is_off()),
            directives: RwLock::new(Arc::new(directives)),
        })))
    }

    /// Replaces the directives, also for spans that are open.
    pub(crate) fn set(&self, directives: &str) -> Result<(), LogError> {
        let directives = Arc::new(Directives::parse(directives, Some(Change::next()))?);
        let (names_spans, is_off) = (directives.spans.is_some(), directives.is_off());
        let Some(mut current) = write_unless_lost(&self.0.directives) else {
            return Err(LogError::FilterLocked);
        };
        let before = std::mem::replace(&mut *current, directives);
        self.0.names_spans.store(names_spans, Relaxed);
        self.0.is_off.store(is_off, Relaxed);
        drop(current);
        drop(before);
        rebuild_interest_cache();
        Ok(())
    }

    /// Returns the directives.
    pub(crate) fn text(&self) -> String {
        let text = self.current().map(|directives| directives.text.clone());
        text.unwrap_or_default()
    }

    /// Returns the most verbose level of events that pass, without audit events.
    pub(crate) fn most_verbose(&self) -> LevelFilter {
        self.current()
            .map_or(LevelFilter::TRACE, |directives| directives.most_verbose())
    }

    /// Whether an event passes that is in no span. Directives that name a span do not count.
    pub(super) fn passes_outside_spans(&self, target: &str, level: Level) -> bool {
        let text = self.text();
        let plain: Vec<_> = text.split(',').filter(|part| !part.contains('[')).collect();
        let targets = plain.join(",").parse::<Targets>();
        !plain.is_empty() && targets.is_ok_and(|targets| targets.would_enable(target, &level))
    }

    /// Whether a span with this metadata passes that was not built. Directives about spans do not
    /// count: all spans are built under them.
    pub(super) fn passes_span<S: Subscriber>(
        &self,
        metadata: &Metadata<'_>,
        context: &Context<'_, S>,
    ) -> bool {
        passes_always(metadata)
            || self.current().is_none_or(|directives| {
                !directives.excludes(metadata)
                    && Filter::enabled(&directives.filter, metadata, context)
            })
    }

    /// Whether only audit events pass. It takes no lock.
    pub(super) fn is_off(&self) -> bool {
        self.0.is_off.load(Relaxed)
    }

    /// Whether a directive names this target.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn names(&self, is_target: impl Fn(&str) -> bool) -> bool {
        self.current().is_some_and(|directives| {
            directives.text.split(',').any(|directive| {
                let end = directive.find(['=', '[']).unwrap_or(directive.len());
                is_target(directive.get(..end).unwrap_or_default().trim())
            })
        })
    }

    /// `None` in a forked child, if another thread had the lock at the fork.
    pub(super) fn current(&self) -> Option<Arc<Directives>> {
        read_unless_lost(&self.0.directives).map(|directives| Arc::clone(&directives))
    }

    /// Returns the directives for a callback about a span. `None` if no directive is about spans.
    pub(super) fn of_spans(&self) -> Option<Arc<Directives>> {
        let names_spans = self.0.names_spans.load(Relaxed);
        names_spans.then(|| self.current()).flatten()
    }
}
