//! Outgoing HTTP calls.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Uri},
    routing::get,
};
use bytes::Bytes;
use futures_util::future::{FutureExt, Ready, ready};
use glyph_runtime::{
    http::{
        ClientLayer, ClientMetrics, ErrorType, Method, ResendLayer, ResponseBody, ServerLayer,
        ServerMetrics, StatusClass, UrlTemplate,
        client::labels::{Answered, Failed, Peer},
    },
    testing,
};
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use hyper_util::{
    client::legacy::{Client, Error, connect::HttpConnector},
    rt::TokioExecutor,
};
use opentelemetry::trace::{SpanId, SpanKind, Status};
use tower::{Service, ServiceBuilder, ServiceExt, retry, service_fn};
use tracing::info;

use crate::http::{
    kept::{attribute, keep},
    wire::{header, request, send, serve},
};

type Hyper = Client<HttpConnector, Full<Bytes>>;

fn hyper() -> Hyper {
    Client::builder(TokioExecutor::new()).build_http()
}

fn layer() -> ClientLayer {
    ClientLayer::new(ClientMetrics::global())
}

async fn called(uri: String) -> Result<Response<ResponseBody<hyper::body::Incoming>>, Error> {
    let client = ServiceBuilder::new().layer(layer()).service(hyper());
    let asked = Request::get(uri).body(Full::default()).unwrap();
    client.oneshot(asked).await
}

fn inner() -> Router {
    let handler = |headers: HeaderMap| async move {
        info!("in the inner service");
        headers
            .get("x-request-id")
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    Router::new()
        .route("/stock/{item}", get(handler))
        .route("/gone", get(|| async { http::StatusCode::GONE }))
        .layer(ServerLayer::new(ServerMetrics::global()))
}

fn outer(inner: SocketAddr) -> Router {
    let handler = move || async move {
        info!("in the outer service");
        let answer = called(format!("http://user:secret@{inner}/stock/7?token=secret")).await;
        Body::new(answer.unwrap().into_body())
    };
    Router::new()
        .route("/orders/{id}", get(handler))
        .layer(ServerLayer::new(ServerMetrics::global()))
}

#[tokio::test]
async fn chain_of_two_services_has_one_trace_and_request_id() {
    let kept = keep();
    let address = serve(outer(serve(inner()).await)).await;
    let mut asked = request("GET", "/orders/42");
    asked
        .headers_mut()
        .insert("x-request-id", "order-42".try_into().unwrap());
    let response = send(address, asked).await;
    assert_eq!(response.body(), "order-42");

    let spans = kept.spans();
    let named = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (first, call, second) = (
        named("GET /orders/{id}"),
        named("GET"),
        named("GET /stock/{item}"),
    );
    assert_eq!(spans.len(), 3);
    assert_eq!(first.parent_span_id, SpanId::INVALID);
    assert_eq!(call.parent_span_id, first.span_context.span_id());
    assert_eq!(call.span_kind, SpanKind::Client);
    assert_eq!(second.parent_span_id, call.span_context.span_id());
    assert!(second.parent_span_is_remote);
    let trace = first.span_context.trace_id().to_string();
    assert!(
        spans
            .iter()
            .all(|span| span.span_context.trace_id().to_string() == trace)
    );
    assert_eq!(header(&response, "x-trace-id"), trace);
    for span in &spans {
        // The events are those of other crates, which log their connections.
        let attributes = format!("{:?}", span.attributes);
        assert!(!attributes.contains("secret"), "{attributes}");
    }

    let lines = kept.lines();
    assert_eq!(lines.len(), 4);
    for line in lines {
        assert_eq!(line["request_id"], "order-42", "{line}");
        assert_eq!(line["trace_id"], trace.as_str(), "{line}");
    }
}

fn peer(method: Method) -> Peer<'static> {
    Peer {
        method,
        peer: "127.0.0.1",
    }
}

fn ended(status: StatusClass) -> u64 {
    let (method, peer) = (Method::Get, "127.0.0.1");
    let answered = Answered {
        method,
        peer,
        status,
    };
    ClientMetrics::global()
        .request_duration
        .snapshot(answered)
        .count()
}

fn failed(error: ErrorType) -> u64 {
    let (method, peer) = (Method::Get, "127.0.0.1");
    ClientMetrics::global().errors.value(Failed {
        method,
        peer,
        error,
    })
}

#[tokio::test]
async fn client_error_status_is_an_error_for_the_caller() {
    let _captured = testing::capture();
    let kept = keep();
    let address = serve(inner()).await;
    let answer = called(format!("http://{address}/gone")).await.unwrap();
    answer.into_body().collect().await.unwrap();

    let call = kept
        .spans()
        .into_iter()
        .find(|span| span.span_kind == SpanKind::Client)
        .unwrap();
    assert_eq!(call.status, Status::error(""));
    for (name, value) in [
        ("error.type", "410"),
        ("http.response.status_code", "410"),
        ("server.address", "127.0.0.1"),
        ("server.port", &address.port().to_string()),
        ("network.peer.address", "127.0.0.1"),
        ("network.peer.port", &address.port().to_string()),
        ("network.protocol.version", "1.1"),
        ("url.full", &format!("http://{address}/gone")),
        ("http.request.resend_count", ""),
    ] {
        assert_eq!(attribute(&call, name), value, "{name}");
    }
    assert_eq!(
        (ended(StatusClass::ClientError), failed(ErrorType::Status)),
        (1, 1)
    );
    let active = &ClientMetrics::global().active_requests;
    assert_eq!(active.value(peer(Method::Get)), 0.0);
}

#[tokio::test]
async fn unreachable_peer_is_a_transport_error() {
    let _captured = testing::capture();
    let kept = keep();
    let free = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .unwrap()
        .local_addr()
        .unwrap();
    called(format!("http://{free}/")).await.unwrap_err();
    assert_eq!(
        (ended(StatusClass::None), failed(ErrorType::Transport)),
        (1, 1)
    );
    assert_eq!(attribute(&kept.span(), "error.type"), "transport");
}

#[tokio::test]
async fn body_that_is_given_up_is_cancelled() {
    let _captured = testing::capture();
    let kept = keep();
    let never = service_fn(|_: Request<Body>| {
        let body = Body::from_stream(futures_util::stream::pending::<Result<Bytes, Infallible>>());
        ready(Ok::<_, Infallible>(Response::new(body)))
    });
    let client = ServiceBuilder::new().layer(layer()).service(never);
    let asked = Request::get("http://127.0.0.1/").body(Body::empty());
    let answer = client.oneshot(asked.unwrap()).await.unwrap();
    let mut body = answer.into_body();
    assert!(body.frame().now_or_never().is_none());
    drop(body);
    assert_eq!(
        (ended(StatusClass::Success), failed(ErrorType::Cancelled)),
        (1, 1)
    );
    assert_eq!(kept.span().status, Status::Unset);
}

#[tokio::test]
async fn reqwest_timeout_is_a_timeout_if_configured() {
    let _captured = testing::capture();
    let kept = keep();
    let never = Router::new().route("/", get(std::future::pending::<()>));
    let address = serve(never).await;
    let reqwest = reqwest::Client::builder()
        .timeout(Duration::from_millis(10))
        .build()
        .unwrap();
    let send = service_fn(|request: Request<reqwest::Body>| async {
        let answer = reqwest
            .execute(reqwest::Request::try_from(request)?)
            .await?;
        Ok::<_, reqwest::Error>(Response::<reqwest::Body>::from(answer))
    });
    let judge = |error: &reqwest::Error| {
        if error.is_timeout() {
            ErrorType::Timeout
        } else {
            ErrorType::Transport
        }
    };
    let client = ServiceBuilder::new()
        .layer(layer().error_type(judge))
        .service(send);
    let asked = Request::get(format!("http://{address}/"))
        .body(reqwest::Body::default())
        .unwrap();
    client.oneshot(asked).await.unwrap_err();
    assert_eq!(
        (ended(StatusClass::None), failed(ErrorType::Timeout)),
        (1, 1)
    );
    assert_eq!(attribute(&kept.span(), "error.type"), "timeout");
}

#[derive(Clone)]
struct Twice;

impl<B: Clone, R> retry::Policy<Request<B>, Response<R>, Infallible> for Twice {
    type Future = Ready<()>;

    fn retry(
        &mut self,
        _: &mut Request<B>,
        result: &mut Result<Response<R>, Infallible>,
    ) -> Option<Ready<()>> {
        let again = result
            .as_ref()
            .is_ok_and(|response| response.status().is_server_error());
        again.then(|| ready(()))
    }

    fn clone_request(&mut self, request: &Request<B>) -> Option<Request<B>> {
        Some(request.clone())
    }
}

#[tokio::test]
async fn retry_spans_have_their_resend_count() {
    let _captured = testing::capture();
    let kept = keep();
    let calls = Arc::new(AtomicU32::new(0));
    let flaky = service_fn(move |_: Request<Full<Bytes>>| {
        let mut response = Response::new(Full::<Bytes>::default());
        if calls.fetch_add(1, Relaxed) < 2 {
            *response.status_mut() = http::StatusCode::BAD_GATEWAY;
        }
        ready(Ok::<_, Infallible>(response))
    });
    let mut client = ServiceBuilder::new()
        .layer(ResendLayer)
        .layer(retry::RetryLayer::new(Twice))
        .layer(layer())
        .service(flaky);
    let asked = Request::get("http://127.0.0.1/users/42")
        .extension(UrlTemplate("/users/{id}"))
        .body(Full::default())
        .unwrap();
    let answer = client.ready().await.unwrap().call(asked).await.unwrap();
    assert_eq!(answer.status(), http::StatusCode::OK);
    drop(answer);

    let spans = kept.spans();
    let resends: Vec<_> = spans
        .iter()
        .map(|span| attribute(span, "http.request.resend_count"))
        .collect();
    assert_eq!(resends, ["", "1", "2"]);
    assert!(spans.iter().all(|span| span.name == "GET /users/{id}"));
    assert_eq!(attribute(&spans[2], "url.template"), "/users/{id}");
    assert_eq!(ClientMetrics::global().resends.value(peer(Method::Get)), 2);
    assert_eq!(
        (ended(StatusClass::ServerError), ended(StatusClass::Success)),
        (2, 1)
    );
}

#[tokio::test]
async fn hosts_beyond_the_limit_share_a_series() {
    let captured = testing::capture();
    let _no_spans = tracing::subscriber::set_default(tracing::subscriber::NoSubscriber::default());
    let echo = service_fn(|_: Request<()>| {
        ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())))
    });
    let mut client = ServiceBuilder::new().layer(layer()).service(echo);
    let duration = captured.histogram_of(&ClientMetrics::global().request_duration);
    for number in 0..1_000 {
        let uri: Uri = format!("http://host-{number}.test/").parse().unwrap();
        client
            .ready()
            .await
            .unwrap()
            .call(Request::get(uri).body(()).unwrap())
            .await
            .unwrap();
    }
    assert_eq!(duration.count(), 1_000);
    assert_eq!(
        duration.with_label("server_address", "host-0.test").count(),
        1
    );
    assert_eq!(
        duration.with_label("server_address", "other").count(),
        1_000 - 32
    );
}
