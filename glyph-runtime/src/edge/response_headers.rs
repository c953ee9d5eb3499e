//! Response headers that lead to the trace of a request.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::SpanContext;

use super::server_timing;
use crate::trace::propagation::traceparent;

/// The names of the headers to add to responses. `None` adds none.
///
/// ```
/// use glyph_runtime::http::ResponseHeaders;
///
/// let headers = ResponseHeaders { server_timing: false, ..ResponseHeaders::default() };
/// assert_eq!(headers.trace_id.unwrap(), "x-trace-id");
/// ```
#[derive(Clone, Debug)]
pub struct ResponseHeaders {
    /// `X-Correlation-ID`: the trace id, or the request id if there is no trace.
    pub correlation_id: Option<HeaderName>,
    /// `X-Trace-ID`: the trace id, 32 hexadecimal digits.
    pub trace_id: Option<HeaderName>,
    /// `X-Request-ID`: the request id.
    pub request_id: Option<HeaderName>,
    /// `traceparent`: the server's span (W3C Trace Context).
    pub traceparent: bool,
    /// `Server-Timing`: the same for scripts in a browser, and the time until the head of the
    /// response (W3C Server Timing). Behind a gateway with such a layer, the gateway's replaces
    /// that of the server below. What other programs put into the header stays.
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
    /// Returns settings that add no header.
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

    pub(super) fn write(
        &self,
        headers: &mut HeaderMap,
        span: &SpanContext,
        request: Option<&HeaderValue>,
        elapsed: Duration,
    ) {
        headers.reserve(MOST);
        let traced = Traced::new(span, elapsed);
        let trace = traced.as_ref().map(|traced| &traced.trace);
        insert(headers, self.trace_id.as_ref(), trace);
        insert(headers, self.request_id.as_ref(), request);
        insert(headers, self.correlation_id.as_ref(), trace.or(request));
        let Some(traced) = traced else { return };
        if self.server_timing {
            server_timing::append(headers, traced.timing);
        }
        if self.traceparent {
            headers.insert(&TRACEPARENT, traced.parent);
        }
    }
}

static TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// The length of `Server-Timing` for a response that takes less than a day.
const LONGEST: usize = 96;

/// The most headers that are added.
const MOST: usize = 5;

/// The header values of a trace. They share one buffer.
struct Traced {
    trace: HeaderValue,
    parent: HeaderValue,
    timing: HeaderValue,
}

impl Traced {
    fn new(span: &SpanContext, elapsed: Duration) -> Option<Self> {
        const BEFORE: &[u8] = b"traceparent;desc=\"";
        let mut text = Vec::with_capacity(LONGEST);
        text.extend_from_slice(BEFORE);
        if !traceparent::push(&mut text, span) {
            return None;
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        let (mut whole, mut part) = (itoa::Buffer::new(), itoa::Buffer::new());
        // Add 1000 and drop the leading 1 to keep leading zeros.
        let part = part.format(1000 + micros % 1000);
        let part = part.get(1..).unwrap_or_default();
        text.extend_from_slice(b"\", app;dur=");
        text.extend_from_slice(whole.format(micros / 1000).as_bytes());
        text.push(b'.');
        text.extend_from_slice(part.as_bytes());
        let timing = Bytes::from(text);
        let from = BEFORE.len();
        let trace = timing.slice(from + "00-".len()..from + "00-".len() + 32);
        let parent = timing.slice(from..from + traceparent::LENGTH);
        Some(Self {
            trace: HeaderValue::from_maybe_shared(trace).ok()?,
            parent: HeaderValue::from_maybe_shared(parent).ok()?,
            timing: HeaderValue::from_maybe_shared(timing).ok()?,
        })
    }
}

fn insert(headers: &mut HeaderMap, name: Option<&HeaderName>, value: Option<&HeaderValue>) {
    if let (Some(name), Some(value)) = (name, value) {
        headers.insert(name, value.clone());
    }
}
