//! Messaging systems.

/// A messaging system (OpenTelemetry semantic conventions, `messaging.system`).
///
/// ```
/// use glyph_runtime::messaging::System;
///
/// assert_eq!(System::ServiceBus.as_str(), "servicebus");
/// assert_eq!(System::Other("nats").as_str(), "nats");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum System {
    /// Apache `ActiveMQ`
    Activemq,
    /// Azure Event Hubs
    EventHubs,
    /// Google Cloud Pub/Sub
    GcpPubsub,
    /// Apache Kafka
    Kafka,
    /// Apache Pulsar
    Pulsar,
    /// `RabbitMQ`
    Rabbitmq,
    /// Apache `RocketMQ`
    Rocketmq,
    /// Azure Service Bus
    ServiceBus,
    /// Amazon Simple Queue Service
    Sqs,
    /// A system that the conventions do not name, by its name in lower case.
    Other(&'static str),
}

impl System {
    /// The systems that the conventions name.
    pub const KNOWN: [Self; 9] = [
        Self::Activemq,
        Self::EventHubs,
        Self::GcpPubsub,
        Self::Kafka,
        Self::Pulsar,
        Self::Rabbitmq,
        Self::Rocketmq,
        Self::ServiceBus,
        Self::Sqs,
    ];

    /// Returns the label value.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Activemq => "activemq",
            Self::EventHubs => "eventhubs",
            Self::GcpPubsub => "gcp_pubsub",
            Self::Kafka => "kafka",
            Self::Pulsar => "pulsar",
            Self::Rabbitmq => "rabbitmq",
            Self::Rocketmq => "rocketmq",
            Self::ServiceBus => "servicebus",
            Self::Sqs => "aws_sqs",
            Self::Other(name) => name,
        }
    }
}
