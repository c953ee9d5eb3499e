//! The status of a call that breaks: a client has the one that its application sees, and a server
//! whose client leaves before its message is whole has `CANCELLED`.

use std::{net::SocketAddr, time::Duration};

use bytes::Bytes;
use futures_util::future::poll_fn;
use glyph_runtime::grpc::{ErrorType, StatusCode};
use glyph_tests::wait;
use h2::{Ping, PingPong, Reason, server::SendResponse};
use http::{HeaderMap, HeaderValue, Request, Response};
use opentelemetry::trace::{SpanKind, Status};
use tokio::net::{TcpListener, TcpStream};
use tonic::{Code, client::Grpc};
use tower::Layer;

use crate::grpc::{
    recorded::{Ended, Recorded, active, record, until_idle},
    shop::{CHAT, RESERVE, Text, UPLOAD, WATCH, channel, client_layer, path, serve, text},
};

/// What a server does to a call.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Peer {
    /// Resets the stream before the head of the response.
    Resets(Reason),
    /// Resets the stream after the head and a message.
    ResetsBody(Reason),
    /// Closes the connection before the head.
    Closes,
    /// Closes the connection after the head and a message.
    ClosesBody,
    /// Says that it goes away.
    GoesAway(Reason),
    /// Ends the stream after the head and a message.
    EndsWithoutStatus,
    /// Responds with this status of HTTP and no status of gRPC.
    Http(u16),
    /// Sends trailers with this status after a message.
    Status(i32),
    /// Does not respond.
    Hangs,
}

const MESSAGE: &[u8] = b"\0\0\0\0\x02ok";

fn head(status: u16) -> Response<()> {
    let head = Response::builder().status(status);
    head.header("content-type", "application/grpc")
        .body(())
        .unwrap()
}

/// Waits until the other side has received what was sent, or is gone. The first ping may overtake
/// it, and the second follows it.
async fn received(pings: &mut PingPong) {
    for _ in 0..2 {
        let _pong = pings.ping(Ping::opaque()).await;
    }
}

async fn act(peer: Peer, mut respond: SendResponse<Bytes>, pings: &mut PingPong) {
    match peer {
        Peer::Resets(reason) => respond.send_reset(reason),
        Peer::Http(status) => drop(respond.send_response(head(status), true).unwrap()),
        Peer::Hangs => std::future::pending().await,
        Peer::Closes | Peer::GoesAway(_) => {}
        _ => {
            let mut body = respond.send_response(head(200), false).unwrap();
            let ends = matches!(peer, Peer::EndsWithoutStatus);
            body.send_data(Bytes::from_static(MESSAGE), ends).unwrap();
            match peer {
                Peer::Status(status) => {
                    let mut trailers = HeaderMap::new();
                    trailers.insert("grpc-status", HeaderValue::from(status));
                    body.send_trailers(trailers).unwrap();
                }
                Peer::ResetsBody(reason) => {
                    received(pings).await;
                    body.send_reset(reason);
                }
                _ => {}
            }
            // A stream that is dropped before would be reset.
            received(pings).await;
        }
    }
}

/// Serves one connection over HTTP/2.
async fn speak(stream: TcpStream, peer: Peer) {
    let mut connection = h2::server::handshake(stream).await.unwrap();
    let mut pings = connection.ping_pong().unwrap();
    let Some(Ok((_request, respond))) = connection.accept().await else {
        return;
    };
    if let Peer::GoesAway(reason) = peer {
        connection.abrupt_shutdown(reason);
        drop(respond);
        return drop(poll_fn(|context| connection.poll_closed(context)).await);
    }
    let closes = matches!(peer, Peer::Closes | Peer::ClosesBody);
    let acting = act(peer, respond, &mut pings);
    tokio::pin!(acting);
    tokio::select! {
        () = &mut acting => {}
        _ = poll_fn(|context| connection.poll_closed(context)) => return,
    }
    if !closes {
        let _closed = poll_fn(|context| connection.poll_closed(context)).await;
    }
}

pub(crate) async fn serve_as(peer: Peer) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            speak(stream, peer).await;
        }
    });
    address
}

/// Returns the status of the client's call, its failure, and the `error.type` of its span.
fn called(recorded: &Recorded, code: Code) -> (StatusCode, Option<ErrorType>, String) {
    let metrics = glyph_runtime::grpc::ClientMetrics::global();
    let duration = recorded.captured.histogram_of(&metrics.call_duration);
    assert_eq!(duration.count(), 1);
    let status = StatusCode::from(code);
    let label = ("rpc_status_code", status.as_str());
    let counted = duration.with_label(label.0, label.1).count();
    let span = recorded.span(&SpanKind::Client);
    let on_span = crate::grpc::kept::attribute(&span, "rpc.status_code");
    assert_eq!(
        counted, 1,
        "the application sees {status:?}, the span {on_span}"
    );
    assert_eq!(on_span, status.as_str());
    let kinds = [
        ErrorType::Status,
        ErrorType::Transport,
        ErrorType::Timeout,
        ErrorType::Cancelled,
    ];
    let errors = recorded.captured.counter(&metrics.errors);
    let mut found = kinds.into_iter().filter(|kind| {
        let errors = errors.with_label("error_type", kind.as_str());
        errors.value() == 1
    });
    let (_, error_type) = recorded.error(&SpanKind::Client);
    (status, found.next(), error_type)
}

/// Calls a method, and returns the code that the application sees.
async fn code(address: SocketAddr, method: &str, timeout: Option<Duration>) -> Code {
    let endpoint = channel(address);
    let endpoint = match timeout {
        Some(timeout) => endpoint.timeout(timeout),
        None => endpoint,
    };
    let mut client = Grpc::new(client_layer().layer(endpoint.connect_lazy()));
    client.ready().await.unwrap();
    let call = async {
        if method == RESERVE {
            let answer = client.unary(text("x"), path(RESERVE), Text).await;
            return answer.map_or_else(|status| status.code(), |_| Code::Ok);
        }
        let answer = client.server_streaming(text("x"), path(WATCH), Text).await;
        let mut messages = match answer {
            Ok(answer) => answer.into_inner(),
            Err(status) => return status.code(),
        };
        loop {
            match messages.message().await {
                Ok(Some(_)) => {}
                Ok(None) => return Code::Ok,
                Err(status) => return status.code(),
            }
        }
    };
    wait::finished("the call", call).await
}

#[tokio::test]
async fn client_has_the_status_that_its_application_sees() {
    let reasons = [
        Reason::NO_ERROR,
        Reason::PROTOCOL_ERROR,
        Reason::INTERNAL_ERROR,
        Reason::FLOW_CONTROL_ERROR,
        Reason::STREAM_CLOSED,
        Reason::REFUSED_STREAM,
        Reason::CANCEL,
        Reason::COMPRESSION_ERROR,
        Reason::CONNECT_ERROR,
        Reason::ENHANCE_YOUR_CALM,
        Reason::INADEQUATE_SECURITY,
        Reason::HTTP_1_1_REQUIRED,
    ];
    let peers = (reasons.into_iter())
        .flat_map(|reason| [Peer::Resets(reason), Peer::ResetsBody(reason)])
        .chain([
            Peer::Closes,
            Peer::ClosesBody,
            Peer::GoesAway(Reason::NO_ERROR),
            Peer::GoesAway(Reason::ENHANCE_YOUR_CALM),
            Peer::EndsWithoutStatus,
        ])
        .chain([400, 401, 403, 404, 429, 500, 502, 503, 504].map(Peer::Http))
        .chain((0..=16).map(Peer::Status));
    let mut seen = std::collections::BTreeSet::new();
    for peer in peers {
        for method in [RESERVE, WATCH] {
            let recorded = record();
            let code = code(serve_as(peer).await, method, None).await;
            until_idle().await;
            println!("{peer:?} {method}: {code:?}");
            let (_, error, error_type) = called(&recorded, code);
            assert_eq!(error.is_none(), code == Code::Ok, "{peer:?} {method}");
            assert_eq!(error_type.is_empty(), code == Code::Ok, "{peer:?} {method}");
            seen.insert(code as i32);
        }
    }
    // Every status, or else the peers above do not do what they are called.
    assert_eq!(seen.len(), 17, "{seen:?}");
}

#[tokio::test]
async fn timeout_of_a_channel_has_the_status_that_its_application_sees() {
    let recorded = record();
    let limit = Some(Duration::from_millis(20));
    let code = code(serve_as(Peer::Hangs).await, RESERVE, limit).await;
    until_idle().await;
    let (status, error, error_type) = called(&recorded, code);
    assert_eq!(status, StatusCode::Cancelled);
    assert_eq!((error, &*error_type), (Some(ErrorType::Timeout), "timeout"));
}

/// How a client leaves before its message is whole.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Leaves {
    /// It resets the stream.
    Resets,
    /// It closes the connection.
    Closes,
    /// It ends the stream, which is a mistake of the client and no leaving.
    Ends,
}

/// A message of 100 bytes of which ten are sent.
pub(crate) const PARTIAL: &[u8] = b"\0\0\0\0\x640123456789";

/// Sends a part of a message to `method`, and leaves. `active` returns how many calls are active.
pub(crate) async fn leave(
    address: SocketAddr,
    method: &str,
    leaves: Leaves,
    sent: &'static [u8],
    active: fn() -> f64,
) {
    let stream = TcpStream::connect(address).await.unwrap();
    let (client, mut connection) = h2::client::handshake(stream).await.unwrap();
    let mut pings = connection.ping_pong().unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::post(format!("http://{address}/{method}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .body(())
        .unwrap();
    let mut client = client.ready().await.unwrap();
    let (response, mut body) = client.send_request(request, false).unwrap();
    let ends = leaves == Leaves::Ends;
    body.send_data(Bytes::from_static(sent), ends).unwrap();
    if ends {
        drop(wait::finished("the response", response).await.unwrap());
        return wait::until_async("no call is active", || active() == 0.0).await;
    }
    wait::until_async("the call is active", || active() == 1.0).await;
    wait::finished("the pongs of the server", received(&mut pings)).await;
    if leaves == Leaves::Resets {
        body.send_reset(Reason::CANCEL);
    } else {
        connection.abort();
        drop(connection.await);
    }
    wait::until_async("no call is active", || active() == 0.0).await;
}

#[tokio::test]
async fn client_that_leaves_before_its_message_is_whole_is_cancelled() {
    for method in [RESERVE, WATCH, UPLOAD, CHAT] {
        for leaves in [Leaves::Resets, Leaves::Closes] {
            for sent in [PARTIAL, b"\0\0", b""] {
                let recorded = record();
                leave(serve().await, method, leaves, sent, active).await;
                println!("{method} {leaves:?} after {} bytes", sent.len());
                recorded.assert_served(Ended {
                    method,
                    status: StatusCode::Cancelled,
                    error: Some(ErrorType::Cancelled),
                });
                let served = recorded.error(&SpanKind::Server);
                assert_eq!(served, (Status::Unset, String::new()));
            }
        }
    }
}

#[tokio::test]
async fn client_that_ends_its_message_too_early_is_answered_with_an_error() {
    for method in [RESERVE, WATCH, UPLOAD] {
        let recorded = record();
        leave(serve().await, method, Leaves::Ends, PARTIAL, active).await;
        recorded.assert_served(Ended {
            method,
            status: StatusCode::Internal,
            error: Some(ErrorType::Status),
        });
    }
}
