//! Calls whose spans are records: what code inside of them sees, and what it costs if none is
//! exported.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]

use std::{
    convert::Infallible,
    future::ready,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

use bytes::Bytes;
use glyph_runtime::{
    http::{ClientLayer, ClientMetrics, RequestBody, ServerLayer, ServerMetrics},
    trace::{Pipeline, Sampler, StageSpans, TraceSettings},
};
use glyph_tests::children::alone;
use http::{Request, Response};
use http_body_util::{BodyExt, Full};
use opentelemetry::{
    Context, KeyValue,
    trace::{SpanContext, SpanKind, Status, TraceContextExt},
};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SpanData};
use tokio::runtime;
use tower::{Layer, Service, ServiceExt, service_fn};
use tracing::{Span, info};
use tracing_subscriber::layer::SubscriberExt;

use crate::http::kept::attribute;

const LONG: Duration = Duration::from_secs(30);

type Answer = Response<Full<Bytes>>;

/// Returns the spans that `work` exports.
async fn exported(root: Sampler, work: impl Future<Output = ()>) -> Vec<SpanData> {
    let mut settings = TraceSettings::new("records");
    settings.stages = StageSpans::Records;
    settings.sampler = Sampler::parent_based(root);
    let exporter = InMemorySpanExporter::default();
    let pipeline = Pipeline::start_with_exporter(&settings, "test", exporter.clone()).unwrap();
    let subscriber = tracing_subscriber::registry().with(pipeline.layer());
    let current = tracing::subscriber::set_default(subscriber);
    work.await;
    drop(current);
    pipeline.flush(LONG).unwrap();
    exporter.get_finished_spans().unwrap()
}

fn server() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global()).route(|_| Some("/users/{id}".into()))
}

/// Sends a request, and reads the response to its end.
async fn send<S, B>(service: S)
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    B: http_body::Body<Error = Infallible>,
{
    let request = Request::get("http://shop/users/7").body(Full::default());
    let response = service.oneshot(request.unwrap()).await.unwrap();
    response.into_body().collect().await.unwrap();
}

fn current() -> SpanContext {
    Context::map_current(|context| context.span().span_context().clone())
}

#[tokio::test]
async fn code_of_a_request_is_in_its_span() {
    let handler = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        assert!(Span::current().is_none());
        let context = Context::current();
        context.span().set_attribute(KeyValue::new("user", 7));
        info!("found");
        ready(Ok::<_, Infallible>(Answer::new("ada".into())))
    });
    let spans = exported(Sampler::AlwaysOn, send(server().layer(handler))).await;
    let [span] = &*spans else { panic!("{spans:?}") };
    assert_eq!(
        (&*span.name, &span.span_kind),
        ("GET /users/{id}", &SpanKind::Server)
    );
    assert_eq!(attribute(span, "user"), "7");
    assert_eq!(attribute(span, "http.response.status_code"), "200");
    let events: Vec<_> = span.events.iter().map(|event| &*event.name).collect();
    assert_eq!(events, ["found"]);
}

#[tokio::test]
async fn client_propagates_its_span_to_the_server() {
    let handler = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        let mut answer = Answer::new("sold out".into());
        *answer.status_mut() = http::StatusCode::SERVICE_UNAVAILABLE;
        ready(Ok::<_, Infallible>(answer))
    });
    let client = ClientLayer::new(ClientMetrics::global());
    let service = client.layer(server().layer(handler));
    let spans = exported(Sampler::AlwaysOn, send(service)).await;
    let [server, client] = &*spans else {
        panic!("{spans:?}")
    };
    assert_eq!(
        (&server.span_kind, &client.span_kind),
        (&SpanKind::Server, &SpanKind::Client)
    );
    assert_eq!(server.parent_span_id, client.span_context.span_id());
    assert!(server.parent_span_is_remote && !client.parent_span_is_remote);
    for span in [server, client] {
        assert_eq!(span.status, Status::error(""));
        assert_eq!(attribute(span, "error.type"), "503");
    }
}

/// Returns how often the name of the span was asked for.
async fn names(root: Sampler) -> (u32, Vec<SpanData>) {
    let asked = Arc::new(AtomicU32::new(0));
    let counts = Arc::clone(&asked);
    let named = server().span_name(move |_| {
        counts.fetch_add(1, Relaxed);
        "named".to_owned()
    });
    let handler = service_fn(|_: Request<RequestBody<Full<Bytes>>>| {
        let span = current();
        assert!(span.is_valid() && !span.is_remote());
        ready(Ok::<_, Infallible>(Answer::default()))
    });
    let spans = exported(root, send(named.layer(handler))).await;
    (asked.load(Relaxed), spans)
}

/// In a process of its own: fields are also made for the log of another test.
#[test]
fn fields_of_a_request_that_is_not_sampled_are_not_made() {
    alone(|| {
        let runtime = runtime::Builder::new_current_thread().build().unwrap();
        let (asked, spans) = runtime.block_on(names(Sampler::AlwaysOff));
        assert_eq!((asked, spans.len()), (0, 0));
        let (asked, spans) = runtime.block_on(names(Sampler::AlwaysOn));
        assert_eq!((asked, spans.len()), (1, 1));
    });
}
