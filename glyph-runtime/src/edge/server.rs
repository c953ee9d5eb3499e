//! The server's side of a protocol: settings, and the start of a call.

use std::{collections::HashSet, fmt, sync::Arc, time::Duration};

use http::{HeaderMap, HeaderName, request::Parts};
use opentelemetry::trace::SpanContext;

use super::{
    CallLayer, Direction, Endpoint, LayerSettings, Protocol, ResponseHeaders, SettingsOf,
    call::{Call, Side},
    call_span::CallSpan,
    protocol::Ended,
    request_id::HeaderId,
    scope_labels::{self, FindScope},
};
use crate::{context::current_context, trace::propagation};
use glyph_core::__runtime::Moment;
use glyph_core::scope::IntoScopeLabels;

type OwnSettings<P> = SettingsOf<<P as Protocol>::Incoming>;

/// A call that a server received.
#[derive(Debug)]
pub struct Server<P: Protocol> {
    settings: Arc<ServerSettings<OwnSettings<P>>>,
    id: Option<HeaderId>,
    incoming: P::Incoming,
}

/// The settings of a server layer: those that all protocols have, and `own`.
#[derive(Clone)]
pub struct ServerSettings<S> {
    request_id: Option<HeaderName>,
    response_headers: ResponseHeaders,
    pub(super) excluded: HashSet<String>,
    continues_traces: bool,
    scope: Option<FindScope>,
    log: bool,
    pub(super) own: S,
}

impl<P: Protocol> CallLayer<Server<P>> {
    pub(super) fn server(own: <P::Incoming as Direction>::Settings) -> Self {
        Self::from_settings(ServerSettings {
            request_id: Some(HeaderName::from_static("x-request-id")),
            response_headers: P::response_headers(),
            excluded: HashSet::new(),
            continues_traces: true,
            scope: None,
            log: true,
            own: LayerSettings::new(own),
        })
    }

    /// Sets the header, or metadata key, in which a client may send a request id. Default:
    /// `X-Request-ID`. With `None` every request gets a new id.
    ///
    /// An id is accepted if the header occurs once and has 1 to 128 letters, digits and
    /// `-._~:+/=@`. The service below finds the id under this name, whatever the client sent.
    #[must_use]
    pub fn request_id_header(self, name: Option<HeaderName>) -> Self {
        self.with(|settings| settings.request_id = name)
    }

    /// Sets the headers, or metadata, to add to responses. Default: all of them for HTTP,
    /// `x-request-id` and `x-trace-id` for gRPC.
    #[must_use]
    pub fn response_headers(self, headers: ResponseHeaders) -> Self {
        self.with(|settings| settings.response_headers = headers)
    }

    /// Sets whether requests continue the trace in `traceparent`, with its baggage. Default:
    /// true.
    ///
    /// Untrusted clients should not choose trace ids or what is sampled: `false` starts a new
    /// trace and links it to the client's.
    #[must_use]
    pub fn continues_traces(self, continues: bool) -> Self {
        self.with(|settings| settings.continues_traces = continues)
    }

    /// Sets the scope labels of a request, for catalogs with `scope(..)`. Default: none.
    ///
    /// The whole request gets them: its span, its metrics at both ends, its log line, the service
    /// below, polls and drop of the response's body, and what
    /// [`context::spawn`](crate::context::spawn) starts in it.
    ///
    /// The function reads headers and extensions. The baggage of the request is current while it
    /// runs, unless traces are not [continued](Self::continues_traces). It may return `None` for
    /// no labels. If the values borrow from the request, call `.labels()` on them.
    ///
    /// A header or baggage is chosen by the client. An untrusted client cannot exceed the limits of
    /// the catalog, but it can use up the limit for other tenants and add to their numbers. Take
    /// the values from what was authenticated: from an extension that an outer layer sets.
    ///
    /// ```
    /// use glyph_runtime::http::{ServerLayer, ServerMetrics, header};
    /// use glyph_runtime::{context, metric_catalog};
    ///
    /// #[metric_catalog(
    ///     namespace = "doc_scope",
    ///     scope(tenant_id: max 1000, campaign_id: max 5000)
    /// )]
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
    ///     let tenant_id = header(request, "x-tenant-id");
    ///     let campaign_id = header(request, "x-campaign-id");
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
        self.with(|settings| settings.scope = Some(scope_labels::by(find)))
    }

    /// Sets whether each call is an event of `tracing`, with target
    /// [`REQUEST_TARGET`](crate::http::REQUEST_TARGET) for HTTP and `grpc.call` for gRPC. Default:
    /// true.
    #[must_use]
    pub fn log(self, log: bool) -> Self {
        self.with(|settings| settings.log = log)
    }
}

impl<P: Protocol> Endpoint for Server<P> {
    type Protocol = P;
    type Settings = ServerSettings<OwnSettings<P>>;

    fn start(settings: &Arc<Self::Settings>, request: &mut Parts) -> Option<Box<Call<P>>> {
        if P::excludes(&settings.excluded, request.uri.path()) {
            return None;
        }
        let started = Moment::now();
        let header = settings.request_id.as_ref();
        let id = HeaderId::of(&request.headers, header);
        let remote = propagation::extract(&request.headers);
        let mut context = current_context::current();
        if settings.continues_traces {
            context = remote.within(context);
        }
        if let Some(HeaderId { id, .. }) = &id {
            context = context.with_value(id.clone());
        }
        let (incoming, protocol, context) = P::Incoming::start(&settings.own, context, request);
        let labels = scope_labels::find(settings.scope.as_ref(), &context, request);
        let labels = labels.as_ref().map(glyph_core::__runtime::enter);
        let span = CallSpan::open(context, || {
            incoming.open_span(&settings.own, &protocol, request)
        });
        drop(labels);
        if !settings.continues_traces {
            span.span.link_to(&remote);
        }
        if let Some(id) = &id {
            id.propagate(request, header);
        }
        let server = Self {
            settings: Arc::clone(settings),
            id,
            incoming,
        };
        Some(Call::new(Side::Server(server), protocol, span, started))
    }

    fn protocol_settings(settings: &mut Self::Settings) -> &mut P::Settings {
        &mut settings.own.protocol
    }

    fn inject(_: &Self::Settings, _: &mut HeaderMap) {}
}

impl<P: Protocol> Server<P> {
    /// Returns the settings that servers and clients of the protocol have.
    pub(super) fn protocol_settings(&self) -> &P::Settings {
        &self.settings.own.protocol
    }

    pub(super) fn started(&self, protocol: &P) {
        self.incoming.started(&self.settings.own, protocol);
    }

    /// Adds the headers that lead from a response to its trace.
    pub(super) fn write_headers(
        &self,
        headers: &mut HeaderMap,
        span: &SpanContext,
        elapsed: Duration,
    ) {
        let id = self.id.as_ref().map(|id| &id.value);
        let names = &self.settings.response_headers;
        names.write(headers, span, id, elapsed);
    }

    pub(super) fn ended(&self, protocol: &P, ended: &Ended<P::CallEnd>) {
        let settings = &self.settings;
        self.incoming
            .ended(&settings.own, protocol, ended, settings.log);
    }
}

impl<S: fmt::Debug> fmt::Debug for ServerSettings<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ServerSettings")
            .field("request_id", &self.request_id)
            .field("response_headers", &self.response_headers)
            .field("excluded", &self.excluded)
            .field("continues_traces", &self.continues_traces)
            .field("log", &self.log)
            .field("own", &self.own)
            .finish_non_exhaustive()
    }
}
