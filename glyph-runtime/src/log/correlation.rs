//! The ids that tie a line to its trace and its request.

use std::{
    future::Future,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
};

use opentelemetry::{
    Context,
    context::{FutureExt, WithContext},
    trace::{SpanId, TraceContextExt, TraceFlags, TraceId},
};

use super::CarriedIds;

/// The longest request id, in bytes.
const LONGEST: usize = 128;

/// What a request is called across services, as in the header `X-Request-ID`.
///
/// It travels in OpenTelemetry's context: whatever carries that carries the id, and the spans that start inside.
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
    /// Takes an id from outside: 1 to 128 visible ASCII characters, otherwise `None`.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let fits = (1..=LONGEST).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_graphic())).then(|| Self(text.into()))
    }

    /// The id as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id of the code that runs now.
    #[must_use]
    pub fn current() -> Option<Self> {
        Context::map_current(|context| context.get::<Self>().cloned())
    }

    /// Runs `work` with this as the current id.
    pub fn in_scope<R>(&self, work: impl FnOnce() -> R) -> R {
        let _attached = self.context().attach();
        work()
    }

    /// Gives a future that has this as the current id whenever it runs.
    pub fn scope<F: Future>(&self, future: F) -> WithContext<F> {
        future.with_context(self.context())
    }

    fn context(&self) -> Context {
        Context::current_with_value(self.clone())
    }
}

/// The ids of the code that runs now.
#[derive(Debug, Default)]
pub(super) struct Correlation {
    pub(super) span: Option<(TraceId, SpanId)>,
    #[cfg_attr(
        not(any(feature = "otlp-grpc", feature = "otlp-http")),
        expect(dead_code, reason = "lines have no flags")
    )]
    pub(super) flags: TraceFlags,
    pub(super) request: Option<RequestId>,
    pub(super) carried: Option<CarriedIds>,
}

impl Correlation {
    /// `opentelemetry` itself logs while it holds the context, and a thread's context is gone before its last
    /// destructors run. Neither may bring the program down, so neither has ids.
    pub(super) fn current(target: &str) -> Self {
        if target == "opentelemetry" {
            return Self::default();
        }
        let read = AssertUnwindSafe(|| Context::map_current(Self::of));
        panic::catch_unwind(read).unwrap_or_default()
    }

    fn of(context: &Context) -> Self {
        let span = context.span();
        let span = span.span_context();
        Self {
            span: span.is_valid().then(|| (span.trace_id(), span.span_id())),
            flags: span.trace_flags(),
            request: context.get::<RequestId>().cloned(),
            carried: CarriedIds::of(context),
        }
    }
}
