//! Ids in headers of requests and responses.

use axum::{Extension, Router, http::HeaderMap, routing::get};
use glyph_runtime::{
    http::{ResponseHeaders, ServerLayer, ServerMetrics},
    log::{CarriedIds, RequestId},
};
use http::HeaderName;
use opentelemetry::trace::{SpanId, TraceId};
use opentelemetry_sdk::trace::Sampler;
use tracing::info;
use uuid::Uuid;

use crate::http::{
    kept::{keep, keep_sampled},
    wire::{self, header, raw, request, send, serve},
};

/// Responds with the request id that the handler finds in the extensions and in the header.
async fn ids(Extension(id): Extension<RequestId>, headers: HeaderMap) -> String {
    info!("in the handler");
    assert_eq!(RequestId::current().as_ref(), Some(&id));
    let ids: Vec<_> = headers.get_all("x-request-id").iter().collect();
    assert_eq!(ids, [id.as_str()]);
    id.as_str().to_owned()
}

fn layer() -> ServerLayer {
    ServerLayer::new(ServerMetrics::global())
}

fn router(layer: ServerLayer) -> Router {
    Router::new().route("/", get(ids)).layer(layer)
}

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn traced(flags: &str) -> http::Request<http_body_util::Full<bytes::Bytes>> {
    let mut asked = request("GET", "/");
    let traceparent = format!("00-{TRACE}-00f067aa0ba902b7-{flags}");
    asked
        .headers_mut()
        .insert("traceparent", traceparent.try_into().unwrap());
    asked
}

#[tokio::test]
async fn response_has_its_trace_and_request_ids() {
    let kept = keep();
    let address = serve(router(layer())).await;
    let response = wire::get(address, "/").await;

    let span = kept.span();
    let trace = span.span_context.trace_id().to_string();
    let id = header(&response, "x-request-id");
    assert_eq!(response.body(), &id);
    assert_eq!(Uuid::try_parse(&id).unwrap().get_version_num(), 7);
    assert_eq!(header(&response, "x-trace-id"), trace);
    assert_eq!(header(&response, "x-correlation-id"), trace);
    let traceparent = format!("00-{trace}-{}-01", span.span_context.span_id());
    assert_eq!(header(&response, "traceparent"), traceparent);
    let timing = header(&response, "server-timing");
    let start = format!("traceparent;desc=\"{traceparent}\", app;dur=");
    let milliseconds = timing.strip_prefix(&start).unwrap();
    assert!(milliseconds.parse::<f64>().unwrap() >= 0.0);

    let lines = kept.lines();
    assert_eq!(lines.len(), 2);
    for line in &lines {
        assert_eq!(line["request_id"], id.as_str());
        assert_eq!(line["trace_id"], trace.as_str());
    }
    assert_eq!(lines[1]["target"], "http.request");
    assert_eq!(lines[1]["message"], "request completed");
    assert_eq!(lines[1]["http.route"], "/");
    assert_eq!(lines[1]["http.response.status_code"], 200);
}

/// Authenticates, and responds with the organization in the extensions.
async fn authenticated() -> (Extension<CarriedIds>, &'static str) {
    let ids = CarriedIds::current().try_with("org_id", "org-7").unwrap();
    (Extension(ids), "done")
}

#[tokio::test]
async fn line_and_span_have_the_ids_in_the_extensions_of_the_response() {
    let kept = keep();
    let routes = Router::new().route("/", get(authenticated)).layer(layer());
    wire::get(serve(routes).await, "/").await;
    let span = kept.span();
    let mut attributes = span.attributes.iter();
    let attribute = attributes.find(|attribute| attribute.key.as_str() == "org_id");
    assert_eq!(attribute.unwrap().value.as_str(), "org-7");
    let lines = kept.lines();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["message"], "request completed");
    assert_eq!(lines[0]["org_id"], "org-7");
    assert!(lines[0]["request_id"].is_string(), "{}", lines[0]);
}

#[tokio::test]
async fn the_clients_trace_and_id_are_kept() {
    let kept = keep();
    let address = serve(router(layer())).await;
    let mut asked = traced("01");
    asked
        .headers_mut()
        .insert("x-request-id", "order-7/retry=2".try_into().unwrap());
    let response = send(address, asked).await;

    assert_eq!(header(&response, "x-request-id"), "order-7/retry=2");
    assert_eq!(header(&response, "x-trace-id"), TRACE);
    let span = kept.span();
    assert_eq!(
        span.span_context.trace_id(),
        TraceId::from_hex(TRACE).unwrap()
    );
    assert_eq!(
        span.parent_span_id,
        SpanId::from_hex("00f067aa0ba902b7").unwrap()
    );
    assert!(span.parent_span_is_remote);
}

#[tokio::test]
async fn unsampled_client_makes_no_span_and_keeps_its_trace_id() {
    let kept = keep_sampled(Sampler::AlwaysOn);
    let address = serve(router(layer())).await;
    let response = send(address, traced("00")).await;
    assert_eq!(header(&response, "x-trace-id"), TRACE);
    assert!(kept.spans().is_empty());
    for line in kept.lines() {
        assert_eq!(line["trace_id"], TRACE);
    }
}

#[tokio::test]
async fn unsampled_trace_has_an_id() {
    let kept = keep_sampled(Sampler::AlwaysOff);
    let address = serve(router(layer())).await;
    let response = wire::get(address, "/").await;
    let trace = header(&response, "x-trace-id");
    assert!(TraceId::from_hex(&trace).is_ok_and(|id| id != TraceId::INVALID));
    assert!(header(&response, "traceparent").ends_with("-00"));
    assert!(kept.spans().is_empty());
    let lines = kept.lines();
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["trace_id"], trace.as_str());
    }
}

#[tokio::test]
async fn untrusted_trace_is_linked_if_not_continued() {
    let kept = keep();
    let address = serve(router(layer().continues_traces(false))).await;
    send(address, traced("00")).await;
    let span = kept.span();
    assert_ne!(span.span_context.trace_id().to_string(), TRACE);
    assert_eq!(span.links[0].span_context.trace_id().to_string(), TRACE);
}

#[tokio::test]
async fn response_headers_are_configurable() {
    let kept = keep();
    let headers = ResponseHeaders {
        request_id: Some(HeaderName::from_static("x-call-id")),
        ..ResponseHeaders::none()
    };
    let layer = layer()
        .response_headers(headers)
        .request_id_header(None)
        .log(false);
    let unlabelled = Router::new().route("/", get(|| async {})).layer(layer);
    let address = serve(unlabelled).await;
    let mut asked = request("GET", "/");
    asked
        .headers_mut()
        .insert("x-request-id", "mine".try_into().unwrap());
    let response = send(address, asked).await;

    assert_eq!(
        Uuid::try_parse(&header(&response, "x-call-id"))
            .unwrap()
            .get_version_num(),
        7
    );
    for name in [
        "x-request-id",
        "x-correlation-id",
        "x-trace-id",
        "traceparent",
        "server-timing",
    ] {
        assert_eq!(header(&response, name), "", "{name}");
    }
    assert!(kept.lines().is_empty());
}

#[tokio::test]
async fn unsafe_request_id_is_replaced() {
    let address = serve(router(layer())).await;
    let long = "a".repeat(129);
    for id in [
        "",
        "two words",
        "one,two",
        "<script>alert(1)</script>",
        "${jndi:ldap://evil.test/a}",
        "a\"b",
        "a;b",
        "%0d%0aSet-Cookie:x",
        "a\tb",
        "\u{e9}",
        &long,
    ] {
        let mut asked = request("GET", "/");
        let value = http::HeaderValue::from_bytes(id.as_bytes()).unwrap();
        asked.headers_mut().insert("x-request-id", value);
        let response = send(address, asked).await;
        let given = header(&response, "x-request-id");
        assert!(Uuid::try_parse(&given).is_ok(), "{id:?} became {given:?}");
        assert_eq!(response.body(), &given);
    }
}

#[tokio::test]
async fn repeated_ids_and_traceparents_are_ignored() {
    let kept = keep();
    let address = serve(router(layer())).await;
    let mut asked = traced("01");
    let other = format!("00-{}-00f067aa0ba902b7-01", "1".repeat(32));
    asked
        .headers_mut()
        .append("traceparent", other.try_into().unwrap());
    asked
        .headers_mut()
        .append("x-request-id", "one".try_into().unwrap());
    asked
        .headers_mut()
        .append("x-request-id", "two".try_into().unwrap());
    let response = send(address, asked).await;
    assert!(Uuid::try_parse(&header(&response, "x-request-id")).is_ok());
    let span = kept.span();
    assert_eq!(span.parent_span_id, SpanId::INVALID);
    assert_ne!(span.span_context.trace_id().to_string(), TRACE);
}

#[tokio::test]
async fn bytes_smuggled_into_an_id_are_not_output() {
    let kept = keep();
    let address = serve(router(layer())).await;
    for id in [
        &b"a\r\nX-Injected: yes"[..],
        b"a\nX-Injected: yes",
        b"a\rX-Injected: yes",
        b"a\0b",
        b"\xff\xfe",
        b"{\"level\":\"ERROR\"}",
    ] {
        let mut bytes =
            b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: ".to_vec();
        bytes.extend_from_slice(id);
        bytes.extend_from_slice(b"\r\n\r\n");
        let answer = raw(address, &bytes).await.to_lowercase();
        let (head, _body) = answer.split_once("\r\n\r\n").unwrap_or_default();
        assert!(!head.contains("x-injected"), "{answer}");
        assert!(!head.contains("error"), "{answer}");
    }
    for line in kept.lines() {
        let id = line["request_id"].as_str().unwrap();
        assert!(id == "a" || Uuid::try_parse(id).is_ok(), "{line}");
        assert_ne!(line["level"], "ERROR");
    }
}

#[tokio::test]
async fn malformed_traceparent_starts_a_new_trace() {
    for traceparent in [
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736",
        "",
        "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
    ] {
        let kept = keep();
        let address = serve(router(layer())).await;
        let mut asked = request("GET", "/");
        asked
            .headers_mut()
            .insert("traceparent", traceparent.try_into().unwrap());
        send(address, asked).await;
        assert_eq!(kept.span().parent_span_id, SpanId::INVALID, "{traceparent}");
    }
}

/// A request that some parser could read as two requests, or as another one.
#[tokio::test]
async fn request_id_cannot_smuggle_a_request() {
    let captured = glyph_runtime::testing::capture();
    let kept = keep();
    let address = serve(router(layer())).await;
    let mut answered = 0;
    for id in [
        "a\r\n folded: over two lines",
        "a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
        "a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "a\r\nX-Request-ID: b",
        "a,b\r\ntraceparent: 00-1-2-3",
        "a\u{b}Transfer-Encoding: chunked",
    ] {
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Request-ID: {id}");
        let body = "\r\n\r\n0\r\n\r\nGET /admin HTTP/1.1\r\nHost: a\r\n\r\n";
        let answer = raw(address, format!("{head}{body}").as_bytes()).await;
        assert!(!answer.to_lowercase().contains("404 not found"), "{answer}");
        answered += u64::from(answer.starts_with("HTTP/1.1 200"));
        let ids = answer.lines().filter_map(|line| {
            let (name, id) = line.split_once(": ")?;
            name.eq_ignore_ascii_case("x-request-id").then_some(id)
        });
        for id in ids {
            assert!(id == "a" || Uuid::try_parse(id).is_ok(), "{id}");
        }
    }
    let duration = captured.histogram_of(&ServerMetrics::global().request_duration);
    assert_eq!(duration.count(), answered);
    assert!(kept.spans().iter().all(|span| span.name == "GET /"));
}
