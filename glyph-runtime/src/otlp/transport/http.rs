//! OTLP over HTTP with protobuf.

use std::{
    io::Write,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use flate2::{Compression as Level, write::GzEncoder};
use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, Uri, header, uri::PathAndQuery};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::HttpsConnector;
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::{TokioExecutor, TokioTimer},
};

use super::{
    Endpoint, LONGEST_RESPONSE, OtlpError, OtlpSettings, Sending, Transport,
    endpoint::invalid,
    failure::{Failure, Retry, chain},
    headers, tls,
};
use crate::otlp::Compression;

const PROTOBUF: &str = "application/x-protobuf";

struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    uri: Uri,
    headers: HeaderMap,
    gzip: bool,
}

pub(super) fn connect(
    settings: &OtlpSettings,
    endpoint: Endpoint,
    path: &'static str,
) -> Result<Box<dyn Transport>, OtlpError> {
    let connector = tls::connector(settings, &endpoint)?
        .enable_all_versions()
        .wrap_connector(tls::tcp(settings));
    let gzip = settings.compression == Compression::Gzip;
    let mut headers = headers::headers(settings)?;
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(PROTOBUF));
    if gzip {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    Ok(Box::new(Client {
        pool: Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_max_idle_per_host(1)
            .build(connector),
        uri: with_path(endpoint, settings.endpoint.trim(), path)?,
        headers,
        gzip,
    }))
}

/// Adds the path of the signal to an endpoint without a path (OpenTelemetry Protocol Exporter,
/// "Endpoint URLs for OTLP/HTTP").
fn with_path(endpoint: Endpoint, given: &str, path: &'static str) -> Result<Uri, OtlpError> {
    let after_scheme = given.split_once("://").map_or(given, |(_, rest)| rest);
    if after_scheme.contains('/') {
        return Ok(endpoint.uri);
    }
    let mut parts = endpoint.uri.into_parts();
    parts.path_and_query = Some(PathAndQuery::from_static(path));
    Uri::from_parts(parts).map_err(|error| invalid(given, &error))
}

impl Client {
    async fn request(&self, packed: Bytes) -> Result<Bytes, Failure> {
        let mut request = Request::new(Full::new(packed));
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let response = self.pool.request(request).await;
        let response = response.map_err(|error| Failure::new(Retry::After(None), chain(&error)))?;
        let (head, body) = response.into_parts();
        if !head.status.is_success() {
            return Err(failure(head.status, &head.headers));
        }
        let body = Limited::new(body, LONGEST_RESPONSE).collect().await;
        // The collector accepted it: never resend, even if reading the response fails.
        let body = body.map_err(|error| Failure::new(Retry::Never, error.to_string()))?;
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
}

/// Returns whether the body can be protobuf. Some collectors respond with JSON or text; that is a
/// success too.
fn is_readable(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    !kind.is_some_and(|kind| kind.starts_with("application/json") || kind.starts_with("text/plain"))
}

/// OTLP specification, "OTLP/HTTP Response": these four statuses are retried, after `Retry-After`
/// if it is there.
fn failure(status: StatusCode, headers: &HeaderMap) -> Failure {
    let retry = match status {
        StatusCode::TOO_MANY_REQUESTS
        | StatusCode::BAD_GATEWAY
        | StatusCode::SERVICE_UNAVAILABLE
        | StatusCode::GATEWAY_TIMEOUT => {
            Retry::After(headers.get(header::RETRY_AFTER).and_then(retry_after))
        }
        _ => Retry::Never,
    };
    Failure::new(retry, format!("the collector responded {status}"))
}

/// Parses seconds or a date (RFC 9110, section 10.2.3).
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

    use super::{Endpoint, retry_after, with_path};
    use crate::otlp::{OtlpSettings, Protocol};

    #[test]
    fn path_is_added_only_to_an_endpoint_without_one() {
        let url = |endpoint: &str| {
            let settings = OtlpSettings::new(endpoint, Protocol::HttpProtobuf);
            let parsed = Endpoint::parse(&settings).map_err(|error| error.to_string())?;
            let uri = with_path(parsed, endpoint, "/v1/traces");
            uri.map(|uri| uri.to_string())
                .map_err(|error| error.to_string())
        };
        let with_path = |endpoint, expected| assert_eq!(url(endpoint).as_deref(), Ok(expected));
        with_path("http://a:4318", "http://a:4318/v1/traces");
        with_path("http://a:4318/", "http://a:4318/");
        with_path("https://a/otlp/x", "https://a/otlp/x");
        with_path("a:4318", "https://a:4318/v1/traces");
    }

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
