//! What code adds to the span of a stage.

use std::{any::Any, borrow::Cow};

use glyph_core::__runtime::{Annotate, EachAttribute, RecordedValue};
use opentelemetry::{
    Context, KeyValue, Value,
    trace::{SpanContext, TraceContextExt},
};
use tracing::{Span, span::Id};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::adapter::{exemplar_of, open_context, remote_of};
use crate::Exemplar;

/// A span of OpenTelemetry, as the active span of a context.
#[derive(Debug)]
pub(crate) struct Annotated(pub(crate) Context);

impl Annotated {
    fn link_to_context(&self, to: &Context) {
        self.link_to_ids(to.span().span_context());
    }

    /// Adds a link, unless it is to no span or to the span itself.
    fn link_to_ids(&self, to: &SpanContext) {
        let span = self.0.span();
        if to.is_valid() && to.span_id() != span.span_context().span_id() {
            span.add_link(to.clone(), Vec::new());
        }
    }
}

impl Annotate for Annotated {
    fn set_attribute(&self, key: Cow<'static, str>, value: RecordedValue<'_>) {
        let attribute = KeyValue::new(key, self::value(value));
        self.0.span().set_attribute(attribute);
    }

    fn add_event(&self, name: Cow<'static, str>, attributes: &EachAttribute<'_>) {
        let mut all = Vec::new();
        attributes(&mut |key, value| all.push(KeyValue::new(key, self::value(value))));
        self.0.span().add_event(name, all);
    }

    fn link(&self, to: Exemplar) {
        self.link_to_remote(&remote_of(to));
    }

    fn link_to_span(&self, to: &Span) {
        self.link_to_context(&to.context());
    }

    fn link_to_remote(&self, to: &dyn Any) {
        if let Some(to) = to.downcast_ref::<SpanContext>() {
            self.link_to_ids(to);
        }
    }

    fn link_to_id(&self, to: &Id) {
        if let Some(context) = open_context(to) {
            self.link_to_context(&context);
        }
    }

    fn exemplar(&self) -> Option<Exemplar> {
        let span = self.0.span();
        let ids = span.span_context();
        ids.is_sampled().then(|| exemplar_of(ids))
    }
}

fn value(value: RecordedValue<'_>) -> Value {
    match value {
        RecordedValue::Bool(value) => value.into(),
        RecordedValue::F64(value) => value.into(),
        RecordedValue::I64(value) => value.into(),
        RecordedValue::U64(value) => match i64::try_from(value) {
            Ok(value) => value.into(),
            Err(_) => value.to_string().into(),
        },
        RecordedValue::Str(text) => text.to_owned().into(),
        RecordedValue::Static(text) => text.into(),
    }
}
