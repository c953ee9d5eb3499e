//! The label sets of [`ClientMetrics`](super::ClientMetrics).
//!
//! ```
//! use glyph_runtime::http::{ClientMetrics, Method, client::labels::Peer};
//!
//! let active = &ClientMetrics::global().active_requests;
//! assert_eq!(active.value(Peer { method: Method::Get, peer: "shop.internal" }), 0.0);
//! ```

use crate::{
    LabelSet,
    edge::http::label_sets::label_sets,
    http::{ErrorType, Method, StatusClass, StatusCode},
};

label_sets! {
    /// The method and the host of a call.
    Peer,
    /// The called host.
    #[label(name = "server_address", max = 32)]
    peer;
    /// The method, the host and the failure of a call.
    Failed,
    /// How the call failed.
    #[label(name = "error_type")]
    error: ErrorType;
    /// The method, the host and the status of a call.
    Request,
    /// The status.
    #[label(name = "http_response_status_code")]
    status: StatusCode;
    /// The method, the host and the status class of a call.
    Answered,
    /// The class of the status.
    #[label(name = "http_response_status_class")]
    status: StatusClass;
}
