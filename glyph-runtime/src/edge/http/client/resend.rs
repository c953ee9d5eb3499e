//! Counts how often a request is sent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll},
};

use http::{Extensions, Request};
use tower_layer::Layer;
use tower_service::Service;

/// The number of times that a request was sent, shared by its clones.
#[derive(Clone, Debug, Default)]
struct Attempts(Arc<AtomicU32>);

/// Lets [`ClientLayer`](super::ClientLayer) see that a request is sent again. Add it outside of the
/// layer that retries, and the client's layer inside.
///
/// Each attempt is a separate span with `http.request.resend_count` (OpenTelemetry semantic
/// conventions, "HTTP spans").
///
/// ```
/// use glyph_runtime::http::{ClientLayer, ClientMetrics, ResendLayer};
/// use tower::{ServiceBuilder, retry::RetryLayer};
///
/// # fn calls<P: Clone, S>(policy: P, client: S) {
/// let client = ServiceBuilder::new()
///     .layer(ResendLayer)
///     .layer(RetryLayer::new(policy))
///     .layer(ClientLayer::new(ClientMetrics::global()))
///     .service(client);
/// # drop(client);
/// # }
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct ResendLayer;

impl<S> Layer<S> for ResendLayer {
    type Service = ResendService<S>;

    fn layer(&self, inner: S) -> ResendService<S> {
        ResendService { inner }
    }
}

/// A service whose attempts are counted; see [`ResendLayer`].
#[derive(Clone, Debug)]
pub struct ResendService<S> {
    inner: S,
}

impl<S, B> Service<Request<B>> for ResendService<S>
where
    S: Service<Request<B>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> S::Future {
        request.extensions_mut().insert(Attempts::default());
        self.inner.call(request)
    }
}

/// Counts an attempt, and returns the number of earlier ones.
pub(super) fn count(extensions: &Extensions) -> u32 {
    let attempts = extensions.get::<Attempts>();
    attempts.map_or(0, |attempts| attempts.0.fetch_add(1, Relaxed))
}
