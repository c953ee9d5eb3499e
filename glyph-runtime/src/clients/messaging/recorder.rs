//! Receives the measurements of a client.

use super::{CallEnd, System};
use crate::Label;

/// What an operation does (OpenTelemetry semantic conventions, `messaging.operation.type`).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum OperationType {
    /// Sends messages to the broker.
    Send,
    /// Receives messages from the broker.
    Receive,
    /// Processes a message that was received.
    Process,
    /// Acknowledges or rejects messages.
    Settle,
}

impl OperationType {
    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive => "receive",
            Self::Process => "process",
            Self::Settle => "settle",
        }
    }

    /// The kind of the span.
    pub(super) const fn span_kind(self) -> &'static str {
        match self {
            Self::Send => "producer",
            Self::Process => "consumer",
            Self::Receive | Self::Settle => "client",
        }
    }
}

/// The parts of a call that can be labels. A part that is not known is empty.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientOperation<'a> {
    /// The system.
    pub system: System,
    /// What the operation does.
    pub operation_type: OperationType,
    /// The name of the operation in the client library, such as `poll`.
    pub name: &'a str,
    /// The topic, queue or exchange.
    pub destination: &'a str,
    /// The group of the consumer.
    pub consumer_group: &'a str,
    /// The host of the broker.
    pub server_address: &'a str,
}

/// Receives the measurements of a client. [`ClientMetrics`](super::ClientMetrics) implements it; a
/// catalog of the program can, with other labels and limits.
///
/// Each call that starts ends once, whatever happens to it.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call has started. [`ended`](Self::ended) follows.
    fn started(&self, operation: &ClientOperation<'_>) {
        let _ = operation;
    }

    /// A call has ended. `messages` is the number of messages that it sent, received, processed or
    /// settled. The span of the call is current.
    fn ended(&self, operation: &ClientOperation<'_>, end: &CallEnd<'_>, messages: u64);

    /// The number of messages that the group has not consumed is known.
    fn lag(&self, destination: &str, consumer_group: &str, messages: u64) {
        let _ = (destination, consumer_group, messages);
    }
}
