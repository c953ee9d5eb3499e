//! The layer.

use std::{fmt, sync::Arc};

use ::http::HeaderName;
use tower_layer::Layer;

use super::{ClientRecorder, ClientService};
use crate::{
    grpc::{ids::IdNames, method::Methods},
    log::CarriedIdError,
};

/// Measures the calls of a client: what `layer` gives for a tonic `Channel`, clients take in the channel's place.
///
/// Each call is a client span `package.Service/Method`. It hands its trace and baggage on in `traceparent`, `tracestate` and
/// `baggage`, and the current [`RequestId`](crate::log::RequestId) in `x-request-id`. It is recorded when its status is there,
/// behind the last message. For a client every status but `OK` is an error.
///
/// ```no_run
/// use glyph_runtime::grpc::{ClientLayer, ClientMetrics};
/// use tonic::transport::Channel;
/// use tower::Layer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let channel = Channel::from_static("http://stock.internal:50051").connect_lazy();
/// let channel = ClientLayer::new(ClientMetrics::global())
///     .peer("stock.internal:50051")
///     .try_ids(["org_id"])?
///     .layer(channel);
/// // A generated client has it as `StockClient::new(channel)`.
/// let client = tonic::client::Grpc::new(channel);
/// # drop(client);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct ClientLayer {
    settings: Arc<Settings>,
}

#[derive(Clone)]
pub(super) struct Settings {
    pub(super) recorder: &'static dyn ClientRecorder,
    pub(super) peer: Option<Box<str>>,
    pub(super) methods: Methods,
    pub(super) request_id: Option<HeaderName>,
    pub(super) ids: IdNames,
}

impl ClientLayer {
    /// A layer that records into `recorder`: a [`ClientMetrics`](super::ClientMetrics) or a catalog of your own.
    pub fn new(recorder: &'static impl ClientRecorder) -> Self {
        Self {
            settings: Arc::new(Settings {
                recorder,
                peer: None,
                methods: Methods::default(),
                request_id: Some(HeaderName::from_static("x-request-id")),
                ids: IdNames::default(),
            }),
        }
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }

    /// Whom the calls go to, `host` or `host:port`. A tonic `Channel` keeps that to itself; without it the peer is what the request's
    /// URI names, which above a `Channel` is nobody.
    #[must_use]
    pub fn peer(self, peer: &str) -> Self {
        self.with(|settings| settings.peer = Some(peer.to_ascii_lowercase().into()))
    }

    /// The methods that there are, `package.Service/Method` each; all others are [`OTHER`](crate::grpc::OTHER).
    ///
    /// It is not needed with clients that tonic generates: they say what they call. Without it a method that another client calls is one
    /// unless the answer is `UNIMPLEMENTED`. A proxy whose clients choose the method should have it.
    #[must_use]
    pub fn methods<M: Into<String>>(self, methods: impl IntoIterator<Item = M>) -> Self {
        self.with(|settings| settings.methods.extend(methods))
    }

    /// The ids that calls carry beside their request id, each in the metadata of its own name: the current
    /// [`CarriedIds`](crate::log::CarriedIds), or what the baggage has under their names if an id can have that value. They
    /// stand on the call's span as well.
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

    /// The metadata that hands the current request id on, `x-request-id` unless told otherwise; `None` keeps it here, as is
    /// right where the peer is a stranger.
    #[must_use]
    pub fn request_id_header(self, name: Option<HeaderName>) -> Self {
        self.with(|settings| settings.request_id = name)
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("peer", &self.peer)
            .field("methods", &self.methods)
            .field("request_id", &self.request_id)
            .field("ids", &self.ids)
            .finish_non_exhaustive()
    }
}

impl<S> Layer<S> for ClientLayer {
    type Service = ClientService<S>;

    fn layer(&self, inner: S) -> ClientService<S> {
        ClientService::new(inner, Arc::clone(&self.settings))
    }
}
