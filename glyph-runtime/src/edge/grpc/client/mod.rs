//! gRPC clients: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].
//!
//! ```
//! use glyph_runtime::grpc::client::{ClientLayer, ClientMetrics};
//!
//! let layer = ClientLayer::new(ClientMetrics::global()).peer("stock.internal:50051");
//! # drop(layer);
//! ```

mod channel_peer;
pub mod labels;
mod layer;
mod metrics;
mod outgoing;
mod recorder;
mod settings;

pub(in crate::edge::grpc) use channel_peer::PeerAtStart;
pub use channel_peer::{ChannelPeer, Connecting, PeerConnector};
pub use layer::{ClientLayer, ClientService};
pub use metrics::ClientMetrics;
pub(in crate::edge) use outgoing::OutgoingCall;
pub use recorder::{ClientCall, ClientRecorder};
