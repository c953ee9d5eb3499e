//! OTLP over HTTP with protobuf.

use std::{io::Write, time::Duration, time::SystemTime};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    LONGEST_ANSWER, Signal,
    endpoint::Endpoint,
    failure::{Failure, Hope},
    headers,
    tls::{self, Versions},
};
use crate::trace::{Compression, OtlpSettings, TraceError};

const PROTOBUF: &str = "application/x-protobuf";

pub(super) struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    gzip: bool,
}

impl Client {
    pub(super) fn new(
        settings: &OtlpSettings,
        signal: Signal,
        endpoint: Endpoint,
    ) -> Result<Self, TraceError> {
        let connector = tls::connector(settings, &endpoint, Versions::All)?;
        let gzip = settings.compression == Compression::Gzip;
        let mut headers = headers::given(settings)?;
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
        if gzip {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        Ok(Self {
            pool: Pool::builder(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .pool_max_idle_per_host(1)
                .build(connector),
            uri: endpoint.with_path(settings.endpoint.trim(), signal.path())?,
            headers,
            gzip,
        })
    }

    pub(super) fn pack(&self, message: Bytes) -> Bytes {
        if !self.gzip {
            return message;
        }
        let mut encoder = GzEncoder::new(Vec::new(), Level::fast());
        // Writing to memory does not fail; if it did, the collector would say so of the empty request.
        let written = encoder.write_all(&message).and_then(|()| encoder.finish());
        written.map(Bytes::from).unwrap_or_default()
    }

    pub(super) async fn send(&self, packed: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(Full::new(packed));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let response = self.pool.request(request).await;
        let response = response.map_err(|error| Failure::on_the_way(&error))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(failure(head.status, &head.headers));
        }
        let body = Limited::new(body, LONGEST_ANSWER).collect().await;
        // What was sent was taken, so the request is not sent again, however its answer ends.
        let body = body.map_err(|error| Failure::new(Hope::None, error.to_string()))?;
        let body = body.to_bytes();
        Ok(if is_readable(&head.headers) {
            body
        } else {
            Bytes::new()
        })
    }
}

/// Some collectors answer in other words than they were spoken to; a success it is all the same.
fn is_readable(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    !kind.is_some_and(|kind| kind.starts_with("application/json") || kind.starts_with("text/plain"))
}

/// OTLP specification, "OTLP/HTTP Response": these four may pass, with `Retry-After` if there is one.
fn failure(status: StatusCode, headers: &HeaderMap) -> Failure {
    let hope = match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            Hope::Later(headers.get(header::RETRY_AFTER).and_then(retry_after))
        }
        _ => Hope::None,
    };
    Failure::new(hope, format!("the collector answered {status}"))
}

/// Seconds or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &HeaderValue) -> Option<Duration> {
    let value = value.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = httpdate::parse_http_date(value).ok()?;
    Some(at.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use http::HeaderValue;

    use super::retry_after;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let after = |text: &str| {
            HeaderValue::from_str(text)
                .ok()
                .and_then(|value| retry_after(&value))
        };
        assert_eq!(after("7"), Some(Duration::from_secs(7)));
        assert_eq!(after("soon"), None);
        assert_eq!(after("-1"), None);
        assert_eq!(after("Fri, 01 Jan 2016 00:00:00 GMT"), Some(Duration::ZERO));
        let later = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(100));
        assert!(after(&later).is_some_and(|wait| wait > Duration::from_secs(90)));
    }
}
