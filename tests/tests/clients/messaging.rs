//! Messages that are sent, received and processed.

use glyph_runtime::{
    messaging::{
        Client, ClientMetrics, Failure, OperationType, System,
        labels::{Consumed, Groups, Operations, Sent},
    },
    testing,
};

#[derive(Debug)]
struct Rejected;

fn kafka() -> Client<Rejected> {
    let failure = |_: &Rejected| Failure::new("MESSAGE_TOO_LARGE");
    Client::new(ClientMetrics::global(), System::Kafka, failure).server_address("broker1")
}

fn sent(error_type: &str) -> u64 {
    ClientMetrics::global().sent_messages.value(Sent {
        system: "kafka",
        operation: "publish",
        destination: "orders",
        server_address: "broker1",
        error_type,
    })
}

fn consumed<'a>(operation: &'a str, error_type: &'a str) -> Consumed<'a> {
    Consumed {
        system: "kafka",
        operation,
        destination: "orders",
        consumer_group: "billing",
        server_address: "broker1",
        error_type,
    }
}

fn calls(operation_type: OperationType, operation: &str, consumer_group: &str) -> u64 {
    let durations = &ClientMetrics::global().operation_duration;
    let labels = Operations {
        system: "kafka",
        operation_type,
        operation,
        destination: "orders",
        consumer_group,
        server_address: "broker1",
        error_type: "",
    };
    durations.snapshot(labels).count()
}

#[test]
fn sent_messages_are_counted_with_their_failure() {
    let captured = testing::capture();
    let client = kafka();
    let publish = || client.send("orders").name("publish").messages(3);
    publish().time(|| Ok(())).unwrap();
    publish().time(|| Err::<(), _>(Rejected)).unwrap_err();
    assert_eq!((sent(""), sent("MESSAGE_TOO_LARGE")), (3, 3));
    assert_eq!(calls(OperationType::Send, "publish", ""), 1);
    let spans = captured.spans();
    let described = spans
        .iter()
        .map(|span| (span.field("otel.name"), span.kind(), span.error_type()));
    let of = |error_type| (Some("publish orders"), Some("producer"), error_type);
    assert_eq!(
        described.collect::<Vec<_>>(),
        [of(None), of(Some("MESSAGE_TOO_LARGE"))]
    );
}

#[test]
fn received_batch_counts_its_messages_and_an_empty_one_none() {
    let _captured = testing::capture();
    let client = kafka();
    let receive = || client.receive("orders").consumer_group("billing");
    receive().time_batch(Vec::len, || Ok(vec![1, 2])).unwrap();
    receive()
        .time_batch(Vec::len, || Ok(Vec::<u8>::new()))
        .unwrap();
    receive().time(|| Err::<u8, _>(Rejected)).unwrap_err();
    let metrics = ClientMetrics::global();
    assert_eq!(metrics.consumed_messages.value(consumed("receive", "")), 2);
    assert_eq!(
        metrics
            .consumed_messages
            .value(consumed("receive", "MESSAGE_TOO_LARGE")),
        0
    );
    assert_eq!(calls(OperationType::Receive, "receive", "billing"), 2);
}

#[test]
fn processing_is_no_call_to_the_broker() {
    let captured = testing::capture();
    let client = kafka();
    let process = client.process("orders").consumer_group("billing");
    process.time(|| Ok(())).unwrap();
    let metrics = ClientMetrics::global();
    assert_eq!(
        metrics
            .process_duration
            .snapshot(consumed("process", ""))
            .count(),
        1
    );
    assert_eq!(calls(OperationType::Process, "process", "billing"), 0);
    assert_eq!(metrics.consumed_messages.value(consumed("process", "")), 0);
    assert_eq!(captured.span("messaging.client").kind(), Some("consumer"));
}

#[test]
fn lag_is_the_number_that_was_set_last() {
    let _captured = testing::capture();
    let client = kafka();
    client.set_lag("orders", "billing", 70);
    client.set_lag("orders", "billing", 12);
    let group = Groups {
        destination: "orders",
        consumer_group: "billing",
    };
    let lag = ClientMetrics::global().consumer_lag.value(group);
    assert_eq!(lag.to_string(), "12");
}
