//! Traces and baggage across the borders of a process: W3C Trace Context and W3C Baggage.
//!
//! [`extract`] reads what a request says of the work it is part of, and [`inject`] says it to the next process.
//! Carriers are headers of HTTP and metadata of gRPC, maps of strings, and whatever else implements OpenTelemetry's
//! [`Extractor`](opentelemetry::propagation::Extractor) and [`Injector`](opentelemetry::propagation::Injector), as
//! `dyn` of these.
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
//! # What is not believed
//!
//! Headers come from anywhere. None of them is ever an error, and what is held of them is bounded:
//!
//! | header | taken | otherwise |
//! |---|---|---|
//! | `traceparent` | exactly one, in the form of version 00 or with more behind it in a later one | there is no remote span |
//! | `tracestate` | with a valid `traceparent`: up to 32 members, all well-formed, no key twice | all of it is left out |
//! | `tracestate` beyond 512 bytes | those members that fit: first go the ones above 128 bytes, then the last | |
//! | `baggage` | the first 64 well-formed entries within 8192 bytes; what is no UTF-8 becomes U+FFFD | the entry is left out |
//!
//! A caller who says that its trace is sampled has it sampled under a parent-based [`Sampler`](crate::trace::Sampler). Do
//! not [`extract`] at an edge where strangers must not decide that.
//!
//! # What is handed on
//!
//! Both `traceparent` with `tracestate` and `baggage`, unless
//! [`TelemetryBuilder::install`](crate::TelemetryBuilder::install) finds something else in `OTEL_PROPAGATORS`. A header
//! that is not handed on is neither read, written nor removed. After `install` OpenTelemetry's global propagator does the
//! same for libraries that ask for one.
//!
//! # A caller whose trace is not sampled
//!
//! Stages build no span there. The caller's ids are those of log lines and of [`correlation_id`](crate::correlation_id),
//! and [`inject`] hands them on as they came.

mod baggage;
mod carrier;
mod global;
mod traceparent;
mod tracestate;

use opentelemetry::{
    Context,
    context::{FutureExt, WithContext},
    trace::{SpanContext, TraceContextExt, TraceState},
};

pub use carrier::{Extract, Inject};
pub(crate) use global::install;

#[cfg(feature = "http")]
pub(crate) use traceparent::format as traceparent;

use self::global::Wanted;

use crate::scope::Baggage;

const TRACEPARENT: &str = "traceparent";
const TRACESTATE: &str = "tracestate";
const BAGGAGE: &str = "baggage";

/// What another process said of the work that a request is part of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remote {
    span: Option<SpanContext>,
    baggage: Baggage,
}

/// Reads the headers `traceparent`, `tracestate` and `baggage`.
///
/// Malformed ones are left out: see the [module](self).
#[must_use]
pub fn extract<C: Extract + ?Sized>(carrier: &C) -> Remote {
    let wanted = Wanted::now();
    let span = wanted.traces().then(|| parent(carrier)).flatten();
    let baggage = wanted
        .baggage()
        .then(|| baggage::parse(carrier.values(BAGGAGE)));
    Remote {
        span,
        baggage: baggage.unwrap_or_default(),
    }
}

fn parent<C: Extract + ?Sized>(carrier: &C) -> Option<SpanContext> {
    let mut parents = carrier.values(TRACEPARENT);
    let parent = parents.next().filter(|_| parents.next().is_none())?;
    let (trace, span, flags) = traceparent::parse(parent)?;
    let state = tracestate::parse(carrier.values(TRACESTATE));
    Some(SpanContext::new(
        trace,
        span,
        flags,
        true,
        state.unwrap_or_default(),
    ))
}

/// Writes the headers `traceparent`, `tracestate` and `baggage` of the running code.
///
/// What the carrier had under these names before is replaced, or removed where there is nothing to say.
pub fn inject<C: Inject + ?Sized>(carrier: &mut C) {
    let texts = Context::map_current(texts);
    for (name, text) in texts.into_iter().flatten() {
        if text.is_empty() {
            carrier.remove(name);
        } else {
            carrier.set(name, text);
        }
    }
}

type Text = (&'static str, String);

/// The headers of a context; what is not handed on is not there, what is empty is to be removed.
fn texts(context: &Context) -> [Option<Text>; 3] {
    let wanted = Wanted::now();
    let [parent, state] = if wanted.traces() {
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
    let baggage = wanted
        .baggage()
        .then(|| (BAGGAGE, Baggage::of(context).to_string()));
    [parent, state, baggage]
}

/// Others may have set a state that no header can have.
fn outgoing(state: &TraceState) -> String {
    let header = state.header();
    if header.is_empty() {
        return header;
    }
    let valid = tracestate::parse([header.as_bytes()].into_iter());
    valid.map(|state| state.header()).unwrap_or_default()
}

impl Remote {
    /// The caller's span, if there is one.
    #[must_use]
    pub fn span_context(&self) -> Option<&SpanContext> {
        self.span.as_ref()
    }

    /// What came with the request.
    #[must_use]
    pub fn baggage(&self) -> &Baggage {
        &self.baggage
    }

    /// Runs `work` as part of what the caller does: spans that are opened in it are children of the caller's.
    ///
    /// Where the caller said nothing, everything stays as it is around `work`.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = self.context().attach();
        work()
    }

    /// Gives a future that is part of what the caller does whenever it runs, as [`in_scope`](Self::in_scope) says.
    ///
    /// A span that is to be the caller's child is opened inside of it: `remote.scope(async { stage().await })`.
    pub fn scope<F: Future>(&self, future: F) -> WithContext<F> {
        future.with_context(self.context())
    }

    fn context(&self) -> Context {
        self.within(Context::current())
    }

    /// `context` as part of what the caller does.
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
