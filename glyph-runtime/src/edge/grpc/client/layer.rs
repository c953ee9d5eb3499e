//! The layer for gRPC clients.

use super::{ChannelPeer, ClientRecorder, settings::GrpcClientSettings};
use crate::edge::{CallLayer, CallService, Client, grpc::Grpc};

/// Measures the calls of a client. Generated clients take what `layer` returns for a tonic
/// `Channel` in place of the channel.
///
/// Each call is a client span `package.Service/Method`. It propagates its trace and baggage in
/// `traceparent`, `tracestate` and `baggage`, and the current
/// [`RequestId`](crate::log::RequestId) in `x-request-id`. It is recorded when its status arrives,
/// after the last message. For a client every status but `OK` is an error. [`CallLayer`] has the
/// settings that it shares with other layers.
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
/// // A generated client takes it: `StockClient::new(channel)`.
/// let client = tonic::client::Grpc::new(channel);
/// # drop(client);
/// # Ok(())
/// # }
/// ```
pub type ClientLayer = CallLayer<Client<Grpc>>;

/// A client whose calls are measured; see [`ClientLayer`].
pub type ClientService<S> = CallService<Client<Grpc>, S>;

impl ClientLayer {
    /// A layer that records into `recorder`: [`ClientMetrics`](super::ClientMetrics) or a catalog
    /// of the program.
    pub fn new(recorder: &'static impl ClientRecorder) -> Self {
        Self::client(GrpcClientSettings::new(recorder))
    }

    /// Sets the called peer, `host` or `host:port`. Default: the host in the URI of the request.
    ///
    /// Requests to a tonic `Channel` have no host in their URI, and the channel does not expose its
    /// peer.
    #[must_use]
    pub fn peer(self, peer: &str) -> Self {
        self.with(|settings| settings.own.direction.peer = Some(peer.to_ascii_lowercase().into()))
    }

    /// Sets what knows the address of the channel's connection, for `network.peer.address` and
    /// `network.peer.port` on spans. Clients of hyper need none. Default: spans of a tonic `Channel`
    /// have neither.
    #[must_use]
    pub fn channel_peer(self, peer: &ChannelPeer) -> Self {
        self.with(|settings| settings.own.direction.channel_peer = Some(peer.clone()))
    }
}
