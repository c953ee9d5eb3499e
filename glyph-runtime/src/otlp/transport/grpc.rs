//! OTLP over gRPC.

use std::{error::Error, sync::Arc, time::Duration};

use bytes::{Buf, BufMut, Bytes};
use http::{StatusCode, uri::PathAndQuery};
use hyper_util::{
    client::legacy::Client as Pool,
    rt::{TokioExecutor, TokioTimer},
};
use tonic::{
    Code, Request, Status,
    body::Body,
    client::Grpc,
    codec::{Codec, CompressionEncoding, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataMap,
};
use tonic_types::StatusExt;

use super::{
    Endpoint, LONGEST_RESPONSE, OtlpError, OtlpSettings, Sending, Transport, cause,
    connect::Connector,
    exchange::Exchange,
    failure::{Failure, Kind, Retry},
    head::{Call, Head, Heard},
    headers,
    proxy::Proxy,
    status,
};
use crate::{export::limits::LONGEST_TIME, otlp::Compression};

/// The interval of pings on a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

struct Client {
    pool: Pool<Connector, Body>,
    endpoint: Endpoint,
    exchange: Arc<Exchange>,
    metadata: MetadataMap,
    method: &'static str,
    /// `None` if an attempt has no limit.
    timeout: Option<Duration>,
    compression: Compression,
}

pub(super) fn connect(
    settings: &OtlpSettings,
    endpoint: Endpoint,
    method: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    let proxy = Proxy::of(settings, &endpoint)?;
    let headers = headers::headers(settings, proxy.as_ref())?;
    let (connector, exchange) = Connector::new(settings, &endpoint, proxy)?;
    let pool = Pool::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .http2_only(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .build(connector);
    Ok(Box::new(Client {
        pool,
        endpoint,
        exchange,
        metadata: MetadataMap::from_headers(headers),
        method,
        timeout: (settings.timeout < LONGEST_TIME).then_some(settings.timeout),
        compression: settings.compression,
    }))
}

impl Client {
    fn grpc(&self, heard: &Heard) -> Grpc<Call> {
        let call = Call {
            pool: self.pool.clone(),
            heard: heard.clone(),
            exchange: Arc::clone(&self.exchange),
        };
        let grpc = Grpc::with_origin(call, self.endpoint.uri.clone())
            .max_decoding_message_size(LONGEST_RESPONSE)
            .accept_compressed(CompressionEncoding::Gzip);
        match self.compression {
            Compression::Gzip => grpc.send_compressed(CompressionEncoding::Gzip),
            Compression::None => grpc,
        }
    }

    async fn request(&self, message: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.metadata.clone();
        if let Some(timeout) = self.timeout {
            request.set_timeout(timeout);
        }
        let path = PathAndQuery::from_static(self.method);
        let heard = Heard::default();
        self.exchange.begin();
        let response = self.grpc(&heard).unary(request, path, Raw).await;
        response
            .map(tonic::Response::into_inner)
            .map_err(|status| self.failure(&status, heard.head()))
    }

    fn failure(&self, status: &Status, head: Option<Head>) -> Failure {
        // The connection failed: the status has a local error as its source, and is not from the
        // collector.
        if let Some(error) = status.source() {
            return cause::failure(error, &self.exchange, &self.endpoint);
        }
        match head {
            Some(head) if head.status != StatusCode::OK => {
                status::failure(head.status, &head.headers)
            }
            _ if self.exchange.is_accepted() && is_too_long(status.code()) => {
                Failure::new(Kind::Unreadable, Retry::Never, status.message())
            }
            _ => failure(status),
        }
    }
}

impl Transport for Client {
    fn send(&self, message: Bytes) -> Sending<'_> {
        Box::pin(self.request(message))
    }

    fn is_accepted(&self) -> bool {
        self.exchange.is_accepted()
    }
}

/// Returns whether tonic gives this code to a response that is longer than the limit.
fn is_too_long(code: Code) -> bool {
    matches!(code, Code::OutOfRange | Code::ResourceExhausted)
}

/// OTLP specification, "OTLP/gRPC Response": which codes are retried, and when.
fn failure(status: &Status) -> Failure {
    let after = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    let (kind, retry) = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => (Kind::Overloaded, Retry::After(after)),
        Code::ResourceExhausted if after.is_some() => (Kind::Overloaded, Retry::After(after)),
        Code::Unauthenticated | Code::PermissionDenied => (Kind::Unauthorized, Retry::Never),
        Code::Unimplemented => (Kind::NotFound, Retry::Never),
        _ => (Kind::Rejected, Retry::Never),
    };
    let asked = after.map(status::pause).unwrap_or_default();
    Failure::new(
        kind,
        retry,
        format!("the collector responded {}{asked}", said(status)),
    )
}

/// Returns the name of the code, and the message of the collector.
fn said(status: &Status) -> String {
    match status.message() {
        "" => format!("{:?}", status.code()),
        message => format!("{:?}: {message}", status.code()),
    }
}

/// A codec of messages that are already encoded, once for all attempts.
#[derive(Clone, Copy, Debug, Default)]
struct Raw;

impl Codec for Raw {
    type Encode = Bytes;
    type Decode = Bytes;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn encode(&mut self, message: Bytes, into: &mut EncodeBuf<'_>) -> Result<(), Status> {
        into.reserve(message.len());
        into.put(message);
        Ok(())
    }
}

impl Decoder for Raw {
    type Item = Bytes;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<Bytes>, Status> {
        Ok(Some(from.copy_to_bytes(from.remaining())))
    }
}
