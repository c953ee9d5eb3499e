//! Requests to a collector, over gRPC or HTTP.
//!
//! The messages are those of `opentelemetry-proto`. Sending, retries and responses are handled
//! here, so that every item is counted, also when a collector accepts only a part of a request.

mod advice;
mod cause;
mod connect;
mod endpoint;
mod exchange;
mod failure;
mod gate;
#[cfg(feature = "otlp-grpc")]
mod grpc;
#[cfg(not(feature = "otlp-grpc"))]
#[path = "missing.rs"]
mod grpc;
#[cfg(feature = "otlp-grpc")]
mod head;
mod headers;
#[cfg(feature = "otlp-http")]
mod http;
#[cfg(not(feature = "otlp-http"))]
#[path = "missing.rs"]
mod http;
mod kept;
mod notice;
mod proxy;
#[cfg(feature = "otlp-http")]
mod put;
mod retry;
mod status;
mod tls;

use std::{future::Future, marker::PhantomData, pin::Pin, sync::Arc};

use bytes::Bytes;
use prost::Message;

use self::{
    endpoint::Endpoint,
    failure::{Failure, Kind, Retry},
    notice::Notices,
    retry::Retries,
};
use super::{InvalidSetting, OtlpError, OtlpSettings, Protocol};
#[cfg(feature = "otlp-http")]
pub(crate) use put::put;

use crate::export::{Counts, Deadline, DropReason, Flushes, Outcome, flushes::Closed};

/// The most bytes of a response that are read.
const LONGEST_RESPONSE: usize = 1 << 20;
/// The user agent (OpenTelemetry Protocol Exporter, "User Agent").
const USER_AGENT: &str = concat!(
    "OTel-OTLP-Exporter-Rust/",
    env!("CARGO_PKG_VERSION"),
    " glyph"
);

/// The request of one signal.
pub(super) trait Request: Message {
    type Response: Message + Default;
    /// The name of several items, in the log.
    const ITEMS: &'static str;
    /// The path of OTLP/HTTP, for endpoints without one.
    const PATH: &'static str;
    /// The method of OTLP/gRPC.
    const METHOD: &'static str;

    /// Returns how many items of a request the collector rejected, and why.
    fn rejected(response: Self::Response) -> Option<(i64, String)>;
}

/// Sends requests of one signal to a collector, one after the other.
pub(super) struct Client<R> {
    transport: Box<dyn Transport>,
    retries: Retries,
    request: PhantomData<fn(R)>,
}

type Sending<'t> = Pin<Box<dyn Future<Output = Result<Bytes, Failure>> + Send + 't>>;

/// A connection to a collector. Implemented for gRPC and for HTTP.
trait Transport: Send + Sync {
    /// Prepares an encoded message for all attempts.
    fn pack(&self, message: Bytes) -> Bytes {
        message
    }

    fn send(&self, packed: Bytes) -> Sending<'_>;

    /// Returns whether the collector has taken the last request, though there is no response yet.
    fn is_accepted(&self) -> bool;
}

impl<R: Request> Client<R> {
    pub(super) fn new(settings: &OtlpSettings) -> Result<Self, OtlpError> {
        InvalidSetting::check_time("attempt timeout", settings.timeout)?;
        let endpoint = Endpoint::parse(settings, R::PATH)?;
        let notices = Notices::new(endpoint.clone(), endpoint.url(), R::ITEMS);
        let retries = Retries::new(settings, &endpoint, notices);
        let transport = match settings.protocol {
            Protocol::Grpc => grpc::connect(settings, endpoint, R::METHOD)?,
            Protocol::HttpProtobuf => http::connect(settings, endpoint, R::PATH)?,
        };
        Ok(Self {
            transport,
            retries,
            request: PhantomData,
        })
    }

    pub(super) fn follow(&mut self, flushes: &Arc<Flushes>) {
        self.retries.follow(flushes);
    }

    /// Returns when requests may leave again, unless they may.
    pub(super) fn closed_until(&self, counts: &Counts) -> Option<Closed> {
        self.retries.closed_until(counts)
    }

    pub(super) fn url(&self) -> &str {
        self.retries.url()
    }

    /// Sends a request of so many items until it is accepted or rejected, or until the deadline.
    pub(super) async fn send(
        &mut self,
        request: &R,
        items: usize,
        deadline: Deadline,
        counts: &Counts,
    ) -> Outcome {
        self.send_encoded(request.encode_to_vec(), items, deadline, counts)
            .await
    }

    /// [`Client::send`] for a request that is encoded already.
    pub(super) async fn send_encoded(
        &mut self,
        request: Vec<u8>,
        items: usize,
        deadline: Deadline,
        counts: &Counts,
    ) -> Outcome {
        let transport = &self.transport;
        let packed = transport.pack(request.into());
        let response = self
            .retries
            .run(&**transport, packed, deadline, counts)
            .await;
        match response.map(R::Response::decode) {
            Ok(Ok(response)) => {
                let (rejected, reason) = R::rejected(response).unwrap_or_default();
                let rejected = usize::try_from(rejected).unwrap_or(0);
                if rejected > 0 {
                    let cause = format!("the collector rejected {rejected} {}: {reason}", R::ITEMS);
                    let failure = Failure::new(Kind::Rejected, Retry::Never, cause);
                    self.retries.rejected_part(&failure, counts);
                }
                Outcome::exported(items.saturating_sub(rejected))
            }
            Ok(Err(error)) => {
                let cause = format!("the response is not OTLP: {error}");
                let failure = Failure::new(Kind::Unreadable, Retry::Never, cause);
                self.retries.refuse(&failure, counts);
                Outcome::lost(DropReason::Rejected)
            }
            Err(Retry::Never) => Outcome::lost(DropReason::Rejected),
            Err(Retry::After(_)) => Outcome::lost(DropReason::Failed),
        }
    }
}
