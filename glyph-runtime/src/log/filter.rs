//! Which events and spans the log sees.

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

/// How targets of OpenTelemetry's crates begin.
const SDK: &str = "opentelemetry";

/// Directives decide about events. Spans from `info` on are seen whatever they say, so that a line under
/// `RUST_LOG=warn` has its request's fields all the same, and so are audit events.
#[derive(Debug)]
pub(super) struct EventFilter {
    directives: EnvFilter,
    /// Whether a directive is about OpenTelemetry's SDK.
    names_sdk: bool,
}

impl EventFilter {
    pub(super) fn parse(directives: &str) -> Result<Self, LogError> {
        let parts = directives.split(',').map(str::trim);
        let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
        let joined = parts.join(",");
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
        })
    }

    /// What the SDK says of itself below a warning is of interest to who asks for it by name.
    fn leaves_out(&self, metadata: &Metadata<'_>) -> bool {
        metadata.level() > &Level::WARN && metadata.target().starts_with(SDK) && !self.names_sdk
    }
}

/// From which level on a filter takes events, those of the audit trail aside.
pub(crate) fn most(directives: &str) -> LevelFilter {
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
        !self.leaves_out(metadata) && Filter::enabled(&self.directives, metadata, context)
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        // The filter learns here of spans whose fields its directives name.
        let interest = Filter::<S>::callsite_enabled(&self.directives, metadata);
        if always(metadata) {
            Interest::always()
        } else if self.leaves_out(metadata) {
            Interest::never()
        } else {
            interest
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        always(event.metadata()) || Filter::event_enabled(&self.directives, event, context)
    }

    /// Audit events may have any level.
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
