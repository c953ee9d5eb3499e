//! The kind of failure of a call, as a label.

use super::label_value;
use crate::{Label, Outcome};

/// How a call failed.
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum ErrorType {
    /// The status is an error. In HTTP: 500 and above, for a client also 400 and above. In gRPC:
    /// any but `OK` for a client, and those that blame the server for a server.
    Status,
    /// The connection, the body or the service below failed.
    Transport,
    /// The call took too long: an error or a status that means a timeout.
    Timeout,
    /// The other side left before the end, or the caller dropped the call.
    Cancelled,
    /// The handler panicked.
    Panic,
}

impl ErrorType {
    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        label_value::at(Self::VALUES, self as usize)
    }

    pub(super) const fn outcome(self) -> Outcome {
        match self {
            Self::Status | Self::Transport => Outcome::Error,
            Self::Timeout => Outcome::Timeout,
            Self::Cancelled => Outcome::Cancelled,
            Self::Panic => Outcome::Panicked,
        }
    }
}
