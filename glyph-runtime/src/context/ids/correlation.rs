//! The ids that connect a log line to its trace and its request.

use std::{future::Future, sync::Arc};

use opentelemetry::{
    Context,
    trace::{SpanId, TraceContextExt, TraceFlags, TraceId},
};

use super::CarriedIds;
use crate::context::{InTraceContext, current_context};

/// The longest request id, in bytes.
const LONGEST: usize = 128;

/// The id of a request across services, as in the header `X-Request-ID`.
///
/// It is in OpenTelemetry's context, and is propagated with it.
///
/// ```
/// use glyph_runtime::log::RequestId;
///
/// let id = RequestId::new("018f3c1e-8b7e-7cc0-9d67-1f2b6a5c4d3e").expect("visible ASCII");
/// id.in_scope(|| {
///     assert_eq!(RequestId::current().as_ref(), Some(&id));
///     tracing::info!("a line with this request_id");
/// });
/// assert_eq!(RequestId::current(), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Checks an id from outside. Returns `None` unless it is 1 to 128 visible ASCII characters.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// Returns an id that need not be checked.
    #[cfg(feature = "http")]
    pub(crate) fn of_uuid(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as a string.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the id of the running code.
    #[must_use]
    pub fn current() -> Option<Self> {
        current_context::read(|context| context.get::<Self>().cloned()).flatten()
    }

    /// Runs `work` with this as the current id.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = current_context::attach(self.context());
        work()
    }

    /// Returns a future that has this as the current id whenever it is polled.
    pub fn scope<F: Future>(&self, future: F) -> InTraceContext<F> {
        current_context::within(self.context(), future)
    }

    fn context(&self) -> Context {
        current_context::current().with_value(self.clone())
    }
}

/// The ids of the running code.
#[derive(Debug, Default)]
pub(crate) struct Correlation {
    pub(crate) span: Option<(TraceId, SpanId, TraceFlags)>,
    pub(crate) request: Option<RequestId>,
    pub(crate) carried: Option<CarriedIds>,
}

impl Correlation {
    /// `opentelemetry` logs while it borrows the context, and a thread's context is dropped before
    /// the last destructors run. Reading the context would panic then, so these lines have no ids.
    pub(crate) fn current(target: &str) -> Self {
        if target == "opentelemetry" {
            return Self::default();
        }
        current_context::read(Self::of).unwrap_or_default()
    }

    fn of(context: &Context) -> Self {
        let span = context.span();
        let span = span.span_context();
        Self {
            span: span
                .is_valid()
                .then(|| (span.trace_id(), span.span_id(), span.trace_flags())),
            request: context.get::<RequestId>().cloned(),
            carried: CarriedIds::of(context),
        }
    }
}
