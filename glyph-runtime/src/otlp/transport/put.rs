//! One `PUT` of text, over the connections of OTLP: with its proxies, TLS and limits.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, StatusCode, header};
use http_body_util::{BodyExt, Collected, Full, Limited};
use hyper_util::{
    client::legacy::Client as Pool,
    rt::{TokioExecutor, TokioTimer},
};

use super::{Endpoint, OtlpError, OtlpSettings, cause, connect::Connector, headers, proxy::Proxy};

/// The user agent of requests that are not OTLP.
const USER_AGENT: &str = concat!("glyph/", env!("CARGO_PKG_VERSION"));
/// The most bytes of a response that are read.
const LONGEST_RESPONSE: usize = 4096;

/// The response to a `PUT`: its status, and the beginning of its body.
pub(crate) struct PutResponse {
    pub(crate) status: StatusCode,
    pub(crate) body: Bytes,
}

/// Sends `body` to the URL of `settings`, which has a path.
///
/// Returns an error of the connection as `Ok(Err(..))`.
pub(crate) async fn put(
    settings: &OtlpSettings,
    content_type: &'static str,
    body: String,
) -> Result<Result<PutResponse, String>, OtlpError> {
    let endpoint = Endpoint::parse(settings, "")?;
    let proxy = Proxy::of(settings, &endpoint)?;
    let mut headers = headers::headers(settings, proxy.as_ref())?;
    headers.insert(header::USER_AGENT, HeaderValue::from_static(USER_AGENT));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    let (connector, exchange) = Connector::new(settings, &endpoint, proxy)?;
    let pool: Pool<Connector, Full<Bytes>> = Pool::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .build(connector);
    let mut request = Request::new(Full::new(body.into()));
    *request.method_mut() = Method::PUT;
    *request.uri_mut() = endpoint.uri.clone();
    *request.headers_mut() = headers;
    exchange.begin();
    let response = match pool.request(request).await {
        Ok(response) => response,
        Err(error) => return Ok(Err(cause::failure(&error, &exchange, &endpoint).to_string())),
    };
    let (head, body) = response.into_parts();
    let body = Limited::new(body, LONGEST_RESPONSE).collect().await;
    Ok(Ok(PutResponse {
        status: head.status,
        body: body.map(Collected::to_bytes).unwrap_or_default(),
    }))
}
