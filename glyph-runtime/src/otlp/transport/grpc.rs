//! OTLP over gRPC.

use std::{error::Error, time::Duration};

use bytes::{Buf, BufMut, Bytes};
use http::uri::PathAndQuery;
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
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
    LONGEST_ANSWER, Signal,
    endpoint::Endpoint,
    failure::{Failure, Hope, chain},
    headers,
    tls::{self, Versions},
};
use crate::trace::{Compression, OtlpSettings, TraceError};

/// A connection that says nothing for this long is asked whether it is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

pub(super) struct Client {
    grpc: Grpc<Pool<HttpsConnector<HttpConnector>, Body>>,
    metadata: MetadataMap,
    method: &'static str,
    timeout: Duration,
}

impl Client {
    #[expect(clippy::needless_pass_by_value, reason = "as the other transport does")]
    pub(super) fn new(
        settings: &OtlpSettings,
        signal: Signal,
        endpoint: Endpoint,
    ) -> Result<Self, TraceError> {
        let connector = tls::connector(settings, &endpoint, Versions::Http2)?;
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .timer(TokioTimer::new())
            .http2_only(true)
            .http2_keep_alive_interval(KEEP_ALIVE)
            .build(connector);
        let mut grpc = Grpc::with_origin(pool, endpoint.uri.clone())
            .max_decoding_message_size(LONGEST_ANSWER)
            .accept_compressed(CompressionEncoding::Gzip);
        if settings.compression == Compression::Gzip {
            grpc = grpc.send_compressed(CompressionEncoding::Gzip);
        }
        Ok(Self {
            grpc,
            metadata: MetadataMap::from_headers(headers::given(settings)?),
            method: signal.method(),
            timeout: settings.timeout,
        })
    }

    pub(super) async fn send(&self, message: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.metadata.clone();
        request.set_timeout(self.timeout);
        let path = PathAndQuery::from_static(self.method);
        let mut grpc = self.grpc.clone();
        let answer = grpc.unary(request, path, Raw).await;
        answer
            .map(tonic::Response::into_inner)
            .map_err(|status| failure(&status))
    }
}

/// OTLP specification, "OTLP/gRPC Response": which codes may pass, and when.
fn failure(status: &Status) -> Failure {
    let after = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    let hope = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Hope::Later(after),
        Code::ResourceExhausted if after.is_some() => Hope::Later(after),
        // The connection failed: no answer said so, an error here did.
        Code::Unknown | Code::Internal if status.source().is_some() => Hope::Later(None),
        _ => Hope::None,
    };
    Failure::new(hope, chain(status))
}

/// Messages that are encoded once for all attempts.
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
