//! Requests to an OTLP collector (OpenTelemetry Protocol Specification 1.x), whatever they carry.
//!
//! The messages are the published ones; sending, trying again and judging the answer are done here, since
//! everything is to be accounted for: also what a collector takes only in part.

mod endpoint;
mod failure;
#[cfg(feature = "otlp-grpc")]
mod grpc;
mod headers;
#[cfg(feature = "otlp-http")]
mod http;
mod retry;
mod tls;

use std::time::Instant;

use bytes::Bytes;
use prost::Message;

use self::{
    endpoint::Endpoint,
    failure::{Failure, Hope},
    retry::Retries,
};
use crate::{
    export::{Counts, DropReason},
    trace::{OtlpSettings, Protocol, TraceError},
};

/// The most bytes of an answer that are read.
const LONGEST_ANSWER: usize = 1 << 20;
/// Who sends (OpenTelemetry Protocol Exporter, "User Agent").
const USER_AGENT: &str = concat!(
    "OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION"),
    " glyph"
);

/// What is sent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signal {
    Traces,
    Metrics,
    #[cfg(feature = "log")]
    Logs,
}

impl Signal {
    /// Where OTLP/HTTP takes it, unless the endpoint says otherwise.
    #[cfg(feature = "otlp-http")]
    fn path(self) -> &'static str {
        match self {
            Self::Traces => "/v1/traces",
            Self::Metrics => "/v1/metrics",
            #[cfg(feature = "log")]
            Self::Logs => "/v1/logs",
        }
    }

    /// What OTLP/gRPC calls.
    #[cfg(feature = "otlp-grpc")]
    fn method(self) -> &'static str {
        match self {
            Self::Traces => "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
            Self::Metrics => "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export",
            #[cfg(feature = "log")]
            Self::Logs => "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
        }
    }
}

/// Sends requests of one signal to a collector, one after the other.
pub(crate) struct Client {
    transport: Transport,
    retries: Retries,
}

enum Transport {
    #[cfg(feature = "otlp-grpc")]
    Grpc(grpc::Client),
    #[cfg(feature = "otlp-http")]
    Http(http::Client),
}

impl Client {
    pub(crate) fn new(settings: &OtlpSettings, signal: Signal) -> Result<Self, TraceError> {
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
            Protocol::Grpc => Transport::Grpc(grpc::Client::new(settings, signal, endpoint)?),
            #[cfg(feature = "otlp-http")]
            Protocol::HttpProtobuf => {
                Transport::Http(http::Client::new(settings, signal, endpoint)?)
            }
            #[cfg(not(all(feature = "otlp-grpc", feature = "otlp-http")))]
            missing => return Err(missing.missing()),
        };
        Ok(Self {
            transport,
            retries: Retries::new(settings.timeout),
        })
    }

    /// Sends a request until it is taken, refused, or the deadline has passed, and gives the answer.
    pub(crate) async fn export<Answer: Message + Default>(
        &mut self,
        request: &impl Message,
        deadline: Instant,
        counts: &Counts,
    ) -> Result<Answer, DropReason> {
        let transport = &self.transport;
        let request = transport.pack(request.encode_to_vec().into());
        let answer = self
            .retries
            .run(deadline, counts, || transport.send(request.clone()))
            .await;
        match answer.map(Answer::decode) {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                counts.failed(&format_args!("this is no collector: {error}"));
                Err(DropReason::Rejected)
            }
            Err(Hope::None) => Err(DropReason::Rejected),
            Err(Hope::Later(_)) => Err(DropReason::Failed),
        }
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
