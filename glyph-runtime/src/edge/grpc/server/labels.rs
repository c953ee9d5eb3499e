//! The label sets of [`ServerMetrics`](super::ServerMetrics).
//!
//! ```
//! use glyph_runtime::grpc::{ErrorType, ServerMetrics, server::labels::Failed, System};
//!
//! let failed = Failed { method: "shop.Stock/Get", error: ErrorType::Timeout, system: System::Grpc };
//! assert_eq!(ServerMetrics::global().errors.value(failed), 0);
//! ```

use crate::{
    LabelSet,
    grpc::{ErrorLabel, ErrorType, StatusCode, System},
};

/// The method, the status and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Answered<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 128)]
    pub method: &'a str,
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

/// The method and the failure of a call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Failed<'a> {
    /// `package.Service/Method`
    #[label(name = "rpc_method", max = 128)]
    pub method: &'a str,
    /// How the call failed.
    #[label(name = "error_type")]
    pub error: ErrorType,
    /// gRPC.
    #[label(name = "rpc_system_name")]
    pub system: System,
}
