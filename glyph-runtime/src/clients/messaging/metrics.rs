//! Metrics of messages, with the names of OpenTelemetry.

use super::{
    CallEnd, ClientOperation, ClientRecorder, OperationType,
    labels::{Consumed, Groups, Operations, Sent},
};
use crate::{Counter, Gauge, Histogram, metric_catalog};

/// Metrics of messages, to be nested in a catalog: `#[catalog] messaging: ClientMetrics`. Series are
/// absent until they are recorded.
///
/// | metric | labels |
/// |---|---|
/// | `messaging_client_operation_duration_seconds` | system, type, operation, destination, group, host, `error_type` |
/// | `messaging_process_duration_seconds` | system, operation, destination, group, host, `error_type` |
/// | `messaging_client_sent_messages_total` | system, operation, destination, host, `error_type` |
/// | `messaging_client_consumed_messages_total` | system, operation, destination, group, host, `error_type` |
/// | `messaging_consumer_lag` | destination, group |
///
/// The labels are `messaging_system`, `messaging_operation_type`, `messaging_operation_name`,
/// `messaging_destination_name`, `messaging_consumer_group_name`, `server_address` and `error_type`:
/// the error type of the [`Failure`](super::Failure), `cancelled` or `panic`. A label is empty if
/// the call did not fail, or the part is not known. The first 32 destinations, 8 operations, groups
/// and error types, and 2 systems and hosts get separate series. All others share `other`. A program
/// that needs more implements [`ClientRecorder`] for its own catalog.
///
/// The lag is not in the conventions.
#[metric_catalog(namespace = "messaging", max_series = 20_000_000, crate = crate)]
pub struct ClientMetrics {
    /// Duration of messaging operations that a client starts.
    #[metric(name = "client.operation.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub operation_duration: Histogram<Operations<'_>>,

    /// Duration of processing a message.
    #[metric(name = "process.duration", unit = seconds, sparse, buckets = [5ms, 10ms, 25ms, 50ms, 75ms, 100ms, 250ms, 500ms, 750ms, 1s, 2.5s, 5s, 7.5s, 10s])]
    pub process_duration: Histogram<Consumed<'_>>,

    /// Messages that a producer tried to send to the broker.
    #[metric(name = "client.sent.messages", sparse)]
    pub sent_messages: Counter<Sent<'_>>,

    /// Messages that were delivered to the program.
    #[metric(name = "client.consumed.messages", sparse)]
    pub consumed_messages: Counter<Consumed<'_>>,

    /// Messages in a destination that a group has not consumed.
    #[metric(name = "consumer.lag", sparse)]
    pub consumer_lag: Gauge<Groups<'_>>,
}

impl ClientRecorder for ClientMetrics {
    fn ended(&self, operation: &ClientOperation<'_>, end: &CallEnd<'_>, messages: u64) {
        let consumed = consumed(operation, end);
        match operation.operation_type {
            OperationType::Process => {
                self.process_duration.observe(consumed, end.duration);
                return;
            }
            OperationType::Send => self.sent_messages.add(sent(operation, end), messages),
            OperationType::Receive if messages > 0 => {
                self.consumed_messages.add(consumed, messages);
            }
            OperationType::Receive | OperationType::Settle => {}
        }
        let labels = Operations {
            system: operation.system.as_str(),
            operation_type: operation.operation_type,
            operation: operation.name,
            destination: operation.destination,
            consumer_group: operation.consumer_group,
            server_address: operation.server_address,
            error_type: end.error_type,
        };
        self.operation_duration.observe(labels, end.duration);
    }

    fn lag(&self, destination: &str, consumer_group: &str, messages: u64) {
        let group = Groups {
            destination,
            consumer_group,
        };
        self.consumer_lag.set(group, messages);
    }
}

const fn consumed<'a>(operation: &ClientOperation<'a>, end: &CallEnd<'a>) -> Consumed<'a> {
    Consumed {
        system: operation.system.as_str(),
        operation: operation.name,
        destination: operation.destination,
        consumer_group: operation.consumer_group,
        server_address: operation.server_address,
        error_type: end.error_type,
    }
}

const fn sent<'a>(operation: &ClientOperation<'a>, end: &CallEnd<'a>) -> Sent<'a> {
    Sent {
        system: operation.system.as_str(),
        operation: operation.name,
        destination: operation.destination,
        server_address: operation.server_address,
        error_type: end.error_type,
    }
}
