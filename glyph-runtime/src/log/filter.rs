//! Which events and spans the log sees.

use tracing::{
    Event, Metadata, Subscriber,
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

/// Directives decide about events. Spans from `info` on are seen whatever they say, so that a line under
/// `RUST_LOG=warn` has its request's fields all the same, and so are audit events.
#[derive(Debug)]
pub(super) struct EventFilter(EnvFilter);

impl EventFilter {
    pub(super) fn parse(directives: &str) -> Result<Self, LogError> {
        let parts = directives.split(',').map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let joined = parts.join(",");
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
        Ok(Self(filter))
    }
}

/// From which level on a filter takes events, those of the audit trail aside.
#[cfg(feature = "prometheus")]
pub(crate) fn most(directives: &str) -> LevelFilter {
    let hint = EventFilter::parse(directives).map(|filter| filter.0.max_level_hint());
    hint.ok().flatten().unwrap_or(LevelFilter::TRACE)
}

fn always(metadata: &Metadata<'_>) -> bool {
    if metadata.is_span() {
        metadata.level() <= &tracing::Level::INFO
    } else {
        metadata.target() == AUDIT
    }
}

impl<S: Subscriber> Filter<S> for EventFilter {
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        always(metadata) || Filter::enabled(&self.0, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // The filter learns here of spans whose fields its directives name.
        let interest = Filter::<S>::callsite_enabled(&self.0, metadata);
        if always(metadata) {
            Interest::always()
        } else {
            interest
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        always(event.metadata()) || Filter::event_enabled(&self.0, event, context)
    }

    /// Audit events may have any level.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        Filter::on_new_span(&self.0, attributes, id, context);
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        Filter::on_record(&self.0, id, values, context);
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_enter(&self.0, id, context);
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        Filter::on_exit(&self.0, id, context);
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        Filter::on_close(&self.0, id, context);
    }
}
