//! Propagation of traces and baggage between processes: W3C Trace Context and W3C Baggage, and the
//! formats of Zipkin and Jaeger if they are asked for.
//!
//! [`extract`] reads the trace and the baggage of a request, and [`inject`] writes them to an
//! outgoing one. Carriers are HTTP headers, gRPC metadata, maps of strings, and implementations of
//! OpenTelemetry's [`Extractor`](opentelemetry::propagation::Extractor) and
//! [`Injector`](opentelemetry::propagation::Injector), as `dyn` of these.
//!
//! ```
//! use std::collections::HashMap;
//! use glyph_runtime::{correlation_id, trace::propagation};
//!
//! # let headers = HashMap::from([
//! #     ("traceparent".to_owned(), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".to_owned()),
//! # ]);
//! let remote = propagation::extract(&headers);
//! remote.in_scope(|| {
//!     // A stage or a span that is opened here is a child of the caller's span.
//!     let mut outgoing = HashMap::new();
//!     propagation::inject(&mut outgoing);
//!     assert_eq!(outgoing["traceparent"][3..35], *correlation_id().unwrap().as_str());
//! });
//! ```
//!
//! # Untrusted headers
//!
//! Headers are untrusted. A malformed one is never an error, and their size is limited:
//!
//! | header | accepted | otherwise |
//! |---|---|---|
//! | `traceparent` | exactly one, in the form of version 00, or longer in a later version | no remote span |
//! | `tracestate` | with a valid `traceparent`: up to 32 members, all well-formed, no key twice | all of it is omitted |
//! | `tracestate` beyond 512 bytes | the members that fit: those above 128 bytes are removed first, then the last | |
//! | `b3`, `x-b3-*` | each at most once, ids of full length; a trace id may have 16 digits | no remote span, also for a decision without ids, such as `b3: 0` |
//! | `uber-trace-id` | exactly one of at most 128 bytes, with ids that may lack leading zeros | no remote span |
//! | `baggage` | the first 64 well-formed entries within 8192 bytes; invalid UTF-8 becomes U+FFFD | the entry is omitted |
//!
//! Under a parent-based [`Sampler`](crate::trace::Sampler) the caller decides whether its trace is
//! sampled. Do not [`extract`] from untrusted clients that must not decide that.
//!
//! # What is propagated
//!
//! Both `traceparent` with `tracestate` and `baggage`, unless
//! [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) finds something else in
//! `OTEL_PROPAGATORS`, which also knows `b3`, `b3multi` and `jaeger` (OpenTelemetry specification,
//! "Propagators Distribution"). All of its formats are written. The first valid one of `traceparent`,
//! B3 in either form, and `uber-trace-id` is read. Jaeger's own baggage is not. A header that is not propagated is neither read, written nor removed. After
//! `install` OpenTelemetry's global propagator does the same for libraries that use it.
//!
//! # A caller whose trace is not sampled
//!
//! Stages build no span. The caller's ids are those of log lines and of
//! [`correlation_id`](crate::correlation_id), and [`inject`] propagates them unchanged.

mod b3;
mod baggage;
mod carrier;
mod enabled;
pub(crate) mod global;
mod ids;
mod jaeger;
pub(crate) mod traceparent;
mod tracestate;

use opentelemetry::{
    Context,
    trace::{SpanContext, TraceContextExt, TraceState},
};

pub use carrier::{Extract, Inject};
use enabled::EnabledFormats;
pub(crate) use enabled::Format;

use super::{Baggage, connect};
use crate::context::{InTraceContext, current_context};

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// The trace and the baggage of a caller in another process. A link to it links to the caller's
/// span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remote {
    span: Option<SpanContext>,
    baggage: Baggage,
}

/// Reads the headers `traceparent`, `tracestate` and `baggage`, or those of the formats that
/// `OTEL_PROPAGATORS` sets.
///
/// Malformed headers are omitted: see the [module](self).
#[must_use]
pub fn extract<C: Extract + ?Sized>(carrier: &C) -> Remote {
    connect();
    let enabled = EnabledFormats::now();
    let mut span = None;
    if enabled.has(Format::TraceContext) {
        span = parent(carrier);
    }
    if enabled.has_others() && span.is_none() {
        span = other_parent(carrier, enabled);
    }
    let baggage = enabled
        .has(Format::Baggage)
        .then(|| baggage::parse(carrier.values(BAGGAGE)));
    Remote {
        span,
        baggage: baggage.unwrap_or_default(),
    }
}

/// Returns the caller's span in a format that is not one of the W3C.
fn other_parent<C: Extract + ?Sized>(carrier: &C, enabled: EnabledFormats) -> Option<SpanContext> {
    let reads_b3 = enabled.has(Format::B3) || enabled.has(Format::B3Multi);
    let by_b3 = reads_b3.then(|| b3::extract(carrier)).flatten();
    let by_jaeger = || {
        enabled
            .has(Format::Jaeger)
            .then(|| jaeger::extract(carrier))
    };
    by_b3.or_else(|| by_jaeger().flatten())
}

fn parent<C: Extract + ?Sized>(carrier: &C) -> Option<SpanContext> {
    let (trace, span, flags) = traceparent::parse(carrier::only(carrier, TRACEPARENT)?)?;
    let state = tracestate::parse(carrier.values(TRACESTATE));
    Some(SpanContext::new(
        trace,
        span,
        flags,
        true,
        state.unwrap_or_default(),
    ))
}

/// Writes the headers `traceparent`, `tracestate` and `baggage` of the running code, or those of the
/// formats that `OTEL_PROPAGATORS` sets.
///
/// Existing headers with these names are replaced, or removed if there is no value.
pub fn inject<C: Inject + ?Sized>(carrier: &mut C) {
    let texts = current_context::read(texts).unwrap_or_else(|| texts(&Context::new()));
    for (name, text) in texts {
        if text.is_empty() {
            carrier.remove(name);
        } else {
            carrier.set(name, text);
        }
    }
}

type Text = (&'static str, String);

/// Returns the headers of a context. One to remove is empty.
fn texts(context: &Context) -> impl Iterator<Item = Text> + use<> {
    let enabled = EnabledFormats::now();
    let mut others = Vec::new();
    if enabled.has_others() {
        others = other_texts(context.span().span_context(), enabled);
    }
    w3c_texts(context, enabled)
        .into_iter()
        .flatten()
        .chain(others)
}

/// Returns the headers in formats that are not of the W3C.
fn other_texts(span: &SpanContext, enabled: EnabledFormats) -> Vec<Text> {
    let mut texts = Vec::new();
    if enabled.has(Format::B3) {
        texts.extend(b3::in_one(span));
    }
    if enabled.has(Format::B3Multi) {
        texts.extend(b3::in_several(span));
    }
    if enabled.has(Format::Jaeger) {
        texts.push(jaeger::header(span));
    }
    texts
}

/// A header that is not propagated is `None`.
fn w3c_texts(context: &Context, enabled: EnabledFormats) -> [Option<Text>; 3] {
    let [parent, state] = if enabled.has(Format::TraceContext) {
        let span = context.span();
        let span = span.span_context();
        let state = span.is_valid().then(|| outgoing(span.trace_state()));
        let parent = traceparent::format(span);
        [
            Some((TRACEPARENT, parent.unwrap_or_default())),
            Some((TRACESTATE, state.unwrap_or_default())),
        ]
    } else {
        [None, None]
    };
    let baggage = enabled
        .has(Format::Baggage)
        .then(|| (BAGGAGE, Baggage::of(context).to_string()));
    [parent, state, baggage]
}

/// Other libraries may have set a state that is not valid in a header.
fn outgoing(state: &TraceState) -> String {
    let header = state.header();
    if header.is_empty() {
        return header;
    }
    let valid = tracestate::parse([header.as_bytes()].into_iter());
    valid.map(|state| state.header()).unwrap_or_default()
}

impl Remote {
    /// Creates a caller without baggage.
    pub(super) fn from_span(span: &SpanContext) -> Self {
        Self {
            span: Some(span.clone()),
            baggage: Baggage::default(),
        }
    }

    /// The caller's span, if it sent one.
    #[must_use]
    pub fn span_context(&self) -> Option<&SpanContext> {
        self.span.as_ref()
    }

    /// The baggage of the request.
    #[must_use]
    pub fn baggage(&self) -> &Baggage {
        &self.baggage
    }

    /// Runs `work` in the caller's context: spans opened in it are children of the caller's span.
    ///
    /// A part that the caller did not send, trace or baggage, stays the current one.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = current_context::attach(self.context());
        work()
    }

    /// Returns a future that is in the caller's context whenever it is polled, as with
    /// [`in_scope`](Self::in_scope).
    ///
    /// Open the span that is to be the caller's child inside of it: `remote.scope(async {
    /// stage().await })`.
    pub fn scope<F: Future>(&self, future: F) -> InTraceContext<F> {
        current_context::within(self.context(), future)
    }

    fn context(&self) -> Context {
        self.within(current_context::current())
    }

    /// Returns `context` with the caller's trace and baggage.
    pub(crate) fn within(&self, mut context: Context) -> Context {
        if let Some(span) = &self.span {
            context = context.with_remote_span_context(span.clone());
        }
        if !self.baggage.is_empty() {
            context = self.baggage.within(&context);
        }
        context
    }
}
