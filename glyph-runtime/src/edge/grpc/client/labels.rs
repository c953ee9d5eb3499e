//! The label sets of [`ClientMetrics`](super::ClientMetrics).
//!
//! ```
//! use glyph_runtime::grpc::{ClientMetrics, ErrorType, System, client::labels::Failed};
//!
//! let (method, peer) = ("shop.Stock/Get", "stock.internal");
//! let failed = Failed { method, peer, error: ErrorType::Timeout, system: System::Grpc };
//! assert_eq!(ClientMetrics::global().errors.value(failed), 0);
//! ```

use crate::{
    LabelSet,
    grpc::{ErrorLabel, ErrorType, StatusCode, System},
};

/// The method, the host, the status and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The called host.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// The status.
    #[label(name = "rpc_status_code")]
    pub status: StatusCode,
    /// How the call failed, if it did.
    #[label(name = "error_type")]
    pub error: ErrorLabel,
    /// gRPC.
    #[label(name = "rpc_system_name")]
    pub system: System,
}

/// The method, the host and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 64)]
    pub method: &'a str,
    /// The called host.
    #[label(name = "server_address", max = 8)]
    pub peer: &'a str,
    /// How the call failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
    /// gRPC.
    #[label(name = "rpc_system_name")]
    pub system: System,
}
