//! Who may take profiles: loopback, or the token, and no other site.

use std::net::SocketAddr;

use glyph_profile_tests::{
    client::{ask, get, response, send},
    program::program,
};
use glyph_runtime::admin::Listener;

const TOKEN: &str = "0123456789abcdef";

/// Paths that take no profile: the seconds are invalid, and no allocator counts.
const PATHS: [(&str, u16); 3] = [
    ("/debug/pprof/profile?seconds=0", 400),
    ("/debug/pprof/heap", 501),
    ("/debug/pprof/allocs", 501),
];

fn all_addresses() -> SocketAddr {
    ([0, 0, 0, 0], 0).into()
}

#[test]
fn foreign_hosts_and_other_sites_are_rejected() {
    let (_telemetry, address) = program(|program| program.profile_host("content"));
    for (path, admitted) in PATHS {
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1:80"] {
            let response = ask(address, path, &[("host", host)]);
            assert_eq!(response.status, 403, "{path} {host}: {response:?}");
            assert_eq!(response.header("cache-control"), Some("no-store"));
        }
        for host in ["localhost:9464", "127.0.0.1", "[::1]:1", "content:8083"] {
            let response = ask(address, path, &[("host", host)]);
            assert_eq!(response.status, admitted, "{path} {host}: {response:?}");
        }
        for other in [
            ("sec-fetch-site", "cross-site"),
            ("origin", "http://evil.example"),
        ] {
            let response = ask(address, path, &[("host", "localhost"), other]);
            assert_eq!(response.status, 403, "{path} {other:?}: {response:?}");
        }
    }
    let other = [("host", "localhost"), ("sec-fetch-site", "cross-site")];
    assert_eq!(
        ask(address, "/api/v1/profile?seconds=1", &other).status,
        403
    );
}

#[test]
fn listener_for_others_needs_the_token() {
    let (_telemetry, address) = program(|program| program.listener(all_addresses()));
    for (path, _) in PATHS {
        for token in ["", "Bearer ", "Bearer 0123456789abcdef"] {
            let headers = [("host", "localhost"), ("authorization", token)];
            let response = ask(address, path, &headers);
            assert_eq!(response.status, 401, "{path}: {response:?}");
            assert!(
                response.text().contains("GLYPH_ADMIN_TOKEN"),
                "{response:?}"
            );
        }
    }
    let (_telemetry, address) =
        program(|program| program.listener(all_addresses()).admin_token(TOKEN));
    for (path, admitted) in PATHS {
        let status = |token: &str, host: &str| {
            ask(address, path, &[("host", host), ("authorization", token)]).status
        };
        assert_eq!(
            status("Bearer 0123456789abcdef", "localhost"),
            admitted,
            "{path}"
        );
        assert_eq!(
            status("Bearer 0123456789abcdee", "localhost"),
            401,
            "{path}"
        );
        assert_eq!(
            status("Bearer 0123456789abcdef", "evil.example"),
            403,
            "{path}"
        );
        assert_eq!(get(address, path).status, 401, "{path}");
    }
}

#[test]
fn own_listener_has_the_same_guard() {
    let (telemetry, _) = program(|program| program.admin_token(TOKEN));
    let bind = |address: SocketAddr| {
        let listener = Listener::bind(address, telemetry.profile_router(address)).unwrap();
        let port = listener.local_addr().port();
        (listener, SocketAddr::from(([127, 0, 0, 1], port)))
    };
    let (_loopback, here) = bind(([127, 0, 0, 1], 0).into());
    let (_all, everywhere) = bind(all_addresses());
    for (path, admitted) in PATHS {
        assert_eq!(get(here, path).status, admitted, "{path}");
        assert_eq!(get(everywhere, path).status, 401, "{path}");
    }
}

#[test]
fn only_get_is_allowed() {
    let (_telemetry, address) = program(|program| program);
    for (path, _) in PATHS {
        for method in ["HEAD", "POST", "PUT", "DELETE"] {
            let headers = [("host", "localhost"), ("content-length", "0")];
            let response = response(send(address, method, path, &headers));
            assert_eq!(response.status, 405, "{method} {path}: {response:?}");
            assert_eq!(response.header("allow"), Some("GET"), "{method} {path}");
        }
    }
}

#[test]
fn memory_needs_jemalloc() {
    let (_telemetry, address) = program(|program| program);
    for path in ["/debug/pprof/heap", "/debug/pprof/allocs"] {
        let response = get(address, path);
        assert_eq!(response.status, 501, "{path}: {response:?}");
        assert!(
            response
                .header("content-type")
                .unwrap()
                .starts_with("text/plain")
        );
        let text = response.text();
        assert!(
            text.starts_with("no profile of the memory: ") && text.contains("jemalloc"),
            "{text}"
        );
    }
}
