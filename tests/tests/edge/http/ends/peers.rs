//! A server and clients of both versions.

use std::{convert::Infallible, net::SocketAddr};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use glyph_runtime::http::{
    ClientLayer, ClientMetrics, RequestBody, Route, ServerLayer, ServerMetrics,
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
use tokio::net::TcpListener;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

/// The bytes of each response but the endless one.
const LENGTH: usize = 10;

pub(super) fn frames(frames: Vec<Frame<Bytes>>) -> Body {
    Body::new(StreamBody::new(stream::iter(
        frames.into_iter().map(Ok::<_, Infallible>),
    )))
}

pub(super) fn half() -> Frame<Bytes> {
    Frame::data(Bytes::from_static(b"hello"))
}

pub(super) fn trailers() -> Frame<Bytes> {
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

pub(super) fn server_layer() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global()).route(|_| Some(Route::from("/")))
}

/// Serves both versions without axum, so that nothing but hyper sends the body.
pub(super) async fn serve() -> SocketAddr {
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
pub(super) enum Reads {
    /// Everything, to the end.
    Whole,
    /// Up to the last byte, and does not ask for the end.
    LastByte,
    /// The first part.
    Part,
    /// The head.
    Head,
}

pub(super) const VERSIONS: [Version; 2] = [Version::HTTP_11, Version::HTTP_2];

pub(super) async fn read<B>(body: B, reads: Reads)
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
pub(super) async fn call(
    address: SocketAddr,
    version: Version,
    method: &str,
    path: &str,
    reads: Reads,
) {
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
pub(super) async fn call_by_reqwest(
    address: SocketAddr,
    version: Version,
    path: &str,
    reads: Reads,
) {
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
