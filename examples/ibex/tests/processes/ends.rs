//! One of the processes ends under load. The other goes on, says so, and recovers.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread,
    time::Duration,
};

use glyph_tests::wait;

use crate::{
    model::Peer,
    service::{Response, Service, complete},
};

/// Clients that ask at the same time.
const CLIENTS: usize = 4;

/// Requests to a proxy without a pause, until they are stopped.
struct Load<'s> {
    address: &'s str,
    has_ended: AtomicBool,
    responses: Mutex<Vec<Response>>,
}

/// Stops the requests when it is dropped, also by a failed test.
struct Ending<'l>(&'l AtomicBool);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

impl<'s> Load<'s> {
    fn to(address: &'s str) -> Self {
        Self {
            address,
            has_ended: AtomicBool::new(false),
            responses: Mutex::default(),
        }
    }

    fn run(&self) {
        while !self.has_ended.load(Relaxed) {
            // A connection that nobody accepted is no request.
            if let Some(response) = complete(self.address, "token-acme") {
                self.responses.lock().unwrap().push(response);
            }
        }
    }

    fn count(&self, status: u16) -> usize {
        let responses = self.responses.lock().unwrap();
        let of_status = responses.iter().filter(|it| it.status == status);
        of_status.count()
    }

    /// Waits until there are more responses with a status.
    fn more(&self, status: u16) {
        let before = self.count(status);
        let more = before + 2 * CLIENTS;
        wait::until(&format!("more responses are {status}"), || {
            self.count(status) >= more
        });
    }
}

#[test]
fn proxy_survives_a_killed_auth_service() {
    let peer = Peer::start(Duration::ZERO);
    let mut auth = Service::auth(&[]);
    let own = ["--upstream-url", &peer.url, "--rate-limit", "1000000"];
    let proxy = auth.proxy(&own);
    assert_ne!(auth.process.id(), proxy.process.id());
    let grpc = auth.grpc().to_owned();
    let load = Load::to(&proxy.address);
    let auth = thread::scope(|scope| {
        let _ending = Ending(&load.has_ended);
        for _ in 0..CLIENTS {
            scope.spawn(|| load.run());
        }
        load.more(200);
        assert!(proxy.readiness(200).contains("\"auth\":\"ok\""));
        auth.process.kill();
        load.more(503);
        // The probe and the metrics say what is missing; the process itself is well.
        let report = proxy.readiness(503);
        assert!(report.contains("\"auth\":\"fail"), "{report}");
        assert_eq!(proxy.get("/healthz").status, 200);
        let page = proxy.page();
        let failed = |page: &glyph_examples::Run| {
            let name = "ibex_auth_grpc_calls_total";
            page.sum(name, &[]) - page.sum(name, &["code=\"OK\""])
        };
        assert!(failed(&page) >= 1.0);
        assert!(page.sum("ibex_proxy_requests_total", &["status_code=\"503\""]) >= 1.0);
        // It is back at the same address, with another process.
        let back = Service::auth(&["--grpc-listen", &grpc]);
        proxy.readiness(200);
        load.more(200);
        let before = failed(&proxy.page());
        load.more(200);
        assert!((failed(&proxy.page()) - before).abs() < f64::EPSILON);
        back
    });
    let lines = proxy.stop();
    let line = lines
        .iter()
        .find(|line| line["message"] == "auth service unreachable");
    let line = line.unwrap();
    assert_eq!(line["level"], "ERROR");
    assert!(line["request_id"].is_string(), "{line}");
    auth.stop();
}

#[test]
fn auth_service_survives_a_killed_proxy() {
    let auth = Service::auth(&[]);
    let mut proxy = auth.proxy(&[]);
    assert_eq!(proxy.complete("token-acme").status, 200);
    proxy.process.kill();
    auth.readiness(200);
    let another = auth.proxy(&[]);
    assert_eq!(another.complete("token-acme").status, 200);
    let calls = auth
        .page()
        .sum("ibex_auth_grpc_requests_total", &["code=\"OK\""]);
    assert!((calls - 2.0).abs() < f64::EPSILON, "{calls}");
    another.stop();
    auth.stop();
}

#[test]
fn terminated_proxy_loses_no_request_that_it_accepted() {
    // Slow enough that each client waits for tokens when the signal arrives.
    let peer = Peer::start(Duration::from_millis(5));
    let auth = Service::auth(&[]);
    let proxy = auth.proxy(&["--upstream-url", &peer.url, "--rate-limit", "1000000"]);
    let address = proxy.address.clone();
    let load = Load::to(&address);
    let lines = thread::scope(|scope| {
        let _ending = Ending(&load.has_ended);
        for _ in 0..CLIENTS {
            scope.spawn(|| load.run());
        }
        load.more(200);
        proxy.terminate();
        proxy.end()
    });
    let responses = load.responses.lock().unwrap();
    let broken: Vec<_> = responses
        .iter()
        .filter(|it| it.status != 200 || !it.is_whole())
        .collect();
    assert!(broken.is_empty(), "{broken:?}");
    let counts = peer.counts();
    let whole = u64::try_from(responses.len()).unwrap();
    assert_eq!((counts.completed, counts.abandoned), (whole, 0));
    // Each has its line, also those that ended after the signal.
    let completed = lines
        .iter()
        .filter(|line| line["message"] == "request completed");
    assert_eq!(completed.count(), responses.len());
    auth.stop();
}

/// A call that it accepted has its response, and the request behind it succeeds.
#[test]
fn terminated_auth_service_answers_what_it_accepted() {
    let peer = Peer::start(Duration::ZERO);
    let auth = Service::auth(&[]);
    let proxy = auth.proxy(&["--upstream-url", &peer.url, "--rate-limit", "1000000"]);
    let load = Load::to(&proxy.address);
    let lines = thread::scope(|scope| {
        let _ending = Ending(&load.has_ended);
        for _ in 0..CLIENTS {
            scope.spawn(|| load.run());
        }
        load.more(200);
        auth.terminate();
        let lines = auth.end();
        load.more(503);
        lines
    });
    let calls = lines.iter().filter(|line| {
        let method = line["rpc.method"].as_str().unwrap_or_default();
        method.ends_with("/ValidateToken")
    });
    let codes: Vec<_> = calls.map(|call| &call["rpc.status_code"]).collect();
    assert!(codes.iter().all(|code| *code == "OK"), "{codes:?}");
    assert_eq!(codes.len(), load.count(200));
    proxy.stop();
}
