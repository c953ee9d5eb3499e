//! A response that came to its end is no cancelled one, on both sides and over both versions.

use std::{
    convert::Infallible,
    net::SocketAddr,
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
        ClientLayer, ClientMetrics, ErrorType, RequestBody, Route, ServerLayer, ServerMetrics,
        server::labels::Active,
    },
    testing::{self, CaptureGuard},
};
use glyph_tests::wait;
use http::{HeaderMap, Request, Response, StatusCode, Version};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry::trace::{SpanKind, Status};
use tokio::{
    io::AsyncWriteExt,
    net::{TcpListener, TcpStream},
};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::http::{
    kept::{Kept, attribute, keep},
    wire,
};

/// The bytes of each response but the endless one.
const LENGTH: usize = 10;

fn frames(frames: Vec<Frame<Bytes>>) -> Body {
    Body::new(StreamBody::new(stream::iter(
        frames.into_iter().map(Ok::<_, Infallible>),
    )))
}

fn half() -> Frame<Bytes> {
    Frame::data(Bytes::from_static(b"hello"))
}

fn trailers() -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", http::HeaderValue::from_static("7"));
    Frame::trailers(trailers)
}

/// A body whose length is known, and which does not say that it ended.
fn sized() -> Body {
    struct Sized(Vec<Frame<Bytes>>);
    impl http_body::Body for Sized {
        type Data = Bytes;
        type Error = Infallible;
        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            std::task::Poll::Ready(self.0.pop().map(Ok))
        }
        fn size_hint(&self) -> http_body::SizeHint {
            http_body::SizeHint::with_exact(5 * self.0.len() as u64)
        }
    }
    Body::new(Sized(vec![half(), half()]))
}

async fn respond(
    request: Request<RequestBody<hyper::body::Incoming>>,
) -> Result<Response<Body>, Infallible> {
    let (head, body) = request.into_parts();
    let response = Response::builder();
    let response = match head.uri.path() {
        "/full" => response.body(Body::from("hellohello")),
        "/sized" => response.body(sized()),
        "/chunked" => response.body(frames(vec![half(), half()])),
        "/trailers" => {
            response
                .header("trailer", "x-checksum")
                .body(frames(vec![half(), half(), trailers()]))
        }
        "/no-content" => response.status(204).body(Body::empty()),
        "/not-modified" => response.status(304).body(Body::empty()),
        "/nothing" => response.body(Body::empty()),
        "/no-frames" => response.body(frames(vec![])),
        "/head" => response
            .header("content-length", LENGTH)
            .body(Body::empty()),
        "/endless" => response.body(Body::from_stream(stream::repeat_with(|| {
            Ok::<_, Infallible>(Bytes::from(vec![b'x'; 65536]))
        }))),
        "/upload" => {
            let status = match body.collect().await {
                Ok(_) => StatusCode::OK,
                Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
            };
            response.status(status).body(Body::empty())
        }
        _ => std::future::pending().await,
    };
    Ok(response.unwrap())
}

fn server_layer() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global()).route(|_| Some(Route::from("/")))
}

/// Serves both versions without axum, so that nothing but hyper sends the body.
async fn serve() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let service = server_layer().layer(service_fn(respond));
            let service = TowerToHyperService::new(service);
            tokio::spawn(async move {
                let server = auto::Builder::new(TokioExecutor::new());
                server.serve_connection(TokioIo::new(stream), service).await
            });
        }
    });
    address
}

/// What a client does with a response.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Reads {
    /// Everything, to the end.
    Whole,
    /// Up to the last byte, and does not ask for the end.
    LastByte,
    /// The first part.
    Part,
    /// The head.
    Head,
}

const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

async fn read<B>(body: B, reads: Reads)
where
    B: http_body::Body<Data = Bytes, Error: std::fmt::Debug>,
{
    let mut body = std::pin::pin!(body);
    let wanted = match reads {
        Reads::Whole => usize::MAX,
        Reads::LastByte => LENGTH,
        Reads::Part => 1,
        Reads::Head => 0,
    };
    let mut seen = 0;
    while seen < wanted {
        let frame = wait::finished("a frame", body.frame()).await;
        let Some(frame) = frame else { break };
        seen += frame.unwrap().data_ref().map_or(0, Bytes::len);
    }
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Calls a server with hyper's client.
async fn call(address: SocketAddr, version: Version, method: &str, path: &str, reads: Reads) {
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(version == Version::HTTP_2)
        .build_http::<Full<Bytes>>();
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(hyper);
    let asked = Request::builder().method(method).header("te", "trailers");
    let asked = asked.uri(format!("http://{address}{path}"));
    let asked = asked.body(Full::default()).unwrap();
    let answer = wait::finished("the response", client.oneshot(asked)).await;
    read(answer.unwrap().into_body(), reads).await;
}

/// Calls a server with reqwest.
async fn call_by_reqwest(address: SocketAddr, version: Version, path: &str, reads: Reads) {
    let builder = reqwest::Client::builder();
    let builder = if version == Version::HTTP_2 {
        builder.http2_prior_knowledge()
    } else {
        builder
    };
    let reqwest = builder.build().unwrap();
    let send = service_fn(move |request: Request<reqwest::Body>| {
        let reqwest = reqwest.clone();
        async move {
            let answer = reqwest.execute(request.try_into()?).await?;
            Ok::<_, BoxError>(Response::<reqwest::Body>::from(answer))
        }
    });
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(ClientMetrics::global()))
        .service(send);
    let asked = Request::get(format!("http://{address}{path}"));
    let asked = asked.body(reqwest::Body::default()).unwrap();
    let answer = client.oneshot(asked).await.unwrap();
    read(answer.into_body(), reads).await;
}

struct Seen {
    captured: CaptureGuard,
    kept: Kept,
}

fn watch() -> Seen {
    Seen {
        captured: testing::capture(),
        kept: keep(),
    }
}

impl Seen {
    /// Returns how the only request failed on a side, after asserting that its signals agree.
    async fn error(&self, kind: SpanKind) -> Option<ErrorType> {
        wait::until_async("the request ended", || {
            let spans = self.kept.spans();
            spans.iter().any(|span| span.span_kind == kind)
        })
        .await;
        let spans = self.kept.spans();
        let span = spans.iter().find(|span| span.span_kind == kind).unwrap();
        let counted = |error: ErrorType| {
            let label = ("error_type", error.as_str());
            let errors = match kind {
                SpanKind::Server => self.captured.counter(&ServerMetrics::global().errors),
                _ => self.captured.counter(&ClientMetrics::global().errors),
            };
            errors.with_label(label.0, label.1).value()
        };
        let kinds = [
            ErrorType::Status,
            ErrorType::Transport,
            ErrorType::Timeout,
            ErrorType::Cancelled,
            ErrorType::Panic,
        ];
        let found: Vec<_> = kinds
            .into_iter()
            .filter(|kind| counted(*kind) > 0)
            .collect();
        assert!(found.len() <= 1, "{found:?}");
        let error = found.first().copied();
        let expected = match error {
            None | Some(ErrorType::Cancelled) => Status::Unset,
            Some(_) => Status::error(""),
        };
        assert_eq!(span.status, expected, "{error:?}");
        let on_span = attribute(span, "error.type");
        assert_eq!(on_span.is_empty(), error.is_none(), "{on_span}");
        error
    }

    async fn assert(&self, case: &str, server: Option<ErrorType>, client: Option<ErrorType>) {
        let seen = (
            self.error(SpanKind::Server).await,
            self.error(SpanKind::Client).await,
        );
        assert_eq!(seen, (server, client), "{case}");
    }
}

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
        (&completed["level"], &completed["error"]),
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
