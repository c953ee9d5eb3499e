//! The filter of a layer: what passes, in the spans that the layer knows.

use std::{marker::PhantomData, sync::Arc};

use tracing::{
    Event, Metadata, Subscriber,
    level_filters::LevelFilter,
    span::{Attributes, Id, Record},
    subscriber::Interest,
};
use tracing_subscriber::{
    layer::{Context, Filter},
    registry::LookupSpan,
};

use super::{
    answers::Answers,
    directives::Directives,
    fields::FieldStore,
    filter::{EventFilter, passes_always},
    kept::Kept,
    open_spans::Question,
    span_values::{SpanValues, Told},
    surroundings::Surroundings,
};

/// Applies a filter to a layer that keeps `F` with spans.
pub(super) struct LayerFilter<F> {
    events: EventFilter,
    surroundings: Arc<Surroundings>,
    fields: PhantomData<fn() -> F>,
}

impl<F: FieldStore> LayerFilter<F> {
    pub(super) fn new(events: EventFilter, surroundings: Arc<Surroundings>) -> Self {
        Self {
            events,
            surroundings,
            fields: PhantomData,
        }
    }

    /// Whether it passes because of a span that was open when the directives changed.
    fn passes_in_open_span<S>(
        &self,
        directives: &Directives,
        metadata: &Metadata<'_>,
        context: &Context<'_, S>,
    ) -> bool
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        let Some(change) = directives.change_of_spans() else {
            return false;
        };
        let question = Question {
            filter: &directives.filter,
            change,
            event: metadata,
            context,
        };
        *metadata.level() <= directives.most_verbose() && question.passes::<F>(&self.surroundings)
    }
}

impl<S, F> Filter<S> for LayerFilter<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    F: FieldStore,
{
    fn enabled(&self, metadata: &Metadata<'_>, context: &Context<'_, S>) -> bool {
        passes_always(metadata)
            || self.events.current().is_none_or(|directives| {
                !directives.excludes(metadata)
                    && (Filter::enabled(&directives.filter, metadata, context)
                        || self.passes_in_open_span(&directives, metadata, context))
            })
    }

    fn callsite_enabled(&self, metadata: &'static Metadata<'static>) -> Interest {
        let Some(directives) = self.events.current() else {
            return Interest::sometimes();
        };
        // Ask the directives first, also for what always passes: the filter registers here the
        // spans whose fields its directives name.
        let interest = Filter::<S>::callsite_enabled(&directives.filter, metadata);
        if passes_always(metadata) {
            Interest::always()
        } else if directives.excludes(metadata) {
            Interest::never()
        } else {
            interest
        }
    }

    fn event_enabled(&self, event: &Event<'_>, context: &Context<'_, S>) -> bool {
        let passes = |directives: Arc<Directives>| {
            passes_always(event.metadata())
                || Filter::event_enabled(&directives.filter, event, context)
        };
        self.events.of_spans().is_none_or(passes)
    }

    /// No limit: audit events can have any level.
    fn max_level_hint(&self) -> Option<LevelFilter> {
        None
    }

    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.events.of_spans() {
            if let Some(change) = directives.change_of_spans()
                && let Some(span) = context.span(id)
            {
                Kept::<F>::change(
                    &mut span.extensions_mut(),
                    self.surroundings.layer(),
                    |kept| {
                        kept.answers = Answers::of_new(change);
                    },
                );
            }
            let span = attributes.metadata();
            let values = SpanValues::of(&directives, span, |visit| attributes.record(visit));
            let filter = told(&directives, span, id, &context);
            filter.created();
            values.tell(&filter);
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        if let Some(directives) = self.events.of_spans()
            && let Some(span) = context.span(id)
        {
            let span = span.metadata();
            let values = SpanValues::of(&directives, span, |visit| values.record(visit));
            values.tell(&told(&directives, span, id, &context));
        }
    }

    fn on_enter(&self, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.events.of_spans() {
            Filter::on_enter(&directives.filter, id, context);
        }
    }

    fn on_exit(&self, id: &Id, context: Context<'_, S>) {
        if let Some(directives) = self.events.of_spans() {
            Filter::on_exit(&directives.filter, id, context);
        }
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        if let Some(directives) = self.events.of_spans() {
            Filter::on_close(&directives.filter, id, context);
        }
    }
}

fn told<'a, S>(
    directives: &'a Directives,
    span: &'static Metadata<'static>,
    id: &'a Id,
    context: &'a Context<'a, S>,
) -> Told<'a, S> {
    Told {
        filter: &directives.filter,
        span,
        id,
        context,
    }
}
