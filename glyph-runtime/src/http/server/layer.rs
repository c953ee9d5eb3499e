//! The layer.

use std::sync::Arc;

use http::{HeaderName, request::Parts};
use tower_layer::Layer;

use super::{
    ResponseHeaders, Route, ServerRecorder, ServerRequest, ServerService, settings::Settings,
};
use crate::{
    http::{ErrorType, failure, scope},
    scope::IntoScopeLabels,
};

/// Measures the requests of a server. See the [module](crate::http).
///
/// With axum it goes onto the router that has the routes, by `Router::layer`: there, and not around the
/// router, the matched route is known. The service below gets requests with a [`RequestBody`](crate::http::RequestBody), which axum's
/// and tonic's routes take, and in whose extensions is the [`RequestId`](crate::log::RequestId).
///
/// ```
/// use glyph_runtime::http::{Route, ServerLayer, ServerMetrics};
///
/// let layer = ServerLayer::new(ServerMetrics::global())
///     .route(|request| match request.uri.path() {
///         "/" => Some(Route::from("/")),
///         path if path.starts_with("/users/") => Some(Route::from("/users/{id}")),
///         _ => None,
///     })
///     .excluded_paths(["/healthz", "/readyz", "/metrics"]);
/// # drop(layer);
/// ```
#[derive(Clone, Debug)]
pub struct ServerLayer {
    settings: Arc<Settings>,
}

impl ServerLayer {
    /// A layer that records into `recorder`: a [`ServerMetrics`](super::ServerMetrics) or a catalog of your own.
    pub fn new(recorder: &'static impl ServerRecorder) -> Self {
        crate::trace::connect();
        Self {
            settings: Arc::new(Settings::new(recorder)),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Where a request's route is found, in place of a [`Route`] in the request's extensions or axum's `MatchedPath` there.
    /// It has to be a template of the program's.
    #[must_use]
    pub fn route(self, find: impl Fn(&Parts) -> Option<Route> + Send + Sync + 'static) -> Self {
        self.with(|settings| settings.route = Arc::new(find))
    }

    /// What a span is called, in place of `{METHOD} {route template}` and, where none matched, `{METHOD}`.
    #[must_use]
    pub fn span_name(
        self,
        name: impl Fn(&ServerRequest<'_>) -> String + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.span_name = Arc::new(name))
    }

    /// The header in which a client may name the request, `X-Request-ID` unless told otherwise; `None` gives every request
    /// a new id. An id is kept if it is the only one, has 1 to 128 letters, digits and `-._~:+/=@`, and no other
    /// characters. The service below finds the id under this name, whatever the client sent.
    #[must_use]
    pub fn request_id_header(self, name: Option<HeaderName>) -> Self {
        self.with(|settings| settings.request_id = name)
    }

    /// Which headers responses get; all of them unless told otherwise.
    #[must_use]
    pub fn response_headers(self, headers: ResponseHeaders) -> Self {
        self.with(|settings| settings.response_headers = headers)
    }

    /// Leaves requests to these paths alone: no span, no metrics, no ids, no line.
    #[must_use]
    pub fn excluded_paths<P: Into<String>>(self, paths: impl IntoIterator<Item = P>) -> Self {
        let paths = paths.into_iter().map(Into::into);
        self.with(|settings| settings.excluded.extend(paths))
    }

    /// Whether a request goes on with the trace that its `traceparent` names, which it does unless told otherwise. Where
    /// clients are strangers, they should not choose trace ids or what is sampled: `false` starts a trace of the server's
    /// own and links it to the client's.
    #[must_use]
    pub fn continues_traces(self, continues: bool) -> Self {
        self.with(|settings| settings.continues_traces = continues)
    }

    /// The labels of the scope that a request is in, for catalogs with `scope(..)`; in none unless told otherwise.
    ///
    /// The whole request is in it: its span, its metrics at both ends, its log line, the service below, the body of the
    /// response whenever that is polled and dropped, and what [`context::spawn`](crate::context::spawn) starts there. The function
    /// looks at headers and at extensions, and finds the request's baggage as the current one
    /// (not where traces are not [continued](Self::continues_traces)). What it gives may be `None`, in which case
    /// there are no labels. If values are borrowed from the request, it looks them up itself, by `.labels()`.
    ///
    /// A header or baggage from a stranger lets the stranger choose whose labels the request has. There are never more than the
    /// catalog's bounds, but the stranger can take places that others would have, and add to others' numbers. Where
    /// that matters, take the values from what was authenticated: from an extension that an outer layer puts there.
    ///
    /// ```
    /// use glyph_runtime::{context, metric_catalog, http::{ServerLayer, ServerMetrics}, http::header};
    ///
    /// #[metric_catalog(namespace = "doc_http_scope", scope(tenant_id: max 1000, campaign_id: max 5000))]
    /// pub struct Metrics {
    ///     #[catalog]
    ///     pub served: ServerMetrics,
    /// }
    ///
    /// #[derive(Clone)]
    /// struct Claims {
    ///     tenant: String,
    /// }
    ///
    /// # fn main() {
    /// let from_headers = ServerLayer::new(Metrics::global().served).scope(|request| {
    ///     let (tenant_id, campaign_id) = (header(request, "x-tenant-id"), header(request, "x-campaign-id"));
    ///     TenantContext { tenant_id, campaign_id }.labels()
    /// });
    /// let from_baggage = ServerLayer::new(Metrics::global().served)
    ///     .scope(|_| TenantContext::from_values(context::baggage));
    /// let from_claims = ServerLayer::new(Metrics::global().served).scope(|request| {
    ///     let claims = request.extensions.get::<Claims>()?.clone();
    ///     Some(TenantContext { tenant_id: claims.tenant, campaign_id: None::<String> })
    /// });
    /// # drop((from_headers, from_baggage, from_claims));
    /// # }
    /// ```
    #[must_use]
    pub fn scope<L: IntoScopeLabels>(
        self,
        find: impl Fn(&Parts) -> L + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.scope = Some(scope::by(find)))
    }

    /// Says how an error of the type `E` failed a request, where the service below or its response's body gives one.
    /// Others are time-outs if one of the system's, of tokio's or of tower's is among their causes, and otherwise
    /// [`ErrorType::Transport`].
    #[must_use]
    pub fn error_type<E: 'static>(
        self,
        judge: impl Fn(&E) -> ErrorType + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.judge = Some(failure::judge(judge)))
    }

    /// Whether each request is an event of `tracing`, of target [`REQUEST_TARGET`](super::REQUEST_TARGET), which it is unless
    /// told otherwise.
    #[must_use]
    pub fn log(self, log: bool) -> Self {
        self.with(|settings| settings.log = log)
    }
}

impl<S> Layer<S> for ServerLayer {
    type Service = ServerService<S>;

    fn layer(&self, inner: S) -> ServerService<S> {
        ServerService::new(inner, Arc::clone(&self.settings))
    }
}
