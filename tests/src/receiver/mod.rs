//! A scripted collector, written from the specification: one port accepts OTLP over gRPC and HTTP.
//!
//! [`traces`], [`metrics`] and [`logs`] are collectors for one signal, [`any`] accepts all of them.

pub mod any;
pub mod attributes;
pub mod logs;
pub mod metrics;
pub mod traces;

use std::{
    collections::VecDeque,
    convert::Infallible,
    io::{Read, Write},
    net::{Shutdown, SocketAddr},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use bytes::{BufMut, Bytes, BytesMut};
use flate2::read::GzDecoder;
use glyph_runtime::trace::Protocol;

use http_body_util::{BodyExt, Full};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use opentelemetry_proto::tonic::collector::trace::v1::{
    ExportTracePartialSuccess, ExportTraceServiceResponse,
};
use prost::Message;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

/// A status `RESOURCE_EXHAUSTED` whose `RetryInfo` is one second.
const EXHAUSTED_FOR_A_SECOND: &str =
    "CAgaMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIAQ";

/// The response to a request.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// A success.
    Accept,
    /// A partial success that rejects this many items.
    AcceptBut(i64),
    /// 503 or `UNAVAILABLE`.
    Unavailable,
    /// 429 or `RESOURCE_EXHAUSTED`, with a retry delay of one second.
    BackInASecond,
    /// 400 or `INVALID_ARGUMENT`.
    Refuse,
    /// 500 or `INTERNAL`.
    Broken,
    /// A success after this delay.
    Slow(Duration),
    /// A success with an invalid body.
    Garbage,
    /// The request is read, and no response follows.
    Hang,
    /// The connection closes in the middle of the response.
    Die,
}

/// The request type of a signal.
pub trait Request: Message + Default + Clone + 'static {
    /// A span, a metric or a log record.
    type Item: Clone + Send;

    /// Returns its items, without their resource and scope.
    fn items(self) -> Vec<Self::Item>;
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Received<R> {
    /// The path of the URL, which is the method in gRPC.
    pub path: String,
    /// The headers of the request.
    pub headers: HeaderMap,
    /// The decoded message.
    pub request: R,
    /// Whether it was compressed.
    pub packed: bool,
    /// The time when it was read completely.
    pub at: Instant,
}

#[derive(Debug)]
struct Shared<R> {
    script: Mutex<VecDeque<Answer>>,
    received: Mutex<Vec<Received<R>>>,
    accepted: Mutex<Vec<R>>,
}

/// The collector. Dropping it closes its port and all connections.
#[derive(Debug)]
pub struct Receiver<R> {
    address: SocketAddr,
    scheme: &'static str,
    shared: Arc<Shared<R>>,
    runtime: Option<Runtime>,
}

impl<R: Request> Receiver<R> {
    /// Starts a collector that responds as `script` says, then accepts everything.
    ///
    /// # Panics
    ///
    /// Panics if no port is free.
    pub fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::start_at("127.0.0.1:0", script, None)
    }

    /// Starts a collector like [`Receiver::start`], at an address, and with TLS if it is given.
    ///
    /// # Panics
    ///
    /// Panics if it cannot listen at `address`.
    pub fn start_at(
        address: &str,
        script: impl IntoIterator<Item = Answer>,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(script.into_iter().collect()),
            received: Mutex::default(),
            accepted: Mutex::default(),
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind(address)).unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .fallback(answer::<R>)
            .with_state(Arc::clone(&shared));
        let scheme = if tls.is_some() { "https" } else { "http" };
        runtime.spawn(accept(listener, router, tls));
        Self {
            address,
            scheme,
            shared,
            runtime: Some(runtime),
        }
    }

    /// Returns its address.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns the URL of its address.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// Returns all requests, in the order of their arrival.
    ///
    /// # Panics
    ///
    /// Panics if the receiver has panicked.
    #[must_use]
    pub fn received(&self) -> Vec<Received<R>> {
        self.shared.received.lock().unwrap().clone()
    }

    /// Returns the items of successful requests.
    ///
    /// # Panics
    ///
    /// Panics if the receiver has panicked.
    #[must_use]
    pub fn accepted(&self) -> Vec<R::Item> {
        let requests = self.shared.accepted.lock().unwrap().clone();
        requests.into_iter().flat_map(R::items).collect()
    }
}

impl<R> Drop for Receiver<R> {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

/// Returns an endpoint without a listener.
///
/// # Panics
///
/// Panics if no port is free.
#[must_use]
pub fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

/// Accepts connections, reads a little, writes `answer`, and closes.
#[must_use]
pub fn raw(answer: &'static [u8]) -> String {
    peer(move |stream| {
        let _some = stream.read(&mut [0; 64]);
        let _sent = stream.write_all(answer);
    })
}

/// Accepts connections, closes its own direction at once, and reads to the end.
#[must_use]
pub fn half_closes() -> String {
    peer(|stream| {
        let _closed = stream.shutdown(Shutdown::Write);
        let _read = std::io::copy(stream, &mut std::io::sink());
    })
}

fn peer(behave: impl Fn(&mut std::net::TcpStream) + Send + 'static) -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            behave(&mut stream);
        }
    });
    format!("http://{address}")
}

/// Both protocols, for tests that run with each.
pub const PROTOCOLS: [Protocol; 2] = [Protocol::Grpc, Protocol::HttpProtobuf];

async fn accept(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) {
    while let Ok((stream, _)) = listener.accept().await {
        let router = router.clone();
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => serve(stream, router).await,
                Some(tls) => {
                    if let Ok(stream) = tls.accept(stream).await {
                        serve(stream, router).await;
                    }
                }
            }
        });
    }
}

async fn serve<S>(stream: S, router: Router)
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
    TcpStream: Send,
{
    let service = TowerToHyperService::new(router);
    let _closed = auto::Builder::new(TokioExecutor::new())
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

async fn answer<R: Request>(
    State(shared): State<Arc<Shared<R>>>,
    request: axum::extract::Request,
) -> Response {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Response::new(Body::empty());
    };
    let is_grpc = head.headers.get(header::CONTENT_TYPE)
        == Some(&HeaderValue::from_static("application/grpc"));
    let (message, packed) = unpacked(is_grpc, &head.headers, &body.to_bytes());
    let message = R::decode(message).unwrap();
    shared.received.lock().unwrap().push(Received {
        path: head.uri.path().to_owned(),
        headers: head.headers,
        request: message.clone(),
        packed,
        at: Instant::now(),
    });
    let answer = shared
        .script
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or(Answer::Accept);
    if matches!(answer, Answer::Hang) {
        std::future::pending::<()>().await;
    }
    if let Answer::Slow(time) = answer {
        tokio::time::sleep(time).await;
    }
    if matches!(
        answer,
        Answer::Accept | Answer::AcceptBut(_) | Answer::Slow(_)
    ) {
        shared.accepted.lock().unwrap().push(message);
    }
    if is_grpc {
        by_grpc(answer)
    } else {
        by_http(answer)
    }
}

fn unpacked(is_grpc: bool, headers: &HeaderMap, body: &Bytes) -> (Bytes, bool) {
    let (packed, message) = if is_grpc {
        (body[0] == 1, body.slice(5..))
    } else {
        let encoding = headers.get(header::CONTENT_ENCODING);
        (
            encoding.is_some_and(|encoding| encoding == "gzip"),
            body.clone(),
        )
    };
    if !packed {
        return (message, false);
    }
    let mut plain = Vec::new();
    GzDecoder::new(&message[..])
        .read_to_end(&mut plain)
        .unwrap();
    (plain.into(), true)
}

/// Returns a success. The responses of all signals have the same format.
fn success(rejected: i64) -> ExportTraceServiceResponse {
    ExportTraceServiceResponse {
        partial_success: (rejected > 0).then(|| ExportTracePartialSuccess {
            rejected_spans: rejected,
            error_message: "too old".to_owned(),
        }),
    }
}

fn by_http(answer: Answer) -> Response {
    let response = Response::builder().header(header::CONTENT_TYPE, "application/x-protobuf");
    let response = match answer {
        Answer::Accept | Answer::Slow(_) | Answer::Hang => response.body(Body::empty()),
        Answer::Broken => response.status(500).body(Body::empty()),
        Answer::AcceptBut(rejected) => response.body(success(rejected).encode_to_vec().into()),
        Answer::Unavailable => response.status(503).body(Body::empty()),
        Answer::BackInASecond => response
            .status(429)
            .header("retry-after", "1")
            .body(Body::empty()),
        Answer::Refuse => response.status(400).body(Body::from("no")),
        Answer::Garbage => response.body(Body::from(&b"\xff\xff\xff\xff\xff"[..])),
        Answer::Die => response.body(dying()),
    };
    response.unwrap()
}

fn by_grpc(answer: Answer) -> Response {
    let response = Response::builder().header(header::CONTENT_TYPE, "application/grpc");
    let trailers_only = |code: &str| [("grpc-status", code.to_owned())];
    let body = match answer {
        Answer::Accept | Answer::Slow(_) | Answer::Hang => framed(&success(0).encode_to_vec()),
        Answer::AcceptBut(rejected) => framed(&success(rejected).encode_to_vec()),
        Answer::Garbage => framed(b"\xff\xff\xff\xff\xff"),
        Answer::Die => dying(),
        Answer::Unavailable | Answer::BackInASecond | Answer::Refuse | Answer::Broken => {
            let code = match answer {
                Answer::Unavailable => "14",
                Answer::BackInASecond => "8",
                Answer::Broken => "13",
                _ => "3",
            };
            let mut response = response.body(Body::empty()).unwrap();
            for (name, value) in trailers_only(code) {
                response.headers_mut().insert(name, value.parse().unwrap());
            }
            if matches!(answer, Answer::BackInASecond) {
                let details = HeaderValue::from_static(EXHAUSTED_FOR_A_SECOND);
                response
                    .headers_mut()
                    .insert("grpc-status-details-bin", details);
            }
            return response;
        }
    };
    response.body(body).unwrap()
}

/// Returns a length-prefixed message and its trailers.
fn framed(message: &[u8]) -> Body {
    let mut frame = BytesMut::new();
    frame.put_u8(0);
    frame.put_u32(u32::try_from(message.len()).unwrap());
    frame.put_slice(message);
    let trailers = async {
        let trailers = [(
            "grpc-status".parse().unwrap(),
            HeaderValue::from_static("0"),
        )];
        Some(Ok::<_, Infallible>(HeaderMap::from_iter(trailers)))
    };
    Body::new(Full::new(frame.freeze()).with_trailers(trailers))
}

/// Returns a body that ends with an error, which closes the connection or resets the stream.
fn dying() -> Body {
    let pieces = [
        Ok(Bytes::from_static(b"\0")),
        Err(std::io::Error::other("gone")),
    ];
    Body::from_stream(futures_util::stream::iter(pieces))
}
