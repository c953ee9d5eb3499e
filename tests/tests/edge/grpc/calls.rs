//! Each kind of gRPC call, measured to its end.

use futures_util::stream;
use glyph_runtime::grpc::StatusCode;
use opentelemetry::trace::{SpanKind, Status};
use tokio::sync::mpsc;
use tonic::Request;

use crate::grpc::{
    kept::attribute,
    recorded::{Ended, Recorded, active, record, until_idle},
    shop::{CHAT, RESERVE, Text, UPLOAD, WATCH, measured, path, serve, text},
};

/// Asserts that both sides recorded one successful call.
async fn assert_ok(recorded: &Recorded, method: &'static str) {
    until_idle().await;
    let ended = Ended {
        method,
        status: StatusCode::Ok,
        error: None,
    };
    recorded.assert_served(ended);
    recorded.assert_called(ended);
    for kind in [SpanKind::Server, SpanKind::Client] {
        assert_eq!(recorded.error(&kind), (Status::Unset, String::new()));
    }
}

#[tokio::test]
async fn unary_call_is_recorded_once_on_each_side() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let answer = client.unary(text("echo hello"), path(RESERVE), Text).await;
    assert_eq!(answer.unwrap().get_ref(), "hello");
    assert_ok(&recorded, RESERVE).await;

    let served = recorded.span(&SpanKind::Server);
    let called = recorded.span(&SpanKind::Client);
    assert_eq!((&*served.name, &*called.name), (RESERVE, RESERVE));
    for span in [&served, &called] {
        for (name, value) in [
            ("rpc.system.name", "grpc"),
            ("rpc.method", RESERVE),
            ("rpc.status_code", "OK"),
        ] {
            assert_eq!(attribute(span, name), value, "{name}");
            let keys = span.attributes.iter().map(|pair| pair.key.as_str());
            assert_eq!(keys.filter(|key| *key == name).count(), 1, "{name}");
        }
    }
    assert_eq!(attribute(&called, "server.address"), "stock.test");
    assert_eq!(attribute(&called, "server.port"), "50051");
    assert_eq!(attribute(&served, "network.peer.address"), "127.0.0.1");
    // What the conventions name for gRPC, and no more.
    let known = [
        "error.type",
        "network.peer.address",
        "network.peer.port",
        "rpc.method",
        "rpc.method_original",
        "rpc.status_code",
        "rpc.system.name",
        "server.address",
        "server.port",
    ];
    for span in [&served, &called] {
        for pair in &span.attributes {
            let name = pair.key.as_str();
            assert!(known.contains(&name), "{name}");
        }
    }
    assert!(
        attribute(&served, "network.peer.port")
            .parse::<u16>()
            .is_ok()
    );
    let lines = recorded.kept.lines();
    let completed = lines
        .iter()
        .find(|line| line["target"] == "grpc.call")
        .unwrap();
    assert_eq!(completed["level"], "INFO");
    assert_eq!(completed["rpc.method"], RESERVE);
    assert_eq!(completed["rpc.status_code"], "OK");
}

#[tokio::test]
async fn response_stream_lasts_until_its_last_message() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let answer = client
        .server_streaming(text("3 echo last"), path(WATCH), Text)
        .await;
    let mut messages = answer.unwrap().into_inner();
    for expected in ["0", "1", "2", "last"] {
        assert_eq!(messages.message().await.unwrap().unwrap(), expected);
    }
    assert!(active() > 0.0);
    assert_eq!(messages.message().await.unwrap(), None);
    assert_ok(&recorded, WATCH).await;
}

#[tokio::test]
async fn request_stream_is_recorded_once_on_each_side() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let messages = stream::iter(["echo a", "echo b"].map(str::to_owned));
    let answer = client
        .client_streaming(Request::new(messages), path(UPLOAD), Text)
        .await;
    assert_eq!(answer.unwrap().get_ref(), "2");
    assert_ok(&recorded, UPLOAD).await;
}

#[tokio::test]
async fn bidirectional_stream_of_an_hour_lasts_an_hour() {
    let recorded = record();
    let hour = std::time::Duration::from_secs(3600);
    let mut client = measured(serve().await).await;
    let (send, messages) = mpsc::channel(1);
    let messages = stream::unfold(messages, |mut messages| async {
        let message: String = messages.recv().await?;
        Some((message, messages))
    });
    let answer = client
        .streaming(Request::new(messages), path(CHAT), Text)
        .await;
    let mut answers = answer.unwrap().into_inner();
    for text in ["one", "two"] {
        send.send(format!("echo {text}")).await.unwrap();
        assert_eq!(answers.message().await.unwrap().unwrap(), text);
        recorded.captured.clock().advance(hour / 2);
    }
    assert_eq!(active(), 2.0);
    drop(send);
    assert_eq!(answers.message().await.unwrap(), None);
    assert_ok(&recorded, CHAT).await;
    let metrics = glyph_runtime::grpc::ServerMetrics::global();
    let duration = recorded.captured.histogram_of(&metrics.call_duration);
    assert!(duration.sum() >= 3600.0, "{}", duration.sum());
}
