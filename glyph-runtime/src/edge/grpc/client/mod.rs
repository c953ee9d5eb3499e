//! The client's side: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].

mod calling;
pub mod labels;
mod layer;
mod metrics;
mod recorder;
mod service;
mod span;

pub(super) use calling::Calling;
pub use layer::ClientLayer;
pub use metrics::ClientMetrics;
pub use recorder::{ClientCall, ClientRecorder};
pub use service::ClientService;
