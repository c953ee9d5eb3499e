//! Who may ask: loopback, or the token, and no foreign host.

use std::{io::Read, net::SocketAddr};

use crate::{
    client::{ask, get, send},
    page::files,
    program::program,
};

const TOKEN: &str = "0123456789abcdef";

const READS: [&str; 12] = [
    "/api/v1/overview",
    "/api/v1/live",
    "/api/v1/metrics",
    "/api/v1/series?metric=x",
    "/api/v1/heatmap?metric=x",
    "/api/v1/programs",
    "/api/v1/alerts",
    "/api/v1/profile",
    "/api/v1/logs",
    "/api/v1/logs/live",
    "/api/v1/traces",
    "/api/v1/traces/00000000000000000000000000000000",
];

fn paths() -> impl Iterator<Item = &'static str> {
    files().chain(READS)
}

fn all_addresses() -> SocketAddr {
    ([0, 0, 0, 0], 0).into()
}

fn at_loopback(address: SocketAddr) -> SocketAddr {
    ([127, 0, 0, 1], address.port()).into()
}

#[test]
fn foreign_host_is_rejected_and_scrapes_are_not() {
    let (_telemetry, address) = program(|program| program.console_host("ops.example"));
    for path in paths() {
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1:80"] {
            let response = ask(address, path, &[("host", host)]);
            assert_eq!(response.status, 403, "{path} {host}: {response:?}");
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
    }
    for host in ["localhost:9464", "127.0.0.1", "[::1]:1", "ops.example"] {
        let response = ask(address, "/api/v1/overview", &[("host", host)]);
        assert_eq!(response.status, 200, "{host}: {response:?}");
    }
    for path in ["/metrics", "/healthz", "/readyz"] {
        let response = ask(address, path, &[("host", "evil.example")]);
        assert_eq!(response.status, 200, "{path}: {response:?}");
    }
}

#[test]
fn listener_for_others_answers_401_without_a_token() {
    let (_telemetry, address) = program(|program| program.listener(all_addresses()));
    let address = at_loopback(address);
    for path in paths() {
        for header in ["", "Bearer ", "Bearer 0123456789abcdef"] {
            let response = ask(
                address,
                path,
                &[("host", "localhost"), ("authorization", header)],
            );
            assert_eq!(response.status, 401, "{path}: {response:?}");
            assert!(response.body.contains("GLYPH_ADMIN_TOKEN"), "{response:?}");
            assert!(!response.body.contains("shop"), "{response:?}");
        }
    }
    assert_eq!(get(address, "/healthz").status, 200);
    assert_eq!(get(address, "/metrics").status, 200);
}

#[test]
fn listener_for_others_admits_the_token_as_header_or_password() {
    let (_telemetry, address) =
        program(|program| program.listener(all_addresses()).admin_token(TOKEN));
    let address = at_loopback(address);
    let status = |authorization: &str, host: &str| {
        let headers = [("host", host), ("authorization", authorization)];
        ask(address, "/api/v1/overview", &headers).status
    };
    assert_eq!(status("Bearer 0123456789abcdef", "localhost"), 200);
    // `:0123456789abcdef`, as a browser sends it without a user name.
    assert_eq!(status("Basic OjAxMjM0NTY3ODlhYmNkZWY=", "localhost"), 200);
    assert_eq!(status("Bearer 0123456789abcdee", "localhost"), 401);
    assert_eq!(status("Bearer 0123456789abcdef", "evil.example"), 403);
    let response = get(address, "/");
    assert_eq!(response.status, 401);
    let challenges: Vec<_> = { response.head.lines() }
        .filter_map(|line| line.strip_prefix("www-authenticate: "))
        .collect();
    assert_eq!(challenges, ["Bearer", "Basic realm=\"glyph console\""]);
}

#[test]
fn only_get_and_head_are_allowed() {
    let (_telemetry, address) = program(|program| program);
    for path in paths() {
        for method in ["POST", "PUT", "DELETE", "PATCH"] {
            let headers = [("host", "localhost"), ("content-length", "0")];
            let mut stream = send(address, method, path, &headers);
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            assert!(text.starts_with("HTTP/1.1 405 "), "{method} {path}: {text}");
        }
    }
}

#[test]
fn probes_are_answered_while_others_ask_for_traces() {
    let (_telemetry, address) = program(|program| program);
    let asking: Vec<_> = (0..16)
        .map(|_| std::thread::spawn(move || get(address, "/api/v1/traces").status))
        .collect();
    assert_eq!(get(address, "/healthz").status, 200);
    for thread in asking {
        let status = thread.join().unwrap();
        assert!([200, 503].contains(&status), "{status}");
    }
}
