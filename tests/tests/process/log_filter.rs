//! The endpoint that shows and sets the filter of the log.
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{Request, StatusCode, header},
};
use futures_util::stream;
use glyph_runtime::{Telemetry, TelemetryBuilder};
use glyph_tests::{children::alone, environment, written::Written};
use http_body_util::BodyExt;
use tower::ServiceExt;
use tracing_subscriber::layer::SubscriberExt;

/// Longer than any operation here takes on a busy machine.
const LONG: Duration = Duration::from_secs(20);
const VALID: &str = "0123456789abcdef";

fn telemetry(written: &Written, token: Option<&str>) -> Telemetry {
    let output = written.output();
    let builder: TelemetryBuilder = environment::telemetry("shop").log(|log| log.output = output);
    match token {
        Some(token) => builder.admin_token(token),
        None => builder,
    }
    .build()
    .unwrap()
}

fn request(method: &str, token: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let request = Request::builder().method(method).uri("/log/filter");
    match token {
        Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
        None => request,
    }
    .body(body.into())
    .unwrap()
}

async fn ask(router: &Router, request: Request<Body>) -> (StatusCode, String) {
    let response = router.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn filter_is_shown_and_set_with_the_token() {
    let written = Written::default();
    let telemetry = telemetry(&written, Some(VALID));
    let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    let _current = tracing::subscriber::set_default(subscriber);
    let router = telemetry.router();
    let asked = |method: &str, body: &'static str| request(method, Some(VALID), body);
    let shown = ask(&router, asked("GET", "")).await;
    assert_eq!(shown, (StatusCode::OK, "info\n".to_owned()));
    tracing::debug!("not seen");
    let set = ask(&router, asked("PUT", "info,[request{user=ada}]=debug\n")).await;
    let expected = "info,[request{user=ada}]=debug\n";
    assert_eq!(set, (StatusCode::OK, expected.to_owned()));
    tracing::info_span!("request", user = "ada").in_scope(|| tracing::debug!("seen"));
    assert_eq!(telemetry.log_filter().as_deref(), Some(expected.trim()));
    telemetry.log().unwrap().flush(LONG).unwrap();
    let lines = written.lines();
    let [change, seen] = &*lines else {
        unreachable!("two lines: {lines:?}")
    };
    assert_eq!(change["target"], "audit");
    assert_eq!(change["action"], "set log filter");
    assert_eq!(change["before"], "info");
    assert_eq!(change["filter"], expected.trim());
    assert_eq!(seen["message"], "seen");
}

#[tokio::test]
async fn requests_without_the_token_are_rejected() {
    let router = telemetry(&Written::default(), Some(VALID)).router();
    for token in [
        None,
        Some(""),
        Some("0123456789abcdeg"),
        Some("0123456789abcdef0"),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            let (status, text) = ask(&router, request(method, token, "off")).await;
            assert_eq!(status, StatusCode::UNAUTHORIZED, "{text}");
        }
    }
    let router = telemetry(&Written::default(), None).router();
    let (status, text) = ask(&router, request("PUT", Some(VALID), "off")).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(text.contains("GLYPH_ADMIN_TOKEN"), "{text}");
}

#[tokio::test]
async fn invalid_requests_change_nothing() {
    let telemetry = telemetry(&Written::default(), Some(VALID));
    let router = telemetry.router();
    let endless =
        stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; 1024])));
    let broken = stream::iter([Err::<Bytes, _>(std::io::Error::other("gone"))]);
    let cases = [
        ("PUT", Body::from("info,shop=loud"), StatusCode::BAD_REQUEST),
        ("PUT", Body::from(vec![0xff]), StatusCode::BAD_REQUEST),
        // Such as a forgotten `-d`.
        ("PUT", Body::empty(), StatusCode::BAD_REQUEST),
        ("PUT", Body::from(" \n"), StatusCode::BAD_REQUEST),
        (
            "PUT",
            Body::from_stream(endless),
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
        ("PUT", Body::from_stream(broken), StatusCode::BAD_REQUEST),
        ("POST", Body::empty(), StatusCode::METHOD_NOT_ALLOWED),
    ];
    telemetry.set_log_filter("warn").unwrap();
    for (method, body, expected) in cases {
        let (status, text) = ask(&router, request(method, Some(VALID), body)).await;
        assert_eq!(status, expected, "{text}");
        assert_eq!(telemetry.log_filter().as_deref(), Some("warn"));
    }
}

#[tokio::test]
async fn program_without_a_log_answers_with_the_error_of_the_method() {
    let telemetry = environment::telemetry("shop")
        .without_log()
        .admin_token(VALID)
        .build()
        .unwrap();
    let expected = telemetry.set_log_filter("warn").unwrap_err().to_string() + "\n";
    for method in ["GET", "PUT", "DELETE"] {
        let response = ask(&telemetry.router(), request(method, Some(VALID), "warn")).await;
        assert_eq!(response, (StatusCode::NOT_FOUND, expected.clone()));
    }
}

#[tokio::test]
async fn rejection_of_a_long_filter_names_the_limit() {
    let router = telemetry(&Written::default(), Some(VALID)).router();
    for (length, expected) in [
        (4096, StatusCode::OK),
        (4097, StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        let filter = format!("info{}", " ".repeat(length - "info".len()));
        let (status, text) = ask(&router, request("PUT", Some(VALID), filter)).await;
        assert_eq!(status, expected, "{text}");
        assert!(status == StatusCode::OK || text.contains("4096"), "{text}");
    }
}

#[tokio::test]
async fn token_comes_from_the_environment() {
    let of = |token: &'static str| {
        let builder = environment::telemetry("shop");
        builder
            .env_lookup(move |name| (name == "GLYPH_ADMIN_TOKEN").then(|| token.to_owned()))
            .build()
    };
    let router = of(VALID).unwrap().router();
    let (status, _) = ask(&router, request("GET", Some(VALID), "")).await;
    assert_eq!(status, StatusCode::OK);
    let error = of("too short").unwrap_err().to_string();
    assert!(error.contains("at least 16"), "{error}");
    assert!(!error.contains("too short"), "{error}");
}

#[test]
fn records_of_the_log_crate_follow_the_filter() {
    alone(|| {
        let written = Written::default();
        let output = written.output();
        let telemetry = environment::telemetry("shop")
            .log(|log| log.output = output)
            .without_listener()
            .without_facade()
            .install()
            .unwrap();
        let work = || log::debug!(target: "shop::stock", "looked up");
        work();
        telemetry.set_log_filter("info,shop=debug").unwrap();
        work();
        let log = telemetry.log().unwrap();
        log.set_filter("info").unwrap();
        work();
        // More than the filters before: the `log` crate has to let them through.
        log.set_filter("info,shop=trace").unwrap();
        log::trace!(target: "shop::stock", "looked up");
        log.flush(LONG).unwrap();
        let lines = written.lines();
        let found = lines.iter().filter(|line| line["message"] == "looked up");
        assert_eq!(found.count(), 2, "{lines:?}");
    });
}

#[test]
fn log_records_follow_unless_they_started_with_another_filter() {
    let started = |filter: Option<&'static str>| {
        environment::telemetry("shop")
            .without_log_bridge()
            .log(|log| log.output = Written::default().output())
            .logs_otlp(move |logs| {
                logs.otlp.endpoint = "http://127.0.0.1:9".to_owned();
                if let Some(filter) = filter {
                    filter.clone_into(&mut logs.filter);
                }
            })
            .build()
            .unwrap()
    };
    for own in [None, Some("warn")] {
        let telemetry = started(own);
        let assert_changed = |directives: &str| {
            assert_eq!(telemetry.log_filter().as_deref(), Some(directives));
            let expected = own.unwrap_or(directives);
            assert_eq!(telemetry.logs_otlp().unwrap().filter(), expected);
        };
        // The first filter is that of the records: they still have their own.
        for directives in ["warn", "debug"] {
            telemetry.set_log_filter(directives).unwrap();
            assert_changed(directives);
        }
        telemetry.log().unwrap().set_filter("error").unwrap();
        assert_changed("error");
        drop(telemetry.shutdown_blocking(Duration::ZERO));
    }
}

#[test]
fn listener_serves_the_endpoint() {
    alone(|| {
        let telemetry = environment::telemetry("shop")
            .log(|log| log.output = Written::default().output())
            .listener(SocketAddr::from(([127, 0, 0, 1], 0)))
            .admin_token(VALID)
            .without_facade()
            .install()
            .unwrap();
        let address = telemetry.local_addr().unwrap();
        let ask = |request: &str, body: &str| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(LONG)).unwrap();
            let length = body.len();
            write!(
                stream,
                "{request} /log/filter HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\
                 Authorization: Bearer {VALID}\r\nContent-Length: {length}\r\n\r\n{body}"
            )
            .unwrap();
            let mut response = String::new();
            stream.read_to_string(&mut response).unwrap();
            response
        };
        let set = ask("PUT", "warn,[request]=debug");
        assert!(set.starts_with("HTTP/1.1 200"), "{set}");
        let shown = ask("GET", "");
        assert!(shown.ends_with("\r\n\r\nwarn,[request]=debug\n"), "{shown}");
        assert!(shown.contains("cache-control: no-store"), "{shown}");
    });
}
