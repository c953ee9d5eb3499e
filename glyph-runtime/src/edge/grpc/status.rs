//! The status of a call as a label.

use ::http::{HeaderMap, StatusCode as HttpStatus};
use tonic::Code;

use crate::{Label, edge::label_value};

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
        label_value::at(Self::VALUES, self as usize)
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
    /// The variants are in the order of gRPC's numbers.
    fn from(code: Code) -> Self {
        Self::literal(code as usize, "")
    }
}

#[cfg(test)]
mod tests {
    use tonic::Code;

    use super::StatusCode;

    #[test]
    fn each_code_is_the_variant_of_its_name() {
        for number in 0..=16 {
            let code = Code::from(number);
            assert_eq!(format!("{:?}", StatusCode::from(code)), format!("{code:?}"));
        }
    }
}
