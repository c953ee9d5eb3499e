//! A request that upgrades to a WebSocket.

use axum::{Router, extract::WebSocketUpgrade, response::Response, routing::any};
use futures_util::{SinkExt, StreamExt};
use glyph_runtime::{
    http::{
        Method, ServerLayer, ServerMetrics, StatusClass,
        server::labels::{Active, Answered},
    },
    testing,
};
use opentelemetry::trace::Status;
use tokio_tungstenite::{connect_async, tungstenite::Message};

use crate::http::{
    kept::{attribute, keep},
    wire::serve,
};

async fn echo(upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|mut socket| async move {
        while let Some(Ok(message)) = socket.recv().await {
            if socket.send(message).await.is_err() {
                return;
            }
        }
    })
}

#[tokio::test]
async fn web_socket_is_one_request_ending_with_its_handshake() {
    let _captured = testing::capture();
    let kept = keep();
    let router = Router::new()
        .route("/rooms/{id}", any(echo))
        .layer(ServerLayer::new(ServerMetrics::global()));
    let address = serve(router).await;
    let (mut socket, handshake) = connect_async(format!("ws://{address}/rooms/7"))
        .await
        .unwrap();
    assert_eq!(handshake.status().as_u16(), 101);
    assert!(handshake.headers().contains_key("x-request-id"));

    let metrics = ServerMetrics::global();
    let (method, route) = (Method::Get, "/rooms/{id}");
    let ended = || {
        let status = StatusClass::Informational;
        let answered = Answered {
            method,
            route,
            status,
        };
        metrics.request_duration.snapshot(answered).count()
    };
    for text in ["hello", "again"] {
        socket.send(Message::from(text)).await.unwrap();
        let answer = socket.next().await.unwrap().unwrap();
        assert_eq!(answer.into_text().unwrap().as_str(), text);
        assert_eq!(ended(), 1);
        assert_eq!(metrics.active_requests.value(Active { method }), 0.0);
    }
    socket.close(None).await.unwrap();
    while socket.next().await.is_some() {}
    assert_eq!(ended(), 1);
    let span = kept.span();
    assert_eq!(span.name, "GET /rooms/{id}");
    assert_eq!(span.status, Status::Unset);
    assert_eq!(attribute(&span, "http.response.status_code"), "101");
}
