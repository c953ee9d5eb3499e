//! The headers that lead from a response to its trace.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::SpanContext;

use crate::{http::propagation, log::RequestId};

/// Which headers a response gets; the fields are their names, and `None` leaves one out.
///
/// ```
/// use glyph_runtime::http::ResponseHeaders;
///
/// let headers = ResponseHeaders { server_timing: false, ..ResponseHeaders::default() };
/// assert_eq!(headers.trace_id.unwrap(), "x-trace-id");
/// ```
#[derive(Clone, Debug)]
pub struct ResponseHeaders {
    /// `X-Correlation-ID`: the trace id, or the request id where there is no trace.
    pub correlation_id: Option<HeaderName>,
    /// `X-Trace-ID`: the trace id, 32 hexadecimal digits.
    pub trace_id: Option<HeaderName>,
    /// `X-Request-ID`: the request id.
    pub request_id: Option<HeaderName>,
    /// `traceparent`: the server's span (W3C Trace Context).
    pub traceparent: bool,
    /// `Server-Timing`: the same for a page's scripts, and the time up to the response's head (W3C Server Timing).
    pub server_timing: bool,
}

impl Default for ResponseHeaders {
    fn default() -> Self {
        Self {
            correlation_id: Some(HeaderName::from_static("x-correlation-id")),
            trace_id: Some(HeaderName::from_static("x-trace-id")),
            request_id: Some(HeaderName::from_static("x-request-id")),
            traceparent: true,
            server_timing: true,
        }
    }
}

impl ResponseHeaders {
    /// None of them.
    #[must_use]
    pub const fn none() -> Self {
        Self {
            correlation_id: None,
            trace_id: None,
            request_id: None,
            traceparent: false,
            server_timing: false,
        }
    }

    pub(crate) fn write(
        &self,
        headers: &mut HeaderMap,
        span: &SpanContext,
        request: Option<&RequestId>,
        elapsed: Duration,
    ) {
        let trace = span.is_valid().then(|| span.trace_id().to_string());
        let request = request.map(RequestId::as_str);
        insert(headers, self.trace_id.as_ref(), trace.as_deref());
        insert(headers, self.request_id.as_ref(), request);
        let correlation = trace.as_deref().or(request);
        insert(headers, self.correlation_id.as_ref(), correlation);
        if !span.is_valid() {
            return;
        }
        let milliseconds = elapsed.as_secs_f64() * 1e3;
        let traceparent = propagation::traceparent(span);
        if self.server_timing {
            let timing = format!("traceparent;desc=\"{traceparent}\", app;dur={milliseconds:.3}");
            if let Ok(value) = HeaderValue::try_from(timing) {
                headers.append("server-timing", value);
            }
        }
        if self.traceparent
            && let Ok(value) = HeaderValue::try_from(traceparent)
        {
            headers.insert("traceparent", value);
        }
    }
}

fn insert(headers: &mut HeaderMap, name: Option<&HeaderName>, value: Option<&str>) {
    if let (Some(name), Some(Ok(value))) = (name, value.map(HeaderValue::from_str)) {
        headers.insert(name, value);
    }
}
