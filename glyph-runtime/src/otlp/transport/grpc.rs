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
    Endpoint, LONGEST_RESPONSE, OtlpError, OtlpSettings, Sending, Transport,
    failure::{Failure, Retry, chain},
    headers, tls,
};
use crate::otlp::Compression;

/// The interval of pings on a silent connection.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

struct Client {
    grpc: Grpc<Pool<HttpsConnector<HttpConnector>, Body>>,
    metadata: MetadataMap,
    method: &'static str,
    timeout: Duration,
}

pub(super) fn connect(
    settings: &OtlpSettings,
    endpoint: Endpoint,
    method: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    let connector = tls::connector(settings, &endpoint)?
        .enable_http2()
        .wrap_connector(tls::tcp(settings));
    let pool = Pool::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .timer(TokioTimer::new())
        .http2_only(true)
        .http2_keep_alive_interval(KEEP_ALIVE)
        .build(connector);
    let mut grpc = Grpc::with_origin(pool, endpoint.uri)
        .max_decoding_message_size(LONGEST_RESPONSE)
        .accept_compressed(CompressionEncoding::Gzip);
    if settings.compression == Compression::Gzip {
        grpc = grpc.send_compressed(CompressionEncoding::Gzip);
    }
    Ok(Box::new(Client {
        grpc,
        metadata: MetadataMap::from_headers(headers::headers(settings)?),
        method,
        timeout: settings.timeout,
    }))
}

impl Transport for Client {
    fn send(&self, message: Bytes) -> Sending<'_> {
        let mut request = Request::new(message);
        *request.metadata_mut() = self.metadata.clone();
        request.set_timeout(self.timeout);
        let path = PathAndQuery::from_static(self.method);
        let mut grpc = self.grpc.clone();
        Box::pin(async move {
            let response = grpc.unary(request, path, Raw).await;
            response
                .map(tonic::Response::into_inner)
                .map_err(|status| failure(&status))
        })
    }
}

/// OTLP specification, "OTLP/gRPC Response": which codes are retried, and when.
fn failure(status: &Status) -> Failure {
    let after = status
        .get_details_retry_info()
        .and_then(|info| info.retry_delay);
    let retry = match status.code() {
        Code::Cancelled
        | Code::DeadlineExceeded
        | Code::Aborted
        | Code::OutOfRange
        | Code::Unavailable
        | Code::DataLoss => Retry::After(after),
        Code::ResourceExhausted if after.is_some() => Retry::After(after),
        // The connection failed: the status has a local error as its source, and is not from the
        // collector.
        Code::Unknown | Code::Internal if status.source().is_some() => Retry::After(None),
        _ => Retry::Never,
    };
    Failure::new(retry, chain(status))
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
