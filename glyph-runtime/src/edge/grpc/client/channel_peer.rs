//! The address that a channel of tonic's is connected to.

use std::{
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::{Arc, RwLock},
    task::{Context, Poll, ready},
};

use ::http::{Extensions, Uri};
use glyph_core::__runtime::{read_unless_lost, write_unless_lost};
use hyper_util::client::legacy::connect::{Connection, HttpConnector, HttpInfo};
use pin_project_lite::pin_project;
use tower_service::Service;

/// The address to which a tonic `Channel` is connected, for `network.peer.address` and
/// `network.peer.port` on the spans of its calls.
///
/// A channel does not tell which connection a call uses, so its connector does. Create one for each
/// channel, and pass it to [`ClientLayer::channel_peer`](super::ClientLayer::channel_peer):
///
/// ```no_run
/// use glyph_runtime::grpc::{ChannelPeer, ClientLayer, ClientMetrics};
/// use tonic::transport::Channel;
/// use tower::Layer;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let peer = ChannelPeer::default();
/// let channel = Channel::from_static("http://stock.internal:50051")
///     .connect_with_connector_lazy(peer.connector());
/// let channel = ClientLayer::new(ClientMetrics::global())
///     .channel_peer(&peer)
///     .layer(channel);
/// # drop(channel);
/// # }
/// ```
///
/// The attributes are absent if the channel opens another connection during a call. Channels that
/// balance their calls take no connector.
#[derive(Clone, Debug, Default)]
pub struct ChannelPeer(Arc<RwLock<Option<SocketAddr>>>);

/// A connector that notes the addresses of its connections. The default one connects over TCP, and
/// TLS goes on top.
#[derive(Clone, Debug)]
pub struct PeerConnector<C = HttpConnector> {
    connector: C,
    peer: ChannelPeer,
}

/// The peer as it was when a call started.
#[derive(Debug)]
pub(in crate::edge::grpc) struct PeerAtStart {
    peer: ChannelPeer,
    address: Option<SocketAddr>,
}

impl ChannelPeer {
    /// Returns a connector as a channel has one by default, without Nagle's algorithm. The settings of
    /// an `Endpoint` for TCP do not apply to it: [`ChannelPeer::wrap`] takes a connector with others.
    #[must_use]
    pub fn connector(&self) -> PeerConnector {
        let mut connector = HttpConnector::new();
        // The channel adds TLS.
        connector.enforce_http(false);
        connector.set_nodelay(true);
        self.wrap(connector)
    }

    /// Returns a connector that connects as `connector` does.
    pub fn wrap<C>(&self, connector: C) -> PeerConnector<C> {
        PeerConnector {
            connector,
            peer: self.clone(),
        }
    }

    pub(super) fn at_start(&self) -> PeerAtStart {
        PeerAtStart {
            peer: self.clone(),
            address: self.address(),
        }
    }

    /// `None` before the first connection, and over a transport without addresses.
    fn address(&self) -> Option<SocketAddr> {
        read_unless_lost(&self.0).and_then(|address| *address)
    }

    fn connected(&self, connection: &impl Connection) {
        let mut extensions = Extensions::new();
        connection.connected().get_extras(&mut extensions);
        if let Some(mut address) = write_unless_lost(&self.0) {
            *address = extensions.get().map(HttpInfo::remote_addr);
        }
    }
}

impl PeerAtStart {
    /// Returns the address of the connection of a call that has a response. `None` if that is not
    /// certain.
    pub(in crate::edge::grpc) fn of_response(&self) -> Option<SocketAddr> {
        let now = self.peer.address();
        now.filter(|now| self.address.is_none_or(|at_start| at_start == *now))
    }
}

impl<C> Service<Uri> for PeerConnector<C>
where
    C: Service<Uri>,
    C::Response: Connection,
{
    type Response = C::Response;
    type Error = C::Error;
    type Future = Connecting<C::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), C::Error>> {
        self.connector.poll_ready(context)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        Connecting {
            connecting: self.connector.call(uri),
            peer: self.peer.clone(),
        }
    }
}

pin_project! {
    /// The future of a connection.
    #[derive(Debug)]
    pub struct Connecting<F> {
        #[pin]
        connecting: F,
        peer: ChannelPeer,
    }
}

impl<F, T, E> Future for Connecting<F>
where
    F: Future<Output = Result<T, E>>,
    T: Connection,
{
    type Output = Result<T, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let connected = ready!(this.connecting.poll(context));
        if let Ok(connection) = &connected {
            this.peer.connected(connection);
        }
        Poll::Ready(connected)
    }
}
