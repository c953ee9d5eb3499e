//! gRPC clients: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].

pub mod labels;
mod layer;
mod metrics;
mod outgoing;
mod recorder;
mod settings;

pub use layer::{ClientLayer, ClientService};
pub use metrics::ClientMetrics;
pub(in crate::edge) use outgoing::OutgoingCall;
pub use recorder::{ClientCall, ClientRecorder};
