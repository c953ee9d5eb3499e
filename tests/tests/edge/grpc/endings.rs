//! However a call ends, it counts once on each side and is no longer in flight.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use futures_util::stream;
use glyph_runtime::grpc::{ErrorType, OTHER, ResponseBody, StatusCode};
use glyph_tests::wait::until_async;
use http::HeaderMap;
use http_body_util::{BodyExt, Empty, Full};
use opentelemetry::trace::{SpanKind, Status};
use tokio::sync::mpsc;
use tonic::{Code, Request, client::Grpc, transport::Channel};
use tower::{Layer, ServiceExt, service_fn};

use crate::grpc::{
    recorded::{Ended, Recorded, active, record, until_idle},
    shop::{
        CHAT, RESERVE, Text, UPLOAD, WATCH, channel, client_layer, measured, path, plain, serve,
        serve_behind, server_layer, text,
    },
};

const fn ended(method: &'static str, status: StatusCode, error: ErrorType) -> Ended {
    Ended {
        method,
        status,
        error: Some(error),
    }
}

const fn cancelled(method: &'static str) -> Ended {
    ended(method, StatusCode::Cancelled, ErrorType::Cancelled)
}

const fn too_late(method: &'static str) -> Ended {
    ended(method, StatusCode::DeadlineExceeded, ErrorType::Timeout)
}

fn failed(error: &str) -> (Status, String) {
    (Status::error(""), error.to_owned())
}

#[tokio::test]
async fn client_disconnecting_during_the_stream_is_cancelled() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let answer = client.server_streaming(text("3 hang"), path(WATCH), Text);
    let mut messages = answer.await.unwrap().into_inner();
    messages.message().await.unwrap().unwrap();
    assert_eq!(active(), 2.0);
    drop(messages);
    until_idle().await;
    recorded.assert_served(cancelled(WATCH));
    recorded.assert_called(cancelled(WATCH));
    let served = recorded.error(&SpanKind::Server);
    assert_eq!(served, (Status::Unset, String::new()));
    assert_eq!(recorded.error(&SpanKind::Client), failed("CANCELLED"));
}

#[tokio::test]
async fn client_disconnecting_before_the_response_is_cancelled() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    {
        let call = client.unary(text("hang"), path(RESERVE), Text);
        tokio::pin!(call);
        tokio::select! {
            _ = &mut call => panic!("it hangs"),
            () = until_async("both sides are active", || active() == 2.0) => {}
        }
    }
    until_idle().await;
    recorded.assert_served(cancelled(RESERVE));
    recorded.assert_called(cancelled(RESERVE));
}

#[tokio::test]
async fn client_disconnecting_during_its_own_stream_is_cancelled() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    {
        let endless = stream::pending::<String>();
        let call = client.client_streaming(Request::new(endless), path(UPLOAD), Text);
        tokio::pin!(call);
        tokio::select! {
            _ = &mut call => panic!("it hangs"),
            () = until_async("both sides are active", || active() == 2.0) => {}
        }
    }
    until_idle().await;
    recorded.assert_served(cancelled(UPLOAD));
    recorded.assert_called(cancelled(UPLOAD));
}

#[tokio::test]
async fn handler_panic_is_recorded() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let call = client.unary(text("panic"), path(RESERVE), Text);
    call.await.unwrap_err();
    until_idle().await;
    let panicked = ended(RESERVE, StatusCode::Unknown, ErrorType::Panic);
    recorded.assert_served(panicked);
    assert_eq!(recorded.error(&SpanKind::Server), failed("panic"));
    let lines = recorded.kept.lines();
    let completed = lines.iter().find(|line| line["target"] == "grpc.call");
    let completed = completed.unwrap();
    assert_eq!(
        (&completed["level"], &completed["error.type"]),
        (&"ERROR".into(), &"panic".into())
    );
}

#[tokio::test]
async fn stream_panic_is_recorded() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let (send, messages) = mpsc::channel(1);
    send.send("echo a".to_owned()).await.unwrap();
    let messages = stream::unfold(messages, |mut messages| async {
        let message: String = messages.recv().await?;
        Some((message, messages))
    });
    let answer = client.streaming(Request::new(messages), path(CHAT), Text);
    let mut messages = answer.await.unwrap().into_inner();
    assert_eq!(messages.message().await.unwrap().unwrap(), "a");
    send.send("panic".to_owned()).await.unwrap();
    messages.message().await.unwrap_err();
    drop(messages);
    until_idle().await;
    recorded.assert_served(ended(CHAT, StatusCode::Unknown, ErrorType::Panic));
}

#[tokio::test]
async fn client_deadline_is_a_timeout() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let mut asked = text("hang");
    asked.set_timeout(Duration::from_secs(1));
    let failed_with = client.unary(asked, path(RESERVE), Text).await.unwrap_err();
    // The message that tonic uses.
    assert_eq!(failed_with.code(), Code::Cancelled);
    until_idle().await;
    recorded.assert_served(too_late(RESERVE));
    let timeout = ended(RESERVE, StatusCode::Cancelled, ErrorType::Timeout);
    recorded.assert_called(timeout);
    assert_eq!(
        recorded.error(&SpanKind::Server),
        failed("DEADLINE_EXCEEDED")
    );
    assert_eq!(recorded.error(&SpanKind::Client), failed("timeout"));
}

#[tokio::test]
async fn deadline_during_the_stream_is_a_timeout() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let mut asked = text("1 hang");
    asked.set_timeout(Duration::from_secs(30));
    let answer = client.server_streaming(asked, path(WATCH), Text).await;
    let mut messages = answer.unwrap().into_inner();
    messages.message().await.unwrap().unwrap();
    recorded.captured.clock().advance(Duration::from_secs(30));
    drop(messages);
    until_idle().await;
    recorded.assert_served(too_late(WATCH));
    recorded.assert_called(too_late(WATCH));
}

#[tokio::test]
async fn server_timeout_is_recorded() {
    let recorded = record();
    let limit = Duration::from_millis(20);
    let layer = server_layer().timeout(limit);
    let mut client = plain(serve_behind(layer, Some(limit)).await).await;
    client
        .unary(text("hang"), path(RESERVE), Text)
        .await
        .unwrap_err();
    until_idle().await;
    recorded.assert_served(too_late(RESERVE));
}

#[tokio::test]
async fn channel_timeout_is_recorded() {
    let recorded = record();
    let endpoint = channel(serve().await).timeout(Duration::from_millis(20));
    let mut client = Grpc::new(client_layer().layer(endpoint.connect_lazy()));
    client.ready().await.unwrap();
    let call = client.unary(text("hang"), path(RESERVE), Text);
    assert_eq!(call.await.unwrap_err().code(), Code::Cancelled);
    until_idle().await;
    let timeout = ended(RESERVE, StatusCode::Cancelled, ErrorType::Timeout);
    recorded.assert_called(timeout);
}

#[tokio::test]
async fn unreachable_peer_is_unavailable() {
    let recorded = record();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let mut client = measured(address).await;
    let call = client.unary(text("echo"), path(RESERVE), Text);
    assert_eq!(call.await.unwrap_err().code(), Code::Unavailable);
    recorded.assert_called(ended(
        RESERVE,
        StatusCode::Unavailable,
        ErrorType::Transport,
    ));
    assert_eq!(recorded.error(&SpanKind::Client), failed("transport"));
}

/// Calls through a client whose channel returns this response.
async fn answered<B>(recorded: &Recorded, answer: http::Response<B>) -> (Status, String)
where
    B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    let answer = std::sync::Mutex::new(Some(answer));
    let channel = service_fn(|_: http::Request<()>| {
        let answer = answer.lock().unwrap().take().unwrap();
        std::future::ready(Ok::<_, Infallible>(answer))
    });
    let asked = http::Request::post(format!("/{RESERVE}")).body(()).unwrap();
    let answer = client_layer().layer(channel).oneshot(asked).await.unwrap();
    let _trailers = ResponseBody::collect(answer.into_body()).await.unwrap();
    recorded.error(&SpanKind::Client)
}

#[tokio::test]
async fn response_without_a_status_is_an_error() {
    let recorded = record();
    let body = Full::new(Bytes::from_static(b"\0\0\0\0\0"));
    let error = answered(&recorded, http::Response::new(body)).await;
    recorded.assert_called(ended(RESERVE, StatusCode::Unknown, ErrorType::Transport));
    assert_eq!(error, failed("transport"));
}

#[tokio::test]
async fn empty_response_is_an_error() {
    let recorded = record();
    let error = answered(&recorded, http::Response::new(Empty::new())).await;
    recorded.assert_called(ended(RESERVE, StatusCode::Unknown, ErrorType::Transport));
    assert_eq!(error, failed("transport"));
}

#[tokio::test]
async fn invalid_grpc_status_is_unknown() {
    for told in ["42", "", "-1", "ok", "0 "] {
        let recorded = record();
        let trailers = HeaderMap::from_iter([(
            http::HeaderName::from_static("grpc-status"),
            http::HeaderValue::from_str(told).unwrap(),
        )]);
        let body = Full::new(Bytes::from_static(b"\0\0\0\0\0"))
            .with_trailers(async { Some(Ok(trailers)) });
        let error = answered(&recorded, http::Response::new(body)).await;
        recorded.assert_called(ended(RESERVE, StatusCode::Unknown, ErrorType::Status));
        assert_eq!(error, failed("UNKNOWN"), "{told:?}");
    }
}

#[tokio::test]
async fn proxy_response_is_mapped_to_a_status() {
    for (answer, method, status) in [
        (503, RESERVE, StatusCode::Unavailable),
        (401, RESERVE, StatusCode::Unauthenticated),
        (404, OTHER, StatusCode::Unimplemented),
        (500, RESERVE, StatusCode::Unknown),
    ] {
        let recorded = record();
        let response = http::Response::builder().status(answer);
        let response = response.body(Empty::new()).unwrap();
        let error = answered(&recorded, response).await;
        recorded.assert_called(ended(method, status, ErrorType::Status));
        assert_eq!(error, failed(status.as_str()));
    }
}

#[tokio::test]
async fn connection_broken_during_the_stream_is_an_error() {
    let recorded = record();
    let (mut server, address) = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        (
            Box::pin(async move { listener.accept().await.unwrap().0 }),
            address,
        )
    };
    let call = tokio::spawn(async move {
        let channel: Channel = channel(address).connect_lazy();
        let mut client = Grpc::new(client_layer().layer(channel));
        client.ready().await.unwrap();
        client.unary(text("echo"), path(RESERVE), Text).await
    });
    let stream = server.as_mut().await;
    until_async("the client is active", || active() == 1.0).await;
    drop(stream);
    call.await.unwrap().unwrap_err();
    until_idle().await;
    let metrics = glyph_runtime::grpc::ClientMetrics::global();
    let duration = recorded.captured.histogram_of(&metrics.call_duration);
    assert_eq!(duration.count(), 1);
    assert_eq!(recorded.error(&SpanKind::Client).0, Status::error(""));
}
