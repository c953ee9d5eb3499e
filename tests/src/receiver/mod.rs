//! A scripted collector, written from the specification: one port accepts OTLP over gRPC and HTTP.
//!
//! [`traces`], [`metrics`] and [`logs`] are collectors for one signal, [`any`] accepts all of them.

mod answer;
pub mod any;
pub mod attributes;
mod delay;
pub mod logs;
pub mod metrics;
mod peer;
pub mod traces;

pub use answer::Answer;
pub use delay::Delay;
pub use peer::{Peer, half_closes, nobody, raw};

use std::{
    collections::VecDeque,
    io::Read,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::Response,
};
use bytes::Bytes;
use flate2::read::GzDecoder;
use glyph_runtime::trace::Protocol;
use http_body_util::BodyExt;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use prost::Message;
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Runtime,
};
use tokio_rustls::TlsAcceptor;

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
    /// The response after the script.
    otherwise: Answer,
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

    /// Starts a collector that responds to everything with `answer`.
    #[must_use]
    pub fn always(answer: Answer) -> Self {
        Self::listen("127.0.0.1:0", [], answer, None)
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
        Self::listen(address, script, Answer::Accept, tls)
    }

    fn listen(
        address: &str,
        script: impl IntoIterator<Item = Answer>,
        otherwise: Answer,
        tls: Option<TlsAcceptor>,
    ) -> Self {
        let script: VecDeque<_> = script.into_iter().collect();
        for answer in &script {
            answer.prepare();
        }
        otherwise.prepare();
        let shared = Arc::new(Shared {
            script: Mutex::new(script),
            otherwise,
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

/// Both protocols, for tests that run with each.
pub const PROTOCOLS: [Protocol; 2] = [Protocol::Grpc, Protocol::HttpProtobuf];

async fn accept(listener: TcpListener, router: Router, tls: Option<TlsAcceptor>) {
    while let Ok((stream, _)) = listener.accept().await {
        let router = router.clone();
        let tls = tls.clone();
        tokio::spawn(async move {
            match tls {
                None => serve(stream, router).await,
                Some(tls) => match tls.accept(stream).into_fallible().await {
                    Ok(stream) => serve(stream, router).await,
                    // Closing at once would discard the alert that says why.
                    Err((_, mut stream)) => {
                        let _closed = tokio::io::copy(&mut stream, &mut tokio::io::sink()).await;
                    }
                },
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
        .unwrap_or(shared.otherwise);
    if matches!(answer, Answer::Hang) {
        std::future::pending::<()>().await;
    }
    if let Answer::Slow(time) = answer {
        tokio::time::sleep(time).await;
    }
    if answer.accepts() {
        shared.accepted.lock().unwrap().push(message);
    }
    answer.response(is_grpc)
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
