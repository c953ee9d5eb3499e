//! The filter of events and spans.

use tracing::{
    Event, Level, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    EnvFilter,
    filter::Directive,
    layer::{Context, Filter},
};

use super::{AUDIT, error::LogError};
use glyph_core::__runtime::SpanReader;

/// The prefix of the targets of OpenTelemetry's crates.
const SDK: &str = "opentelemetry";

/// Applies the directives to events.
///
/// Spans from `info` on pass whatever the directives are: with `RUST_LOG=warn` a line still has the
/// fields of its request. Audit events always pass.
#[derive(Debug)]
pub(super) struct EventFilter {
    directives: EnvFilter,
    /// Whether a directive names the SDK of OpenTelemetry.
    names_sdk: bool,
    /// Present if a directive is about spans, which it has to see then, sampled or not.
    _spans: Option<SpanReader>,
}

impl EventFilter {
    pub(super) fn parse(directives: &str) -> Result<Self, LogError> {
        let parts = directives.split(',').map(str::trim);
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
            .parse_lossy(joined);
        Ok(Self {
            directives: filter,
            names_sdk,
            _spans: names_spans.then(SpanReader::new),
        })
    }

    /// Excludes events of the SDK below `WARN`, which describe its internals, unless a directive
    /// names the SDK.
    fn excludes(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() > &Level::WARN && metadata.target().starts_with(SDK) && !self.names_sdk
    }
}

/// Returns the most verbose level of events that pass, without audit events.
pub(crate) fn most_verbose(directives: &str) -> LevelFilter {
    let hint = EventFilter::parse(directives).map(|filter| filter.directives.max_level_hint());
    hint.ok().flatten().unwrap_or(LevelFilter::TRACE)
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
        if always(metadata) {
            return true;
        }
        !self.excludes(metadata) && Filter::enabled(&self.directives, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // Ask the directives first, also for what always passes: the filter registers here the
        // spans whose fields its directives name.
        let interest = Filter::<S>::callsite_enabled(&self.directives, metadata);
        if always(metadata) {
            Interest::always()
        } else if self.excludes(metadata) {
            Interest::never()
        } else {
            interest
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        always(event.metadata()) || Filter::event_enabled(&self.directives, event, context)
    }

    /// No limit: audit events can have any level.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        Filter::on_new_span(&self.directives, attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        Filter::on_record(&self.directives, id, values, context);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_enter(&self.directives, id, context);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_exit(&self.directives, id, context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        Filter::on_close(&self.directives, id, context);
    }
}
