use std::{
    io::{Read, Write},
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use axum::{Router, extract::Request};
use flate2::read::GzDecoder;
use tokio::runtime;
use tower::util::MapRequestLayer;

use super::{
    super::{BindError, limits::Limits},
    ANY, Listener, PATIENCE, Pieces, connect, exchange, listen, url, wait_until,
};

use crate::{expose::Format, health::Health};

#[test]
fn listener_responds_without_a_runtime_of_the_program() {
    let exposition = Pieces::new(20);
    let listener = listen(exposition.router());
    let accept = "application/openmetrics-text;version=1.0.0;q=0.8,text/plain;q=0.5";
    let request = ureq::get(url(&listener, "/metrics")).header("accept", accept);
    let mut response = request.header("accept-encoding", "gzip").call().unwrap();
    let headers = response.headers();
    assert_eq!(headers["content-type"], Format::OpenMetrics.content_type());
    assert_eq!(headers["content-encoding"], "gzip");
    let mut unpacked = String::new();
    GzDecoder::new(response.body_mut().as_reader())
        .read_to_string(&mut unpacked)
        .unwrap();
    assert_eq!(unpacked, exposition.text(Format::OpenMetrics));

    let mut plain = ureq::get(url(&listener, "/metrics")).call().unwrap();
    assert!(!plain.headers().contains_key("content-encoding"));
    assert_eq!(
        plain.body_mut().read_to_string().unwrap(),
        exposition.text(Format::Text)
    );
}

#[test]
fn head_has_no_body() {
    let exposition = Pieces::new(2);
    let listener = listen(exposition.router());
    for path in ["/metrics", "/healthz", "/readyz"] {
        let response = exchange(
            &listener,
            &format!("HEAD {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"),
        );
        assert!(response.starts_with("HTTP/1.1 200 OK\r\n"), "{response}");
        assert!(
            response.ends_with("\r\n\r\n") && response.matches("\r\n\r\n").count() == 1,
            "{response}"
        );
    }
    assert_eq!(exposition.written(), 0);
}

#[test]
fn port_in_use_is_an_error_with_a_fix() {
    let other = TcpListener::bind(ANY).unwrap();
    let address = other.local_addr().unwrap();
    let error = Listener::bind(address, Router::new()).unwrap_err();
    assert!(matches!(error, BindError::InUse(taken) if taken == address));
    assert_eq!(
        error.to_string(),
        format!(
            "cannot bind {address}: already in use; set OTEL_EXPORTER_PROMETHEUS_PORT or `.listener(..)` to a free port, or to 0 for any"
        )
    );
    let elsewhere = Listener::bind(([192, 0, 2, 1], 0).into(), Router::new()).unwrap_err();
    assert!(matches!(elsewhere, BindError::NotLocal(_)), "{elsewhere}");
}

#[test]
fn incomplete_head_times_out() {
    let limits = Limits {
        head: Duration::from_millis(200),
        ..Limits::default()
    };
    let listener = Listener::bind_within(ANY, Pieces::new(1).router(), limits).unwrap();
    let response = exchange(&listener, "GET /healthz HTTP/1.1\r\nhost: x\r\nx-slow: ");
    assert_eq!(response, "");
    // The timeout also applies to a second request on a kept-alive connection.
    let response = exchange(&listener, "GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n");
    assert!(response.ends_with(r#"{"status":"ok"}"#), "{response}");
}

#[test]
fn client_that_reads_nothing_is_disconnected() {
    let limits = Limits {
        write: Duration::from_millis(50),
        ..Limits::default()
    };
    let exposition = Pieces::new(10_000);
    let listener = Listener::bind_within(ANY, exposition.router(), limits).unwrap();
    let mut stalled: Vec<_> = (0..8).map(|_| connect(&listener)).collect();
    for stream in &mut stalled {
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
    }
    wait_until(&exposition.counts.begun, 8);
    wait_until(&exposition.counts.ended, 8);
    assert!(exposition.written() < 80_000);
    assert!(ureq::head(url(&listener, "/metrics")).call().is_ok());
    let mut end = Vec::new();
    let _ = stalled.remove(0).read_to_end(&mut end);
    assert!(
        !end.ends_with(b"\r\n0\r\n\r\n"),
        "a truncated exposition must not look complete"
    );
}

#[test]
fn connection_beyond_the_limit_cuts_the_longest_wait_for_a_request() {
    let limits = Limits {
        connections: 2,
        ..Limits::default()
    };
    let listener = Listener::bind_within(ANY, Pieces::new(1).router(), limits).unwrap();
    let mut silent = connect(&listener);
    let mut kept = connect(&listener);
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert!(kept.read(&mut [0; 1024]).unwrap() > 0);
    let begun = Instant::now();
    let response = exchange(
        &listener,
        "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n",
    );
    assert!(response.ends_with(r#"{"status":"ok"}"#), "{response}");
    assert!(begun.elapsed() < Duration::from_secs(5), "{begun:?}");
    assert_eq!(silent.read(&mut [0]).unwrap_or(0), 0);
    kept.write_all(b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    assert!(kept.read(&mut [0; 1024]).unwrap() > 0);
}

#[test]
fn scrape_is_served_next_to_clients_that_read_nothing() {
    let exposition = Pieces::new(1000);
    let listener = listen(exposition.router());
    let mut stalled: Vec<_> = (0..40).map(|_| connect(&listener)).collect();
    for stream in &mut stalled {
        stream
            .write_all(b"GET /metrics HTTP/1.1\r\nhost: x\r\n\r\n")
            .unwrap();
    }
    wait_until(&exposition.counts.begun, 40);
    let mut whole = ureq::get(url(&listener, "/metrics")).call().unwrap();
    let body = whole.body_mut().with_config().limit(u64::MAX);
    assert_eq!(
        body.read_to_string().unwrap().len(),
        exposition.text(Format::Text).len()
    );
    // Those that gave way were disconnected, and hold no memory.
    wait_until(&exposition.counts.ended, 25);
}

#[test]
fn listener_moves_to_the_port_that_was_in_use() {
    let other = TcpListener::bind(ANY).unwrap();
    let wanted = other.local_addr().unwrap();
    let router = Pieces::new(1).router();
    let listener = Listener::bind_or_any_port(wanted, router).unwrap();
    let elsewhere = listener.local_addr();
    assert_ne!(elsewhere, wanted);
    assert_eq!(listener.wanted_addr(), Some(wanted));
    assert!(ureq::get(url(&listener, "/healthz")).call().is_ok());
    drop(other);
    let begun = Instant::now();
    while listener.local_addr() != wanted {
        assert!(begun.elapsed() < PATIENCE, "it has not moved");
        thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(listener.wanted_addr(), None);
    for address in [wanted, elsewhere] {
        let response = ureq::get(format!("http://{address}/healthz")).call();
        assert!(response.is_ok(), "{address}: {response:?}");
    }
    drop(listener);
    for address in [wanted, elsewhere] {
        TcpListener::bind(address).unwrap();
    }
}

#[test]
fn listener_without_a_free_port_stays_elsewhere_and_ends() {
    let other = TcpListener::bind(ANY).unwrap();
    let wanted = other.local_addr().unwrap();
    let listener = Listener::bind_or_any_port(wanted, Router::new()).unwrap();
    let elsewhere = listener.local_addr();
    drop(listener);
    drop(other);
    // A listener that has ended takes no port.
    thread::sleep(Duration::from_millis(1200));
    for address in [wanted, elsewhere] {
        TcpListener::bind(address).unwrap();
    }
}

#[test]
fn listener_responds_while_the_runtime_is_busy() {
    let program = runtime::Builder::new_current_thread().build().unwrap();
    let health = Health::builder()
        .check_with_timeout("database", Duration::from_millis(20), || async {
            Ok::<(), String>(())
        })
        .runtime(program.handle().clone())
        .build()
        .unwrap();
    let listener = listen(Pieces::new(1).router_with(health));
    // Nothing drives this runtime, as if it were busy.
    let request = "GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let response = exchange(&listener, request);
    assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
    assert!(
        response.contains("\"database\":\"fail: timed out after 20ms\""),
        "{response}"
    );
    assert!(ureq::get(url(&listener, "/healthz")).call().is_ok());
}

#[test]
fn concurrent_probes_share_one_run() {
    let (runs, (go, wait)) = (
        Arc::new(AtomicUsize::new(0)),
        tokio::sync::watch::channel(false),
    );
    let check = {
        let runs = Arc::clone(&runs);
        move || {
            let (runs, mut wait) = (Arc::clone(&runs), wait.clone());
            async move {
                runs.fetch_add(1, SeqCst);
                wait.wait_for(|go| *go).await.map(|_| ())
            }
        }
    };
    let health = Health::builder().check("database", check).build().unwrap();
    let arrived = Arc::new(AtomicUsize::new(0));
    let router = Pieces::new(1)
        .router_with(health)
        .layer(MapRequestLayer::new({
            let arrived = Arc::clone(&arrived);
            move |request: Request| {
                arrived.fetch_add(1, SeqCst);
                request
            }
        }));
    let listener = listen(router);
    let request = b"GET /readyz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut probes: Vec<_> = (0..50).map(|_| connect(&listener)).collect();
    for probe in &mut probes {
        probe.write_all(request).unwrap();
    }
    wait_until(&arrived, 50);
    go.send_replace(true);
    for mut probe in probes {
        let mut response = String::new();
        probe.read_to_string(&mut response).unwrap();
        assert!(
            response.ends_with(r#"{"status":"ok","checks":{"database":"ok"}}"#),
            "{response}"
        );
    }
    assert_eq!(runs.load(SeqCst), 1);
}
