//! HTTP clients: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].

pub mod labels;
mod layer;
mod metrics;
mod outgoing;
mod recorder;
mod resend;

pub use layer::{ClientLayer, ClientService};
pub use metrics::ClientMetrics;
pub use outgoing::UrlTemplate;
pub(in crate::edge) use outgoing::{OutgoingCall, describe_connection};
pub use recorder::{ClientRecorder, ClientRequest};
pub use resend::{ResendLayer, ResendService};
