//! A response that came to its end is no cancelled one, on both sides and over both versions.

mod peers;
mod seen;

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use glyph_runtime::{
    http::{
        ClientLayer, ClientMetrics, ErrorType, RequestBody, ServerMetrics, server::labels::Active,
    },
    testing,
};
use glyph_tests::wait;
use http::{Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use opentelemetry::trace::SpanKind;
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use self::{
    peers::{
        Reads, VERSIONS, call, call_by_reqwest, frames, half, read, serve, server_layer, trailers,
    },
    seen::watch,
};
use crate::http::wire;

/// Returns how much of a response a client reads to have all of it. The last byte is known to be the
/// last one if the length is.
fn enough(path: &str) -> &'static [Reads] {
    if ["/full", "/sized"].contains(&path) {
        &[Reads::Whole, Reads::LastByte, Reads::Head]
    } else {
        &[Reads::Whole, Reads::Head]
    }
}

const LEFT: Option<ErrorType> = Some(ErrorType::Cancelled);

#[tokio::test]
async fn responses_that_ended_are_not_cancelled() {
    let paths = [
        "/full",
        "/sized",
        "/chunked",
        "/trailers",
        "/no-content",
        "/not-modified",
        "/nothing",
        "/no-frames",
    ];
    for version in VERSIONS {
        for path in paths {
            for reads in enough(path) {
                let seen = watch();
                let address = serve().await;
                call(address, version, "GET", path, *reads).await;
                let case = format!("{version:?} {path} {reads:?}");
                seen.assert(&case, None, None).await;
            }
        }
    }
}

#[tokio::test]
async fn responses_that_reqwest_read_to_their_end_are_not_cancelled() {
    for version in VERSIONS {
        for path in ["/full", "/sized", "/chunked", "/trailers", "/nothing"] {
            for reads in enough(path) {
                let seen = watch();
                let address = serve().await;
                call_by_reqwest(address, version, path, *reads).await;
                let case = format!("{version:?} {path} {reads:?}");
                seen.assert(&case, None, None).await;
            }
        }
    }
}

#[tokio::test]
async fn head_requests_are_not_cancelled() {
    for version in VERSIONS {
        for reads in [Reads::Whole, Reads::Head] {
            let seen = watch();
            let address = serve().await;
            call(address, version, "HEAD", "/head", reads).await;
            let case = format!("{version:?} {reads:?}");
            seen.assert(&case, None, None).await;
        }
    }
}

#[tokio::test]
async fn client_that_leaves_during_the_body_is_cancelled() {
    for version in VERSIONS {
        let seen = watch();
        let address = serve().await;
        call(address, version, "GET", "/endless", Reads::Part).await;
        seen.assert(&format!("{version:?}"), LEFT, LEFT).await;
    }
}

#[tokio::test]
async fn client_that_wants_only_the_head_has_its_response() {
    for version in VERSIONS {
        let seen = watch();
        let address = serve().await;
        call(address, version, "GET", "/endless", Reads::Head).await;
        // The server could not send what it had.
        seen.assert(&format!("{version:?}"), LEFT, None).await;
    }
}

#[tokio::test]
async fn client_that_leaves_before_it_takes_any_of_the_body_is_cancelled() {
    let seen = watch();
    let address = serve().await;
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .http2_initial_stream_window_size(0)
        .build_http::<Full<Bytes>>();
    let asked = Request::get(format!("http://{address}/chunked"));
    let asked = asked.body(Full::default()).unwrap();
    let answer = hyper.oneshot(asked).await.unwrap();
    // Nothing of the body can be sent before the client says so.
    drop(answer);
    assert_eq!(seen.error(SpanKind::Server).await, LEFT);
}

#[tokio::test]
async fn response_that_the_program_replaces_is_not_cancelled() {
    let seen = watch();
    let service = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(|_| Body::from("replaced")))
        .layer(server_layer())
        .service_fn(async |_: Request<RequestBody<Body>>| {
            Ok::<_, Infallible>(Response::new(frames(vec![half()])))
        });
    let answer = service.oneshot(Request::new(Body::empty())).await.unwrap();
    answer.into_body().collect().await.unwrap();
    assert_eq!(seen.error(SpanKind::Server).await, None);
}

#[tokio::test]
async fn response_that_nobody_reads_within_a_program_is_not_cancelled() {
    let captured = testing::capture();
    let inner = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .layer(server_layer())
        .service_fn(async |_: Request<RequestBody<Body>>| {
            Ok::<_, Infallible>(Response::new(frames(vec![half()])))
        });
    let gateway = server_layer().layer(service_fn(move |_: Request<RequestBody<Body>>| {
        let answer = inner.clone().oneshot(Request::new(Body::empty()));
        async { answer.await.map(|response| response.map(Body::new)) }
    }));
    let router = axum::Router::new().fallback_service(gateway);
    let answer = router.oneshot(Request::new(Body::empty())).await;
    assert_eq!(answer.unwrap().status(), StatusCode::OK);
    let served = captured.counter(&ServerMetrics::global().requests);
    let called = captured.counter(&ClientMetrics::global().requests);
    assert_eq!((served.value(), called.value()), (2, 1));
    let served = captured.counter(&ServerMetrics::global().errors);
    let called = captured.counter(&ClientMetrics::global().errors);
    assert_eq!((served.value(), called.value()), (0, 0));
}

#[tokio::test]
async fn client_whose_response_has_ended_without_its_knowledge_has_it_whole() {
    for last in [vec![half()], vec![half(), trailers()]] {
        let seen = watch();
        let mut last = Some(last);
        let send = service_fn(move |_: Request<Body>| {
            let body = frames(last.take().unwrap_or_default());
            std::future::ready(Ok::<_, Infallible>(Response::new(body)))
        });
        let client = ClientLayer::new(ClientMetrics::global()).layer(send);
        let answer = client.oneshot(Request::new(Body::empty())).await.unwrap();
        read(answer.into_body(), Reads::Part).await;
        assert_eq!(seen.error(SpanKind::Client).await, None);
    }
}

/// A body that says that it was run, as one with a timer does, which panics without a runtime.
struct Watched(Arc<AtomicBool>);

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.store(true, Relaxed);
        std::task::Poll::Ready(Some(Ok(half())))
    }
}

#[test]
fn body_that_is_dropped_outside_of_a_runtime_is_not_run() {
    let seen = watch();
    let was_run = Arc::new(AtomicBool::new(false));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let body = Watched(Arc::clone(&was_run));
    let mut body = Some(body);
    let send = service_fn(move |_: Request<Body>| {
        let body = body.take().unwrap();
        std::future::ready(Ok::<_, Infallible>(Response::new(body)))
    });
    let client = ClientLayer::new(ClientMetrics::global()).layer(send);
    let read_once = async {
        let answer = client.oneshot(Request::new(Body::empty())).await.unwrap();
        let mut body = answer.into_body();
        assert!(body.frame().await.is_some());
        body
    };
    let body = runtime.block_on(read_once);
    assert!(was_run.swap(false, Relaxed));
    drop(body);
    assert!(!was_run.load(Relaxed));
    assert_eq!(runtime.block_on(seen.error(SpanKind::Client)), LEFT);
}

fn active() -> f64 {
    ServerMetrics::global().active_requests.value(Active {
        method: glyph_runtime::http::Method::Post,
    })
}

#[tokio::test]
async fn client_that_leaves_during_its_upload_is_cancelled_whatever_the_service_responds() {
    let seen = watch();
    let address = serve().await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello";
    stream.write_all(request.as_bytes()).await.unwrap();
    wait::until_async("the request is active", || active() == 1.0).await;
    drop(stream);
    assert_eq!(seen.error(SpanKind::Server).await, LEFT);
    let lines = seen.kept.lines();
    let completed = lines.iter().find(|line| line["target"] == "http.request");
    let completed = completed.unwrap();
    assert_eq!(
        (&completed["level"], &completed["error.type"]),
        (&"INFO".into(), &"cancelled".into())
    );
}

#[tokio::test]
async fn client_that_resets_its_upload_is_cancelled() {
    let seen = watch();
    let address = serve().await;
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<StreamBody<stream::BoxStream<'static, Result<Frame<Bytes>, Infallible>>>>();
    let endless = stream::once(async { Ok(half()) }).chain(stream::pending());
    let asked = Request::post(format!("http://{address}/upload"));
    let asked = asked.body(StreamBody::new(endless.boxed())).unwrap();
    {
        let mut call = Box::pin(hyper.request(asked));
        tokio::select! {
            _ = &mut call => panic!("the upload does not end"),
            () = wait::until_async("the request is active", || active() == 1.0) => {}
        }
    }
    assert_eq!(seen.error(SpanKind::Server).await, LEFT);
}

#[tokio::test]
async fn upload_that_is_whole_is_judged_by_its_response() {
    let seen = watch();
    let address = serve().await;
    let body = "Content-Length: 5\r\nConnection: close\r\n\r\nhello";
    let request = format!("POST /upload HTTP/1.1\r\nHost: a\r\n{body}");
    let answer = wire::raw(address, request.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(seen.error(SpanKind::Server).await, None);
}
