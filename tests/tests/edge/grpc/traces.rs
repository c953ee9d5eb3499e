//! Parents of calls, and ids in responses.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use glyph_runtime::grpc::{
    ChannelPeer, ClientLayer, ClientMetrics, ErrorType, ServerMetrics, StatusCode, System,
    server::labels::Answered,
};
use glyph_tests::wait;
use hyper_util::{
    client::legacy::Client,
    rt::{TokioExecutor, TokioIo},
};
use opentelemetry::{
    Context, KeyValue,
    trace::{Link, SpanId, SpanKind, TraceId},
};
use opentelemetry_sdk::trace::{Sampler, SamplingResult, ShouldSample, SpanData};
use tokio::net::TcpStream;
use tonic::{Code, body::Body, client::Grpc, codec::CompressionEncoding, metadata::MetadataMap};
use tower::Layer;
use tracing::{Instrument, info_span};

use crate::grpc::{
    kept::{attribute, keep_sampled},
    recorded::{Ended, Recorded, record, until_idle},
    shop::{self, RESERVE, Text, measured, path, plain, serve, serve_behind, server_layer, text},
};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn claimed() -> tonic::Request<String> {
    let mut asked = text("echo x");
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    asked
        .metadata_mut()
        .insert("traceparent", parent.parse().unwrap());
    asked
}

fn header(metadata: &MetadataMap, name: &str) -> String {
    let value = metadata.get(name);
    value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn call_joins_the_trace_of_its_caller() {
    let recorded = record();
    let mut client = measured(serve().await).await;
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    let answer = call.instrument(info_span!("caller")).await.unwrap();
    until_idle().await;
    let called = recorded.span(&SpanKind::Client);
    let served = recorded.span(&SpanKind::Server);
    let spans = recorded.kept.spans();
    let outer = spans.iter().find(|span| span.name == "caller").unwrap();
    assert_eq!(outer.parent_span_id, SpanId::INVALID);
    assert_eq!(called.parent_span_id, outer.span_context.span_id());
    assert_eq!(served.parent_span_id, called.span_context.span_id());
    assert!(served.parent_span_is_remote);
    let trace = outer.span_context.trace_id().to_string();
    assert_eq!(header(answer.metadata(), "x-trace-id"), trace);
}

#[tokio::test]
async fn span_of_a_call_has_the_events_of_its_handler_and_not_the_line_of_the_call() {
    let recorded = record();
    let mut client = plain(serve().await).await;
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    call.await.unwrap();
    until_idle().await;
    let served = recorded.span(&SpanKind::Server);
    let events: Vec<_> = served.events.iter().map(|event| &*event.name).collect();
    assert_eq!(events, ["in the stock service"]);
    assert_eq!(recorded.kept.lines().len(), 2);
}

#[tokio::test]
async fn responses_have_their_request_id_with_any_status() {
    let recorded = record();
    let mut client = plain(serve().await).await;
    let mut asked = text("fail 5");
    asked
        .metadata_mut()
        .insert("x-request-id", "order-42".parse().unwrap());
    let failed = client.unary(asked, path(RESERVE), Text).await.unwrap_err();
    assert_eq!(header(failed.metadata(), "x-request-id"), "order-42");
    client.ready().await.unwrap();
    let fresh = client.unary(text("echo"), path(RESERVE), Text).await;
    let fresh = header(fresh.unwrap().metadata(), "x-request-id");
    assert_eq!(uuid::Uuid::parse_str(&fresh).unwrap().get_version_num(), 7);
    until_idle().await;
    let lines = recorded.kept.lines();
    assert_eq!(lines[0]["request_id"], "order-42");
}

#[tokio::test]
async fn untrusted_client_does_not_choose_the_trace() {
    let recorded = record();
    let layer = server_layer().continues_traces(false);
    let mut client = plain(serve_behind(layer, None).await).await;
    client.unary(claimed(), path(RESERVE), Text).await.unwrap();
    until_idle().await;
    let served = recorded.span(&SpanKind::Server);
    assert_ne!(served.span_context.trace_id().to_string(), TRACE);
    let link = &served.links.links[0].span_context;
    assert_eq!(link.trace_id().to_string(), TRACE);
}

#[tokio::test]
async fn unsampled_call_is_counted_and_logged() {
    let _captured = glyph_runtime::testing::capture();
    let kept = keep_sampled(Sampler::AlwaysOff);
    let mut client = plain(serve().await).await;
    client.unary(claimed(), path(RESERVE), Text).await.unwrap();
    until_idle().await;
    let answered = Answered {
        method: RESERVE,
        status: StatusCode::Ok,
        error: None.into(),
        system: System::Grpc,
    };
    let duration = &ServerMetrics::global().call_duration;
    assert_eq!(duration.snapshot(answered).count(), 1);
    assert!(kept.spans().is_empty());
    let lines = kept.lines();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["trace_id"], TRACE, "{line}");
        assert!(line["request_id"].is_string(), "{line}");
    }
}

#[tokio::test]
async fn declared_methods_are_on_spans_from_the_start() {
    let recorded = record();
    let layer = server_layer().methods([RESERVE]);
    let address = serve_behind(layer, None).await;
    let mut client = plain(address).await;
    client
        .unary(text("echo x"), path(RESERVE), Text)
        .await
        .unwrap();
    until_idle().await;
    assert_eq!(attribute(&recorded.kept.span(), "rpc.method"), RESERVE);
    let lines = recorded.kept.lines();
    assert_eq!(lines[0]["message"], "in the stock service");
    assert_eq!(lines[0]["rpc.method"], RESERVE);
}

/// The name and the attributes of a span that starts.
type Started = (String, Vec<KeyValue>);

/// A sampler that keeps what it was asked.
#[derive(Clone, Debug, Default)]
struct Asked(Arc<Mutex<Vec<Started>>>);

impl ShouldSample for Asked {
    fn should_sample(
        &self,
        parent: Option<&Context>,
        trace: TraceId,
        name: &str,
        kind: &SpanKind,
        attributes: &[KeyValue],
        links: &[Link],
    ) -> SamplingResult {
        let mut asked = self.0.lock().unwrap();
        asked.push((name.to_owned(), attributes.to_vec()));
        Sampler::AlwaysOn.should_sample(parent, trace, name, kind, attributes, links)
    }
}

#[tokio::test]
async fn sampler_is_shown_the_method_and_the_system() {
    let asked = Asked::default();
    let _captured = glyph_runtime::testing::capture();
    let _kept = keep_sampled(asked.clone());
    let mut client = measured(serve().await).await;
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    call.await.unwrap();
    until_idle().await;
    let asked = asked.0.lock().unwrap();
    let calls: Vec<_> = asked.iter().filter(|(name, _)| name == RESERVE).collect();
    assert_eq!(calls.len(), 2, "{asked:?}");
    for (_, attributes) in calls {
        for (name, value) in [("rpc.method", RESERVE), ("rpc.system.name", "grpc")] {
            let shown = KeyValue::new(name, value);
            assert!(attributes.contains(&shown), "{name}: {attributes:?}");
        }
    }
}

#[tokio::test]
async fn unknown_encoding_keeps_the_method() {
    let recorded = record();
    let client = measured(serve().await).await;
    let mut client = client.send_compressed(CompressionEncoding::Gzip);
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    assert_eq!(call.await.unwrap_err().code(), Code::Unimplemented);
    until_idle().await;
    let ended = Ended {
        method: RESERVE,
        status: StatusCode::Unimplemented,
        error: Some(ErrorType::Status),
    };
    recorded.assert_served(ended);
    recorded.assert_called(ended);
    for kind in [SpanKind::Server, SpanKind::Client] {
        let span = recorded.span(&kind);
        assert_eq!(attribute(&span, "rpc.method"), RESERVE);
        assert_eq!(span.name, RESERVE);
    }
}

/// Returns the address and the port of the peer on the spans of clients.
fn peers(recorded: &Recorded) -> Vec<(String, String)> {
    let spans = recorded.kept.spans().into_iter();
    let calls = spans.filter(|span| span.span_kind == SpanKind::Client);
    let peer = |span: SpanData| {
        let [address, port] = ["network.peer.address", "network.peer.port"];
        (attribute(&span, address), attribute(&span, port))
    };
    calls.map(peer).collect()
}

#[tokio::test]
async fn channel_with_a_noted_peer_shows_the_connection_of_a_call() {
    let recorded = record();
    let address = serve().await;
    let peer = ChannelPeer::default();
    let channel = shop::channel(address).connect_with_connector_lazy(peer.connector());
    let layer = ClientLayer::new(ClientMetrics::global()).channel_peer(&peer);
    let mut client = Grpc::new(layer.layer(channel));
    // The first call opens the connection, and the second one finds it.
    for _ in 0..2 {
        client.ready().await.unwrap();
        let call = client.unary(text("echo x"), path(RESERVE), Text);
        assert_eq!(call.await.unwrap().into_inner(), "x");
    }
    until_idle().await;
    let expected = ("127.0.0.1".to_owned(), address.port().to_string());
    assert_eq!(peers(&recorded), [expected.clone(), expected]);
}

#[tokio::test]
async fn channel_that_connects_to_another_address_shows_it_on_later_calls() {
    let recorded = record();
    let mut first = tokio::runtime::Builder::new_multi_thread();
    let first = first.worker_threads(1).enable_all().build().unwrap();
    let address = first.spawn(serve()).await.unwrap();
    let next = serve().await;
    let connects_to = Arc::new(Mutex::new(address));
    let connector = {
        let connects_to = Arc::clone(&connects_to);
        tower::service_fn(move |_: http::Uri| {
            let stream = TcpStream::connect(*connects_to.lock().unwrap());
            async { stream.await.map(TokioIo::new) }
        })
    };
    let peer = ChannelPeer::default();
    let channel = shop::channel(address).connect_with_connector_lazy(peer.wrap(connector));
    let layer = ClientLayer::new(ClientMetrics::global()).channel_peer(&peer);
    let mut client = Grpc::new(layer.layer(channel));
    let mut call = async || {
        client.ready().await.unwrap();
        let call = client.unary(text("echo x"), path(RESERVE), Text);
        call.await.is_ok()
    };
    assert!(call().await);
    *connects_to.lock().unwrap() = next;
    let ends = move || first.shutdown_timeout(wait::LONG);
    tokio::task::spawn_blocking(ends).await.unwrap();
    let deadline = Instant::now() + wait::LONG;
    // A call can fail before the channel notices that its connection is closed.
    for succeeded in 0..2 {
        while !call().await {
            assert!(Instant::now() < deadline, "call {succeeded} succeeds");
        }
    }
    until_idle().await;
    let shown = peers(&recorded);
    let of = |address: SocketAddr| (address.ip().to_string(), address.port().to_string());
    assert_eq!(shown.first(), Some(&of(address)));
    assert_eq!(shown.last(), Some(&of(next)));
    let stale = shown.iter().skip(1).filter(|peer| **peer == of(address));
    assert_eq!(stale.count(), 0, "{shown:?}");
}

#[tokio::test]
async fn client_of_hyper_shows_the_connection_of_a_call() {
    let recorded = record();
    let address = serve().await;
    let hyper = Client::builder(TokioExecutor::new())
        .http2_only(true)
        .build_http::<Body>();
    let service = ClientLayer::new(ClientMetrics::global()).layer(hyper);
    let origin = format!("http://{address}").parse().unwrap();
    let mut client = Grpc::with_origin(service, origin);
    client.ready().await.unwrap();
    let call = client.unary(text("echo x"), path(RESERVE), Text);
    assert_eq!(call.await.unwrap().into_inner(), "x");
    until_idle().await;
    let span = recorded.span(&SpanKind::Client);
    let port = address.port().to_string();
    for (name, value) in [
        ("network.peer.address", "127.0.0.1"),
        ("network.peer.port", port.as_str()),
        ("server.address", "127.0.0.1"),
        ("server.port", port.as_str()),
    ] {
        assert_eq!(attribute(&span, name), value, "{name}");
    }
}
