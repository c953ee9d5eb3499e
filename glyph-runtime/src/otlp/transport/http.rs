//! OTLP over HTTP with protobuf.

use std::{io::Write, sync::Arc};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper_util::{
    client::legacy::Client as Pool,
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    Endpoint, LONGEST_RESPONSE, OtlpError, OtlpSettings, Sending, Transport, cause,
    connect::Connector,
    exchange::Exchange,
    failure::{Failure, Kind, Retry},
    headers,
    proxy::Proxy,
    status,
};
use crate::otlp::Compression;

const PROTOBUF: &str = "application/x-protobuf";

struct Client {
    pool: Pool<Connector, Full<Bytes>>,
    endpoint: Endpoint,
    exchange: Arc<Exchange>,
    headers: HeaderMap,
    gzip: bool,
}

pub(super) fn connect(
    settings: &OtlpSettings,
    endpoint: Endpoint,
    _: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    let gzip = settings.compression == Compression::Gzip;
    let proxy = Proxy::of(settings, &endpoint)?;
    let mut headers = headers::headers(settings, proxy.as_ref())?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    let (connector, exchange) = Connector::new(settings, &endpoint, proxy)?;
    Ok(Box::new(Client {
        pool: Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(1)
            .build(connector),
        endpoint,
        exchange,
        headers,
        gzip,
    }))
}

impl Client {
    async fn request(&self, packed: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(Full::new(packed));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.endpoint.uri.clone();
        *request.headers_mut() = self.headers.clone();
        self.exchange.begin();
        let response = self.pool.request(request).await;
        let response =
            response.map_err(|error| cause::failure(&error, &self.exchange, &self.endpoint))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(status::failure(head.status, &head.headers));
        }
        // Never resend from here on, even if reading the response fails or takes too long.
        self.exchange.accept();
        let body = Limited::new(body, LONGEST_RESPONSE).collect().await;
        let body = body.map_err(|error| {
            let cause = if error.is::<LengthLimitError>() {
                format!("the response is longer than {LONGEST_RESPONSE} bytes")
            } else {
                format!("the response cannot be read: {error}")
            };
            Failure::new(Kind::Unreadable, Retry::Never, cause)
        })?;
        let body = body.to_bytes();
        Ok(if is_readable(&head.headers) {
            body
        } else {
            Bytes::new()
        })
    }
}

impl Transport for Client {
    fn pack(&self, message: Bytes) -> Bytes {
        if !self.gzip {
            return message;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        // Writing to memory does not fail. If it did, the collector would reject the empty request.
        let written = encoder.write_all(&message).and_then(|()| encoder.finish());
        written.map(Bytes::from).unwrap_or_default()
    }

    fn send(&self, packed: Bytes) -> Sending<'_> {
        Box::pin(self.request(packed))
    }

    fn is_accepted(&self) -> bool {
        self.exchange.is_accepted()
    }
}

/// Returns whether the body can be protobuf. Some collectors respond with JSON or text; that is a
/// success too.
fn is_readable(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    !kind.is_some_and(|kind| kind.starts_with("application/json") || kind.starts_with("text/plain"))
}
