//! The filter of events and spans, which can be changed while the program runs.

use std::sync::{
    Arc, RwLock,
    atomic::{AtomicBool, Ordering::Relaxed},
};

use glyph_core::__runtime::{SpanReader, read_unless_lost, write_unless_lost};
use tracing::{
    Event, Level, Metadata, Subscriber,
    callsite::rebuild_interest_cache,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    EnvFilter,
    filter::{Directive, Targets},
    layer::{Context, Filter},
};

use super::{AUDIT, error::LogError};

/// The prefix of the targets of OpenTelemetry's crates.
const SDK: &str = "opentelemetry";

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

#[derive(Debug)]
struct Directives {
    text: String,
    filter: EnvFilter,
    /// Whether a directive names the SDK of OpenTelemetry.
    names_sdk: bool,
    /// Present if a directive is about spans, which it has to see then, sampled or not.
    spans: Option<SpanReader>,
}

impl Directives {
    fn parse(text: &str) -> Result<Self, LogError> {
        let parts = text.split(',').map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let joined = parts.join(",");
        let names_spans = parts.iter().any(|part| part.contains('['));
        let names_sdk = parts.iter().any(|part| part.starts_with(SDK));
        let parsed = parts.into_iter().map(|part| {
            part.parse::<Directive>()
                .map_err(|error| LogError::Directive {
                    directive: part.chars().take(128).collect(),
                    reason: error.to_string(),
                })
        });
        parsed.collect::<Result<Vec<_>, _>>()?;
        let filter = EnvFilter::builder()
            .with_default_directive(LevelFilter::INFO.into())
            .parse_lossy(&joined);
        Ok(Self {
            text: if joined.is_empty() {
                LevelFilter::INFO.to_string()
            } else {
                joined.clone()
            },
            filter,
            names_sdk,
            spans: names_spans.then(SpanReader::new),
        })
    }

    /// Excludes events of the SDK below `WARN`, which describe its internals, unless a directive
    /// names the SDK.
    fn excludes(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() > &Level::WARN && metadata.target().starts_with(SDK) && !self.names_sdk
    }

    fn is_off(&self) -> bool {
        self.most_verbose() == LevelFilter::OFF
    }

    fn most_verbose(&self) -> LevelFilter {
        self.filter.max_level_hint().unwrap_or(LevelFilter::TRACE)
    }
}

impl EventFilter {
    pub(crate) fn parse(directives: &str) -> Result<Self, LogError> {
        let directives = Directives::parse(directives)?;
        Ok(Self(Arc::new(Current {
            names_spans: AtomicBool::new(directives.spans.is_some()),
            is_off: AtomicBool::new(directives.is_off()),
            directives: RwLock::new(Arc::new(directives)),
        })))
    }

    /// Replaces the directives. Open spans keep the effect of the previous directives.
    pub(crate) fn set(&self, directives: &str) -> Result<(), LogError> {
        let directives = Arc::new(Directives::parse(directives)?);
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
    fn current(&self) -> Option<Arc<Directives>> {
        read_unless_lost(&self.0.directives).map(|directives| Arc::clone(&directives))
    }

    /// Returns the directives for a callback about a span. `None` if no directive is about spans.
    fn of_spans(&self) -> Option<Arc<Directives>> {
        let names_spans = self.0.names_spans.load(Relaxed);
        names_spans.then(|| self.current()).flatten()
    }
}

fn always(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        metadata.level() <= &Level::INFO
    } else {
        metadata.target() == AUDIT
    }
}

impl<S: Subscriber> Filter<S> for EventFilter {
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        always(metadata)
            || self.current().is_none_or(|directives| {
                !directives.excludes(metadata)
                    && Filter::enabled(&directives.filter, metadata, context)
            })
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        let Some(directives) = self.current() else {
            return Interest::sometimes();
        };
        // Ask the directives first, also for what always passes: the filter registers here the
        // spans whose fields its directives name.
        let interest = Filter::<S>::callsite_enabled(&directives.filter, metadata);
        if always(metadata) {
            Interest::always()
        } else if directives.excludes(metadata) {
            Interest::never()
        } else {
            interest
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        let passes = |directives: Arc<Directives>| {
            always(event.metadata()) || Filter::event_enabled(&directives.filter, event, context)
        };
        self.of_spans().is_none_or(passes)
    }

    /// No limit: audit events can have any level.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.of_spans() {
            Filter::on_new_span(&directives.filter, attributes, id, context);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(directives) = self.of_spans() {
            Filter::on_record(&directives.filter, id, values, context);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.of_spans() {
            Filter::on_enter(&directives.filter, id, context);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.of_spans() {
            Filter::on_exit(&directives.filter, id, context);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(directives) = self.of_spans() {
            Filter::on_close(&directives.filter, id, context);
        }
    }
}
