//! What the whole process hands on.

use std::sync::atomic::{AtomicU8, Ordering::Relaxed};

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
};

const TRACES: u8 = 1;
const BAGGAGE: u8 = 2;

static WANTED: AtomicU8 = AtomicU8::new(TRACES | BAGGAGE);

/// What is handed on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted(u8);

impl Wanted {
    pub(super) fn now() -> Self {
        Self(WANTED.load(Relaxed))
    }

    pub(super) fn traces(self) -> bool {
        self.0 & TRACES != 0
    }

    pub(super) fn baggage(self) -> bool {
        self.0 & BAGGAGE != 0
    }
}

/// Hands on these from now on, also where libraries ask OpenTelemetry for its global propagator.
pub(crate) fn install(traces: bool, baggage: bool) {
    let wanted = if traces { TRACES } else { 0 } | if baggage { BAGGAGE } else { 0 };
    WANTED.store(wanted, Relaxed);
    let traces = [super::TRACEPARENT, super::TRACESTATE];
    let all = traces
        .into_iter()
        .filter(|_| wanted & TRACES != 0)
        .chain((wanted & BAGGAGE != 0).then_some(super::BAGGAGE));
    opentelemetry::global::set_text_map_propagator(Propagator {
        fields: all.map(str::to_owned).collect(),
    });
}

/// [`extract`](super::extract) and [`inject`](super::inject) for libraries that know OpenTelemetry alone.
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
