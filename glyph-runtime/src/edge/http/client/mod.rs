//! The client's side: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].

mod calling;
pub mod labels;
mod layer;
mod metrics;
mod recorder;
mod resend;
mod span;

pub(super) use calling::Calling;
pub use layer::{ClientLayer, ClientService};
pub use metrics::ClientMetrics;
pub use recorder::{ClientRecorder, ClientRequest};
pub use resend::{ResendLayer, ResendService};
pub use span::UrlTemplate;
