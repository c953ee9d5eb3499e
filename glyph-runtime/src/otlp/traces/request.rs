//! The spans of a request, encoded.

use opentelemetry::InstrumentationScope;
use opentelemetry_proto::tonic::common::v1::InstrumentationScope as EncodedScope;
use opentelemetry_sdk::trace::SpanData;
use prost::Message as _;

use super::{
    message::{Message, length_of_bytes},
    span::span_data,
};
use crate::otlp::{Resource, encoded};

/// Memory that a scope keeps for the spans of the next request, in bytes.
const KEPT: usize = 1 << 20;
/// The room for the tags and lengths around the spans of a scope.
const AROUND: usize = 16;

/// Spans of a request, by their instrumentation scopes.
#[derive(Debug, Default)]
pub(crate) struct SpanRequest {
    scopes: Vec<ScopeSpans>,
}

#[derive(Debug)]
struct ScopeSpans {
    scope: InstrumentationScope,
    /// The fields of the message other than its spans.
    fields: Message,
    spans: Message,
}

/// The fields of a request that are the same in all of them.
#[derive(Debug)]
pub(super) struct ResourceFields(Message);

impl ResourceFields {
    pub(super) fn new(resource: &Resource) -> Self {
        let (resource, schema_url) = encoded::resource(resource);
        let mut fields = Message::default();
        fields.bytes(1, &resource.encode_to_vec());
        fields.text(3, &schema_url);
        Self(fields)
    }
}

impl ScopeSpans {
    fn new(scope: InstrumentationScope) -> Self {
        let encoded: EncodedScope = (&scope, None).into();
        let mut fields = Message::default();
        fields.bytes(1, &encoded.encode_to_vec());
        fields.text(3, scope.schema_url().unwrap_or_default());
        Self {
            scope,
            fields,
            spans: Message::default(),
        }
    }

    fn len(&self) -> usize {
        self.fields.len() + self.spans.len()
    }
}

impl SpanRequest {
    /// Returns the number of a scope, by which [`add_if`](Self::add_if) finds it.
    pub(crate) fn scope(&mut self, scope: &InstrumentationScope) -> usize {
        let mut scopes = self.scopes.iter();
        scopes
            .position(|known| known.scope == *scope)
            .unwrap_or_else(|| {
                self.scopes.push(ScopeSpans::new(scope.clone()));
                self.scopes.len() - 1
            })
    }

    /// Adds a span of the SDK.
    pub(crate) fn add(&mut self, span: &SpanData) {
        let scope = self.scope(&span.instrumentation_scope);
        self.add_if(scope, |message| {
            span_data(message, span);
            true
        });
    }

    /// Adds a span of a scope, whose fields `write` adds. If `write` returns false, the span is
    /// removed, and this returns false as well.
    pub(crate) fn add_if(
        &mut self,
        scope: usize,
        write: impl FnOnce(&mut Message) -> bool,
    ) -> bool {
        let scope = self.scopes.get_mut(scope);
        scope.is_some_and(|scope| scope.spans.message_if(2, write))
    }

    /// The bytes of the spans.
    pub(super) fn len(&self) -> usize {
        self.scopes.iter().map(|scope| scope.spans.len()).sum()
    }

    /// Removes all spans, and forgets scopes without any.
    pub(super) fn clear(&mut self) {
        self.scopes.retain(|scope| scope.spans.len() > 0);
        for scope in &mut self.scopes {
            scope.spans.clear(KEPT);
        }
    }

    /// Returns the encoded request, and removes the spans from here.
    pub(super) fn take(&mut self, ResourceFields(resource): &ResourceFields) -> Vec<u8> {
        let scopes = self.scopes.iter().filter(|scope| scope.spans.len() > 0);
        let lengths = scopes.clone().map(|scope| 1 + length_of_bytes(scope.len()));
        let length = resource.len() + lengths.sum::<usize>();
        let mut request = Message::with_capacity(AROUND + length);
        request.begin_of(1, length);
        request.encoded(resource.as_slice());
        for scope in scopes {
            request.begin_of(2, scope.len());
            request.encoded(scope.fields.as_slice());
            request.encoded(scope.spans.as_slice());
        }
        self.clear();
        request.into_bytes()
    }
}
