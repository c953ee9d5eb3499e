//! The tracer of the layer, and its spans.

use std::{borrow::Cow, sync::Arc, time::SystemTime};

use opentelemetry::{
    Context, KeyValue, Value,
    trace::{Span, SpanBuilder, SpanContext, Status, TraceContextExt, Tracer, TracerProvider},
};
use opentelemetry_sdk::trace::{self as sdk, SdkTracer, SdkTracerProvider};

use super::{
    SpanLayer,
    callsites::{self, Callsite},
    integers,
    notes::{self, NewSpan},
    table::Table,
};
use crate::{
    context::current_context,
    otlp::instrumentation::{self, ScopeNames},
    source_path,
    trace::SpanDetails,
};

/// The attribute that carries a span's callsite from its creation to its start.
const CALLSITE: &str = "glyph.callsite";
/// OpenTelemetry semantic conventions, "Source code attributes".
const FILE: &str = "code.file.path";

/// A tracer for each crate that creates spans.
#[derive(Clone, Debug)]
pub(super) struct SpanTracer(Arc<Tracers>);

#[derive(Debug)]
struct Tracers {
    provider: SdkTracerProvider,
    details: SpanDetails,
    names: ScopeNames,
    by_crate: Table<SdkTracer>,
    /// The tracer of spans whose callsite is not known.
    other: SdkTracer,
}

impl SpanTracer {
    pub(super) fn new(layer: &SpanLayer) -> Self {
        let SpanLayer {
            provider,
            details,
            names,
            ..
        } = layer;
        Self(Arc::new(Tracers {
            provider: provider.clone(),
            details: *details,
            names: names.clone(),
            by_crate: Table::new(),
            other: provider.tracer_with_scope(names.scope_of(instrumentation::OWN)),
        }))
    }

    fn of(&self, callsite: Option<&'static Callsite>) -> &SdkTracer {
        let Tracers {
            provider,
            names,
            by_crate,
            other,
            ..
        } = &*self.0;
        let tracer = callsite.and_then(|callsite| {
            let create = || provider.tracer_with_scope(names.scope_of(callsite.source));
            by_crate.get_or_create(callsite.crate_index, create)
        });
        tracer.unwrap_or(other)
    }
}

impl Tracer for SpanTracer {
    type Span = LayerSpan;

    fn span_builder<T: Into<Cow<'static, str>>>(&self, name: T) -> SpanBuilder {
        let builder = SpanBuilder::from_name(name);
        let Some(NewSpan { callsite, fields }) = notes::take_new_span() else {
            return builder;
        };
        let mut attributes = Vec::with_capacity(fields + 1);
        if let Ok(index) = i64::try_from(callsite.index) {
            attributes.push(KeyValue::new(CALLSITE, index));
        }
        SpanBuilder {
            attributes: Some(attributes),
            ..builder
        }
    }

    fn build_with_context(&self, mut builder: SpanBuilder, parent: &Context) -> LayerSpan {
        let attributes = builder.attributes.get_or_insert_default();
        let callsite = take_callsite(attributes);
        let hides_paths = self.0.details.source_location;
        for attribute in attributes {
            restore(attribute, callsite, hides_paths);
        }
        // The events of a span before it is entered.
        for event in builder.events.iter_mut().flatten() {
            for attribute in &mut event.attributes {
                restore(attribute, None, hides_paths);
            }
        }
        LayerSpan {
            span: self.of(callsite).build_with_context(builder, parent),
            callsite,
            hides_paths,
        }
    }
}

/// Returns the callsite of a span that starts, and removes it from its attributes.
fn take_callsite(attributes: &mut Vec<KeyValue>) -> Option<&'static Callsite> {
    let Value::I64(index) = attributes
        .first()
        .filter(|first| first.key.as_str() == CALLSITE)?
        .value
    else {
        return None;
    };
    attributes.remove(0);
    callsites::at(usize::try_from(index).ok()?)
}

fn restore(attribute: &mut KeyValue, callsite: Option<&Callsite>, hides_paths: bool) {
    if let Some(callsite) = callsite {
        integers::restore(attribute, callsite);
    }
    if hides_paths
        && attribute.key.as_str() == FILE
        && let Value::String(path) = &attribute.value
    {
        attribute.value = source_path::relative(path.as_str()).to_owned().into();
    }
}

/// A span of the SDK whose status no event changes.
#[derive(Debug)]
pub(super) struct LayerSpan {
    span: sdk::Span,
    callsite: Option<&'static Callsite>,
    /// Whether `code.file.path` can be the path of a machine.
    hides_paths: bool,
}

impl Span for LayerSpan {
    fn add_event_with_timestamp<T: Into<Cow<'static, str>>>(
        &mut self,
        name: T,
        timestamp: SystemTime,
        mut attributes: Vec<KeyValue>,
    ) {
        let event = notes::event();
        if event.is_some_and(|event| event.is_line_of_call) {
            return;
        }
        let callsite = event.and_then(|event| event.callsite);
        for attribute in &mut attributes {
            restore(attribute, callsite, self.hides_paths);
        }
        if let Some(log_fields) = event.and_then(|event| event.log_fields) {
            attributes.extend(log_fields.take());
        }
        if event.is_some_and(|event| event.is_of_record) {
            current_context::read(|context| {
                let span = context.span();
                span.add_event_with_timestamp(name, timestamp, attributes);
            });
            return;
        }
        self.span
            .add_event_with_timestamp(name, timestamp, attributes);
    }

    fn span_context(&self) -> &SpanContext {
        self.span.span_context()
    }

    fn is_recording(&self) -> bool {
        self.span.is_recording()
    }

    fn set_attribute(&mut self, mut attribute: KeyValue) {
        restore(&mut attribute, self.callsite, self.hides_paths);
        self.span.set_attribute(attribute);
    }

    fn set_status(&mut self, status: Status) {
        // `tracing-opentelemetry` sets one for each event at `ERROR`.
        if notes::event().is_none() {
            self.span.set_status(status);
        }
    }

    fn update_name<T: Into<Cow<'static, str>>>(&mut self, name: T) {
        self.span.update_name(name);
    }

    fn add_link(&mut self, span: SpanContext, attributes: Vec<KeyValue>) {
        self.span.add_link(span, attributes);
    }

    fn end_with_timestamp(&mut self, timestamp: SystemTime) {
        self.span.end_with_timestamp(timestamp);
    }
}
