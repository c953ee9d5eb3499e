//! Spans to an OTLP collector (OpenTelemetry Protocol Specification 1.x).
//!
//! The messages are the published ones; sending, trying again and judging the answer are done here, since
//! each span is to be accounted for: also those that a collector takes only in part.

mod endpoint;
mod failure;
#[cfg(feature = "otlp-grpc")]
mod grpc;
mod headers;
#[cfg(feature = "otlp-http")]
mod http;
mod retry;
mod tls;

use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::{
    tonic::collector::trace::v1::{ExportTraceServiceRequest, ExportTraceServiceResponse},
    transform::{
        common::tonic::ResourceAttributesWithSchema,
        trace::tonic::group_spans_by_resource_and_scope,
    },
};
use opentelemetry_sdk::{Resource, trace::SpanData};
use prost::Message;

use self::{
    endpoint::Endpoint,
    failure::{Failure, Hope},
    retry::Retries,
};
use super::{
    DropReason, OtlpSettings, Protocol, TraceError,
    export::{Counts, Destination, Exporting, Outcome},
};

/// The most bytes of an answer that are read.
const LONGEST_ANSWER: usize = 1 << 20;
/// Who sends (OpenTelemetry Protocol Exporter, "User Agent").
const USER_AGENT: &str = concat!(
    "OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION"),
    " glyph"
);

/// Sends batches to a collector.
pub(crate) struct Exporter {
    transport: Transport,
    resource: ResourceAttributesWithSchema,
    retries: Retries,
}

enum Transport {
    #[cfg(feature = "otlp-grpc")]
    Grpc(grpc::Client),
    #[cfg(feature = "otlp-http")]
    Http(http::Client),
}

impl Exporter {
    /// `limit` is the time for a batch, with all attempts.
    pub(crate) fn new(
        settings: &OtlpSettings,
        limit: Duration,
        resource: &Resource,
    ) -> Result<Self, TraceError> {
        if settings.timeout.is_zero() {
            return Err(TraceError::Setting {
                name: "the time limit of an attempt",
                value: "0".to_owned(),
                allowed: "it is longer than nothing",
            });
        }
        let endpoint = Endpoint::parse(settings)?;
        let transport = match settings.protocol {
            #[cfg(feature = "otlp-grpc")]
            Protocol::Grpc => Transport::Grpc(grpc::Client::new(settings, endpoint)?),
            #[cfg(feature = "otlp-http")]
            Protocol::HttpProtobuf => Transport::Http(http::Client::new(settings, endpoint)?),
            #[cfg(not(all(feature = "otlp-grpc", feature = "otlp-http")))]
            missing => return Err(missing.missing()),
        };
        Ok(Self {
            transport,
            resource: resource.into(),
            retries: Retries::new(limit, settings.timeout),
        })
    }

    async fn send(&mut self, batch: Vec<SpanData>, counts: &Counts) -> Outcome {
        let spans = batch.len();
        let request = ExportTraceServiceRequest {
            resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
        };
        let request = self.transport.pack(request.encode_to_vec().into());
        let transport = &self.transport;
        let answer = self
            .retries
            .run(counts, || transport.send(request.clone()))
            .await;
        match answer.map(ExportTraceServiceResponse::decode) {
            Ok(Ok(answer)) => {
                let rejected = answer
                    .partial_success
                    .map_or(0, |partial| partial.rejected_spans);
                let rejected = usize::try_from(rejected).unwrap_or(0);
                Outcome::exported(spans.saturating_sub(rejected))
            }
            Ok(Err(error)) => {
                counts.failed(&format_args!("this is no collector: {error}"));
                Outcome::lost(DropReason::Rejected)
            }
            Err(Hope::None) => Outcome::lost(DropReason::Rejected),
            Err(Hope::Later(_)) => Outcome::lost(DropReason::Failed),
        }
    }
}

impl Destination for Exporter {
    fn export<'d>(&'d mut self, batch: Vec<SpanData>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(self.send(batch, counts))
    }
}

impl Transport {
    /// What is done once for all attempts.
    fn pack(&self, message: Bytes) -> Bytes {
        match self {
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(_) => message,
            #[cfg(feature = "otlp-http")]
            Self::Http(client) => client.pack(message),
        }
    }

    async fn send(&self, packed: Bytes) -> Result<Bytes, Failure> {
        match self {
            #[cfg(feature = "otlp-grpc")]
            Self::Grpc(client) => client.send(packed).await,
            #[cfg(feature = "otlp-http")]
            Self::Http(client) => client.send(packed).await,
        }
    }
}
