//! The status of a call as a label.

use ::http::{HeaderMap, StatusCode as HttpStatus};
use tonic::Code;

use crate::Label;

/// The header or trailer with the status of a call (gRPC over HTTP/2, "Responses").
const GRPC_STATUS: &str = "grpc-status";

/// The status of a call: one of gRPC's seventeen. Any other number is [`Unknown`](Self::Unknown).
///
/// A call that ended without a status has the one that gRPC's libraries define: see the
/// [module](super).
///
/// ```
/// use glyph_runtime::grpc::StatusCode;
///
/// let status = StatusCode::from(tonic::Code::NotFound);
/// assert_eq!(status.as_str(), "NOT_FOUND");
/// ```
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate, rename_all = "SCREAMING_SNAKE_CASE")]
pub enum StatusCode {
    /// 0
    Ok,
    /// 1
    Cancelled,
    /// 2
    Unknown,
    /// 3
    InvalidArgument,
    /// 4
    DeadlineExceeded,
    /// 5
    NotFound,
    /// 6
    AlreadyExists,
    /// 7
    PermissionDenied,
    /// 8
    ResourceExhausted,
    /// 9
    FailedPrecondition,
    /// 10
    Aborted,
    /// 11
    OutOfRange,
    /// 12
    Unimplemented,
    /// 13
    Internal,
    /// 14
    Unavailable,
    /// 15
    DataLoss,
    /// 16
    Unauthenticated,
}

impl StatusCode {
    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Cancelled => "CANCELLED",
            Self::Unknown => "UNKNOWN",
            Self::InvalidArgument => "INVALID_ARGUMENT",
            Self::DeadlineExceeded => "DEADLINE_EXCEEDED",
            Self::NotFound => "NOT_FOUND",
            Self::AlreadyExists => "ALREADY_EXISTS",
            Self::PermissionDenied => "PERMISSION_DENIED",
            Self::ResourceExhausted => "RESOURCE_EXHAUSTED",
            Self::FailedPrecondition => "FAILED_PRECONDITION",
            Self::Aborted => "ABORTED",
            Self::OutOfRange => "OUT_OF_RANGE",
            Self::Unimplemented => "UNIMPLEMENTED",
            Self::Internal => "INTERNAL",
            Self::Unavailable => "UNAVAILABLE",
            Self::DataLoss => "DATA_LOSS",
            Self::Unauthenticated => "UNAUTHENTICATED",
        }
    }

    /// Returns the status in headers or trailers.
    pub(super) fn sent(headers: &HeaderMap) -> Option<Self> {
        let status = headers.get(GRPC_STATUS)?;
        Some(Code::from_bytes(status.as_bytes()).into())
    }

    /// Returns the status of an HTTP response that is not gRPC (gRPC, "HTTP to gRPC Status Code
    /// Mapping").
    pub(super) fn of_http(status: HttpStatus) -> Option<Self> {
        match status {
            HttpStatus::OK => None,
            HttpStatus::BAD_REQUEST => Some(Self::Internal),
            HttpStatus::UNAUTHORIZED => Some(Self::Unauthenticated),
            HttpStatus::FORBIDDEN => Some(Self::PermissionDenied),
            HttpStatus::NOT_FOUND => Some(Self::Unimplemented),
            HttpStatus::TOO_MANY_REQUESTS
            | HttpStatus::BAD_GATEWAY
            | HttpStatus::SERVICE_UNAVAILABLE
            | HttpStatus::GATEWAY_TIMEOUT => Some(Self::Unavailable),
            _ => Some(Self::Unknown),
        }
    }
}

impl From<Code> for StatusCode {
    fn from(code: Code) -> Self {
        match code {
            Code::Ok => Self::Ok,
            Code::Cancelled => Self::Cancelled,
            Code::Unknown => Self::Unknown,
            Code::InvalidArgument => Self::InvalidArgument,
            Code::DeadlineExceeded => Self::DeadlineExceeded,
            Code::NotFound => Self::NotFound,
            Code::AlreadyExists => Self::AlreadyExists,
            Code::PermissionDenied => Self::PermissionDenied,
            Code::ResourceExhausted => Self::ResourceExhausted,
            Code::FailedPrecondition => Self::FailedPrecondition,
            Code::Aborted => Self::Aborted,
            Code::OutOfRange => Self::OutOfRange,
            Code::Unimplemented => Self::Unimplemented,
            Code::Internal => Self::Internal,
            Code::Unavailable => Self::Unavailable,
            Code::DataLoss => Self::DataLoss,
            Code::Unauthenticated => Self::Unauthenticated,
        }
    }
}
