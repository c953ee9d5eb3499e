//! OpenTelemetry's global propagator.

use opentelemetry::{
    Context,
    propagation::{Extractor, Injector, TextMapPropagator, text_map_propagator::FieldIter},
};

use super::{
    b3,
    enabled::{EnabledFormats, Format},
    jaeger,
};

/// Sets the formats that are propagated, also for libraries that use OpenTelemetry's global
/// propagator.
pub(crate) fn install(formats: &[Format]) {
    EnabledFormats::of(formats).set();
    super::connect();
    let [single, several] = b3::FIELDS;
    let fields = formats.iter().flat_map(|format| match format {
        Format::TraceContext => &[super::TRACEPARENT, super::TRACESTATE],
        Format::Baggage => &[super::BAGGAGE][..],
        Format::B3 => single,
        Format::B3Multi => several,
        Format::Jaeger => &[jaeger::HEADER],
    });
    opentelemetry::global::set_text_map_propagator(Propagator {
        fields: fields.map(|name| (*name).to_owned()).collect(),
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
        for (name, text) in super::texts(context) {
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
