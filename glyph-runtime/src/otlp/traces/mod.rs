//! Spans as OTLP requests.
//!
//! Spans are encoded once, from what they are kept in, without the messages of
//! `opentelemetry-proto` in between.

mod block;
mod message;
mod request;
mod span;

use std::{mem::take, sync::Arc, time::Duration};

use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTraceServiceRequest, ExportTraceServiceResponse,
};

use self::request::ResourceFields;
pub(crate) use self::{
    message::Message,
    request::SpanRequest,
    span::{ATTRIBUTES, Ids, attributes, cut, description, events, identity, links, parent},
};
pub(crate) use super::encoded::unix_nanos;
use super::{
    OtlpError, OtlpSettings, Resource,
    transport::{Client, Request},
};
use crate::export::{
    BATCH_BYTES, Counts, Deadline, Destination, Exporting, Flushes, Item, Outcome, flushes::Closed,
    limits::LONGEST_TIME,
};

/// An item that consists of spans.
pub(crate) trait EncodeSpans: Item {
    /// What an exporter keeps for the encoding from one request to the next.
    type Memory: Default + Send + 'static;

    /// Adds the spans to a request.
    fn encode(self, request: &mut SpanRequest, memory: &mut Self::Memory);
}

impl Request for ExportTraceServiceRequest {
    type Response = ExportTraceServiceResponse;
    const ITEMS: &'static str = "spans";
    const PATH: &'static str = "/v1/traces";
    const METHOD: &'static str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    fn rejected(response: Self::Response) -> Option<(i64, String)> {
        let partial = response.partial_success?;
        Some((partial.rejected_spans, partial.error_message))
    }
}

/// Returns the exporter of spans. `limit` is the time limit of a batch with all attempts.
pub(crate) fn exporter<T: EncodeSpans>(
    settings: &OtlpSettings,
    limit: Duration,
    resource: &Resource,
) -> Result<Box<dyn Destination<T>>, OtlpError> {
    Ok(Box::new(Exporter::<T::Memory> {
        client: Client::new(settings)?,
        resource: ResourceFields::new(resource),
        request: SpanRequest::default(),
        memory: T::Memory::default(),
        limit: limit.min(LONGEST_TIME),
    }))
}

struct Exporter<M> {
    client: Client<ExportTraceServiceRequest>,
    resource: ResourceFields,
    request: SpanRequest,
    memory: M,
    limit: Duration,
}

impl<M> Exporter<M> {
    async fn send<T>(&mut self, batch: Vec<T>, counts: &Counts) -> Outcome
    where
        T: EncodeSpans<Memory = M>,
    {
        let deadline = Deadline::after(self.limit);
        // An earlier export may have ended before its request was complete.
        self.request.clear();
        let mut outcome = Outcome::exported(0);
        let mut spans = 0;
        let mut items = batch.into_iter();
        while let Some(item) = items.next() {
            spans += item.count();
            item.encode(&mut self.request, &mut self.memory);
            // The sizes in the queue are approximate.
            if items.len() == 0 || self.request.len() >= BATCH_BYTES {
                let request = self.request.take(&self.resource);
                let spans = take(&mut spans);
                let sent = self.client.send_encoded(request, spans, deadline, counts);
                outcome.add(sent.await, spans);
            }
        }
        outcome
    }
}

impl<T: EncodeSpans> Destination<T> for Exporter<T::Memory> {
    fn export<'d>(&'d mut self, batch: Vec<T>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.send(batch, counts))
    }

    fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.client.follow(flushes);
    }

    fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        self.client.closed_until(counts)
    }

    fn url(&self) -> Option<&str> {
        Some(self.client.url())
    }
}
