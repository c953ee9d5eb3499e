//! The layer.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderName, request::Parts};
use tower_layer::Layer;

use super::{ServerRecorder, ServerService, settings::Settings};
use crate::{
    edge::{response_headers::ResponseHeaders, scope},
    grpc::ids::IdNames,
    log::CarriedIdError,
    scope::IntoScopeLabels,
};

/// Measures the calls of a server. See the [module](crate::grpc).
///
/// With tonic it goes to `Server::builder().layer(..)`, and then sees all services, or around one service before that is added.
/// Services below find the [`RequestId`](crate::log::RequestId) in the request's extensions.
///
/// ```
/// use glyph_runtime::grpc::{ServerLayer, ServerMetrics};
///
/// # fn main() -> Result<(), glyph_runtime::log::CarriedIdError> {
/// let layer = ServerLayer::new(ServerMetrics::global())
///     .excluded_services(["grpc.health.v1.Health"])
///     .try_ids(["org_id"])?;
/// # drop(layer);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ServerLayer {
    settings: Arc<Settings>,
}

impl ServerLayer {
    /// A layer that records into `recorder`: a [`ServerMetrics`](super::ServerMetrics) or a catalog of your own.
    pub fn new(recorder: &'static impl ServerRecorder) -> Self {
        Self {
            settings: Arc::new(Settings::new(recorder)),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// The methods that there are, `package.Service/Method` each; all others are [`OTHER`](crate::grpc::OTHER).
    ///
    /// Without it a method is the server's unless the call is answered `UNIMPLEMENTED`, without any message. That is right where nothing below
    /// the layer answers before the method is looked up. Where something does, such as an interceptor that refuses
    /// strangers, say which methods there are, or such strangers choose which names have the 128 series.
    #[must_use]
    pub fn methods<M: Into<String>>(self, methods: impl IntoIterator<Item = M>) -> Self {
        self.with(|settings| settings.methods.extend(methods))
    }

    /// The ids that calls carry beside their request id: see [`CarriedIds`](crate::log::CarriedIds). Each is the
    /// program's own if there is one where the call arrives, or else what the metadata has under its name, or else
    /// the baggage. It stands on the call's span and on all log lines; the service below finds it in `CarriedIds` and in
    /// the metadata, where it replaces what the client sent.
    ///
    /// Metadata and baggage are the client's word. Take ids from those whom you believe.
    ///
    /// A value is taken if it is the only one and has 1 to 128 letters, digits and `-._~:+/=@`.
    ///
    /// # Errors
    ///
    /// When a name is none that an id can have.
    pub fn try_ids(
        self,
        names: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, CarriedIdError> {
        let ids = IdNames::try_new(names)?;
        Ok(self.with(|settings| settings.ids = ids))
    }

    /// The metadata in which a client may name the request, `x-request-id` unless told otherwise; `None` gives every request a
    /// new id. An id is kept if it is the only one, has 1 to 128 letters, digits and `-._~:+/=@`, and no other
    /// characters. The service below finds the id under this name, whatever the client sent.
    #[must_use]
    pub fn request_id_header(self, name: Option<HeaderName>) -> Self {
        self.with(|settings| settings.request_id = name)
    }

    /// Which metadata answers get; `x-request-id` and `x-trace-id` unless told otherwise.
    #[must_use]
    pub fn response_headers(self, headers: ResponseHeaders) -> Self {
        self.with(|settings| settings.response_headers = headers)
    }

    /// Leaves calls to these services alone: no span, no metrics, no ids, no line.
    #[must_use]
    pub fn excluded_services<P: Into<String>>(self, services: impl IntoIterator<Item = P>) -> Self {
        let services = services.into_iter().map(Into::into);
        self.with(|settings| settings.excluded.extend(services))
    }

    /// How long calls may take by the server's own setting, tonic's `Server::timeout`. A call that is given up later counts as a
    /// time-out, as one does whose client's `grpc-timeout` is over.
    #[must_use]
    pub fn timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.timeout = Some(timeout))
    }

    /// Whether a call goes on with the trace that its `traceparent` names and with its baggage, which it does unless
    /// told otherwise. Where clients are strangers, they should not choose trace ids or what is sampled: `false` starts a
    /// trace of the server's own and links it to the client's.
    #[must_use]
    pub fn continues_traces(self, continues: bool) -> Self {
        self.with(|settings| settings.continues_traces = continues)
    }

    /// The labels of the scope that a call is in, for catalogs with `scope(..)`; in none unless told otherwise. They hold as
    /// those of [`http::ServerLayer::scope`](crate::http::ServerLayer::scope) do, and what is said there of strangers
    /// who choose them, too.
    ///
    /// ```
    /// use glyph_runtime::{metric_catalog, grpc::{ServerLayer, ServerMetrics}, scope};
    ///
    /// #[metric_catalog(namespace = "doc_grpc_scope", scope(tenant_id: max 1000))]
    /// pub struct Metrics {
    ///     #[catalog]
    ///     pub served: ServerMetrics,
    /// }
    ///
    /// # fn main() {
    /// let layer = ServerLayer::new(Metrics::global().served)
    ///     .scope(|_| TenantContext::from_values(scope::baggage));
    /// # drop(layer);
    /// # }
    /// ```
    #[must_use]
    pub fn scope<L: IntoScopeLabels>(
        self,
        find: impl Fn(&Parts) -> L + Send + Sync + 'static,
    ) -> Self {
        self.with(|settings| settings.scope = Some(scope::by(find)))
    }

    /// Whether each call is an event of `tracing`, of target [`CALL_TARGET`](super::CALL_TARGET), which it is unless told
    /// otherwise.
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
