//! HTTP clients: the parts of [`ClientLayer`] and the label sets of [`ClientMetrics`].
//!
//! ```
//! use glyph_runtime::http::client::{ClientLayer, ClientMetrics};
//! use tower::{Layer, service_fn};
//!
//! # type Sent = Result<http::Response<String>, std::io::Error>;
//! # async fn send(request: http::Request<String>) -> Sent { Ok(http::Response::default()) }
//! let client = ClientLayer::new(ClientMetrics::global()).layer(service_fn(send));
//! # drop(client);
//! ```

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
