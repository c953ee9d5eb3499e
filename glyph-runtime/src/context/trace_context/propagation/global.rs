//! OpenTelemetry's global propagator.

use std::sync::atomic::Ordering::Relaxed;

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
};

use super::enabled::{BAGGAGE, ENABLED, TRACES};

/// Sets the formats that are propagated, also for libraries that use OpenTelemetry's global
/// propagator.
pub(crate) fn install(traces: bool, baggage: bool) {
    let enabled = if traces { TRACES } else { 0 } | if baggage { BAGGAGE } else { 0 };
    ENABLED.store(enabled, Relaxed);
    super::connect();
    let traces = [super::TRACEPARENT, super::TRACESTATE];
    let all = traces
        .into_iter()
        .filter(|_| enabled & TRACES != 0)
        .chain((enabled & BAGGAGE != 0).then_some(super::BAGGAGE));
    opentelemetry::global::set_text_map_propagator(Propagator {
        fields: all.map(str::to_owned).collect(),
    });
}

/// [`extract`](super::extract) and [`inject`](super::inject) for libraries that use
/// OpenTelemetry.
#[derive(Debug)]
struct Propagator {
    fields: Vec<String>,
}

impl TextMapPropagator for Propagator {
    fn inject_context(&self, context: &Context, injector: &mut dyn Injector) {
        for (name, text) in super::texts(context).into_iter().flatten() {
            if !text.is_empty() {
                injector.set(name, text);
            }
        }
    }

    fn extract_with_context(&self, context: &Context, extractor: &dyn Extractor) -> Context {
        super::extract(extractor).within(context.clone())
    }

    fn fields(&self) -> FieldIter<'_> {
        FieldIter::new(&self.fields)
    }
}
