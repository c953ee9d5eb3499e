//! HTTP requests, on both sides.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes},
    routing::{any, get, post},
};
use futures_util::stream;
use glyph_runtime::http::{ClientLayer, ServerLayer};
use glyph_tests::wait;
use http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::{BoxError, ServiceBuilder, ServiceExt};

use crate::{
    http::wire::{self, serve},
    table::{
        catalog::{Endings, active},
        row::{Row, Run},
    },
};

const TARGET: &str = "http.request";

async fn endless() -> Body {
    let items = stream::repeat_with(|| Ok::<_, Infallible>(Bytes::from(vec![b'x'; 65536])));
    Body::from_stream(items)
}

fn broken(kind: io::ErrorKind) -> Body {
    Body::from_stream(stream::iter([
        Ok(Bytes::from("first")),
        Err(io::Error::from(kind)),
    ]))
}

async fn with_trailers() -> ([(header::HeaderName, &'static str); 1], Body) {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", HeaderValue::from_static("7"));
    let frames = [Frame::data(Bytes::from("hello")), Frame::trailers(trailers)];
    let frames = stream::iter(frames.map(Ok::<_, Infallible>));
    (
        [(header::TRAILER, "x-checksum")],
        Body::new(StreamBody::new(frames)),
    )
}

fn routes() -> Router {
    Router::new()
        .route("/found", get(|| async { "hello" }))
        .route("/trailers", get(with_trailers))
        .route("/logged", get(|| async { tracing::error!("on purpose") }))
        .route("/patience", get(|| async { StatusCode::REQUEST_TIMEOUT }))
        .route(
            "/error",
            get(|| async { StatusCode::INTERNAL_SERVER_ERROR }),
        )
        .route("/late", get(|| async { StatusCode::GATEWAY_TIMEOUT }))
        .route("/panic", get(|| async { panic!("on purpose") as () }))
        .route(
            "/broken",
            get(|| async { broken(io::ErrorKind::ConnectionReset) }),
        )
        .route("/slow", get(|| async { broken(io::ErrorKind::TimedOut) }))
        .route("/never", get(std::future::pending::<()>))
        .route("/endless", get(endless))
        .route("/upload", post(async |_: Bytes| {}))
        .route(
            "/upgrade",
            any(|| async {
                let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "echo")];
                (StatusCode::SWITCHING_PROTOCOLS, headers)
            }),
        )
}

/// What a client does with a server.
#[derive(Clone, Copy)]
enum Asks {
    /// It reads the whole response.
    All,
    /// It leaves while it waits for the response.
    Waits,
    /// It leaves after a part of the response.
    Part,
}

/// Sends raw bytes to a server.
async fn ask(address: SocketAddr, request: &str, asks: Asks) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    match asks {
        Asks::All => {
            let mut answer = Vec::new();
            let end = stream.read_to_end(&mut answer);
            drop(wait::finished("the response", end).await);
        }
        Asks::Waits => wait::until_async("the request is active", || active() == 1.0).await,
        Asks::Part => drop(wire::read(&mut stream, 100_000).await),
    }
}

pub(crate) async fn served() -> Vec<Row> {
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    let upload = "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhello".to_owned();
    let upgrade =
        "GET /upgrade HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n";
    let cases = [
        ("a response is sent", get("/found"), Asks::All),
        (
            "a response with trailers is sent",
            get("/trailers"),
            Asks::All,
        ),
        (
            "the response to `HEAD` is sent",
            get("/found").replace("GET", "HEAD"),
            Asks::All,
        ),
        ("the handler logs an error", get("/logged"), Asks::All),
        ("the connection is upgraded", upgrade.to_owned(), Asks::All),
        ("404", get("/missing"), Asks::All),
        ("408, the client is slow", get("/patience"), Asks::All),
        ("500", get("/error"), Asks::All),
        ("504", get("/late"), Asks::All),
        ("the handler panics", get("/panic"), Asks::All),
        ("the body fails", get("/broken"), Asks::All),
        ("the body times out", get("/slow"), Asks::All),
        (
            "the client leaves before the response",
            get("/never"),
            Asks::Waits,
        ),
        (
            "the client leaves during the response",
            get("/endless"),
            Asks::Part,
        ),
        ("the client leaves during its upload", upload, Asks::Waits),
    ];
    let mut rows = Vec::new();
    for (told, request, asks) in cases {
        let run = Run::start();
        let routes = routes().layer(ServerLayer::new(Endings::global()));
        ask(serve(routes).await, &request, asks).await;
        rows.push(run.row(told, "Server", TARGET).await);
    }
    rows
}

/// What a program does with a call.
#[derive(Clone, Copy)]
enum Reads {
    All,
    Head,
    Part,
    GivesUp,
}

async fn call(address: SocketAddr, path: &str, limit: Duration, reads: Reads) {
    let hyper = Client::builder(TokioExecutor::new()).build_http::<Body>();
    let client = ServiceBuilder::new()
        .layer(ClientLayer::new(Endings::global()))
        .timeout(limit)
        .service(hyper);
    let asked = Request::get(format!("http://{address}{path}"));
    let answer = client.oneshot(asked.body(Body::empty()).unwrap());
    if matches!(reads, Reads::GivesUp) {
        tokio::select! {
            _ = answer => panic!("there is no response"),
            () = wait::until_async("the call is active", || active() == 1.0) => return,
        }
    }
    let answer: Result<_, BoxError> = wait::finished("the response", answer).await;
    let Ok(answer) = answer else { return };
    let mut body = answer.into_body();
    match reads {
        Reads::Head | Reads::GivesUp => {}
        Reads::Part => drop(body.frame().await),
        Reads::All => drop(body.collect().await),
    }
}

/// Returns the address of a server that breaks the connection during its response.
async fn unreliable() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        drop(wire::read(&mut stream, 10).await);
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello";
        stream.write_all(head).await.unwrap();
        stream.shutdown().await.unwrap();
    });
    address
}

/// Returns an address at which nobody listens.
async fn nobody() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap()
}

pub(crate) async fn called() -> Vec<Row> {
    let cases = [
        ("a response is read", "/found", Reads::All),
        ("a response with trailers is read", "/trailers", Reads::All),
        ("the head of a response is enough", "/endless", Reads::Head),
        ("404", "/missing", Reads::All),
        ("500", "/error", Reads::All),
        ("504", "/late", Reads::All),
        ("a timeout below the layer", "/never", Reads::All),
        (
            "the caller gives up before the response",
            "/never",
            Reads::GivesUp,
        ),
        (
            "the caller gives up during the response",
            "/endless",
            Reads::Part,
        ),
    ];
    let mut rows = Vec::new();
    for (told, path, reads) in cases {
        let run = Run::start();
        let limit = match (path, reads) {
            ("/never", Reads::All) => Duration::from_millis(20),
            _ => wait::LONG,
        };
        call(serve(routes()).await, path, limit, reads).await;
        rows.push(run.row(told, "Client", TARGET).await);
    }
    for (told, address) in [
        ("the server cannot be reached", nobody().await),
        (
            "the connection breaks during the response",
            unreliable().await,
        ),
    ] {
        let run = Run::start();
        call(address, "/", wait::LONG, Reads::All).await;
        rows.push(run.row(told, "Client", TARGET).await);
    }
    rows
}
