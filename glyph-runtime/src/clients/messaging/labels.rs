//! The label sets of [`ClientMetrics`](super::ClientMetrics).
//!
//! ```
//! use glyph_runtime::messaging::{ClientMetrics, labels::Groups};
//!
//! let group = Groups { destination: "orders", consumer_group: "billing" };
//! ClientMetrics::global().consumer_lag.set(group, 12);
//! ```

use super::OperationType;
use crate::LabelSet;

/// A call to the broker and its failure.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Operations<'a> {
    /// The system.
    #[label(name = "messaging_system", max = 2)]
    pub system: &'a str,
    /// What the operation does.
    #[label(name = "messaging_operation_type")]
    pub operation_type: OperationType,
    /// The name of the operation.
    #[label(name = "messaging_operation_name", max = 8)]
    pub operation: &'a str,
    /// The topic, queue or exchange.
    #[label(name = "messaging_destination_name", max = 32)]
    pub destination: &'a str,
    /// The group of the consumer.
    #[label(name = "messaging_consumer_group_name", max = 8)]
    pub consumer_group: &'a str,
    /// The host of the broker.
    #[label(name = "server_address", max = 2)]
    pub server_address: &'a str,
    /// How the call failed, if it did.
    #[label(name = "error_type", max = 8)]
    pub error_type: &'a str,
}

/// The processing of a message and its failure. Also received messages.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Consumed<'a> {
    /// The system.
    #[label(name = "messaging_system", max = 2)]
    pub system: &'a str,
    /// The name of the operation.
    #[label(name = "messaging_operation_name", max = 8)]
    pub operation: &'a str,
    /// The topic, queue or exchange.
    #[label(name = "messaging_destination_name", max = 32)]
    pub destination: &'a str,
    /// The group of the consumer.
    #[label(name = "messaging_consumer_group_name", max = 8)]
    pub consumer_group: &'a str,
    /// The host of the broker.
    #[label(name = "server_address", max = 2)]
    pub server_address: &'a str,
    /// How the call failed, if it did.
    #[label(name = "error_type", max = 8)]
    pub error_type: &'a str,
}

/// Messages that were sent, and the failure of their call.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Sent<'a> {
    /// The system.
    #[label(name = "messaging_system", max = 2)]
    pub system: &'a str,
    /// The name of the operation.
    #[label(name = "messaging_operation_name", max = 8)]
    pub operation: &'a str,
    /// The topic, queue or exchange.
    #[label(name = "messaging_destination_name", max = 32)]
    pub destination: &'a str,
    /// The host of the broker.
    #[label(name = "server_address", max = 2)]
    pub server_address: &'a str,
    /// How the call failed, if it did.
    #[label(name = "error_type", max = 8)]
    pub error_type: &'a str,
}

/// A group of consumers of a destination.
#[derive(LabelSet)]
#[label(crate = crate)]
pub struct Groups<'a> {
    /// The topic, queue or exchange.
    #[label(name = "messaging_destination_name", max = 32)]
    pub destination: &'a str,
    /// The group of the consumers.
    #[label(name = "messaging_consumer_group_name", max = 8)]
    pub consumer_group: &'a str,
}
